/** The graph of an execution. */
import type { Timestamp } from "@bufbuild/protobuf/wkt";
import type { Execution } from "@gennaker/client/gen/execution";
import { useMemo } from "react";
import { GraphView } from "~/graph/index.ts";
import { useText } from "~/i18n/index.tsx";
import { NodeMaker } from "../model/nodes.ts";
import { byId, firstOfInterest, outermost } from "../model/stages.ts";
import type { Selection } from "./selection.ts";

interface Props {
  execution: Execution;
  /** The time of a state of the past. */
  stopped: Timestamp | undefined;
  kindLabel: (kind: string) => string;
  selected: string | undefined;
  selection: Selection;
}

export function GraphTab({ execution, stopped, kindLabel, selected, selection }: Props) {
  const t = useText();
  const { stages } = execution;
  const maker = useMemo(() => new NodeMaker({ kind: kindLabel, attempt: (number) => t("execution.attempt", { number }) }), [kindLabel, t]);
  const nodes = useMemo(() => maker.nodes(stages, stopped), [maker, stages, stopped]);
  const known = useMemo(() => byId(stages), [stages]);
  const first = firstOfInterest(execution);
  return (
    <GraphView ref={selection.graph} nodes={nodes} label={t("execution.graphOf", { name: execution.displayName })}
      selected={selected === undefined ? undefined : outermost(known, selected)} follow={first === undefined ? undefined : outermost(known, first)}
      onSelect={selection.select} onOpen={selection.open} />
  );
}
