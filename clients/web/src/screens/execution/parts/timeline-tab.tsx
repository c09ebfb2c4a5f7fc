/** The stages of an execution over time. */
import type { Timestamp } from "@bufbuild/protobuf/wkt";
import type { Execution } from "@gennaker/client/gen/execution";
import { useMemo } from "react";
import { useText } from "~/i18n/index.tsx";
import { useEvents } from "~/live/index.ts";
import { Timeline } from "~/timeline/index.ts";
import { millis } from "~/ui/index.ts";
import { earlierPhases, positionOf, RowMaker } from "../model/timeline.ts";

interface Props {
  execution: Execution;
  /** The time of a state of the past. */
  stopped: Timestamp | undefined;
  kindLabel: (kind: string) => string;
  selected: string | undefined;
  onSelect: (stage: string) => void;
}

export function TimelineTab({ execution, stopped, kindLabel, selected, onSelect }: Props) {
  const t = useText();
  const { rows: log } = useEvents(execution.name);
  const maker = useMemo(() => new RowMaker(kindLabel), [kindLabel]);
  // Only a retry starts a stage again.
  const retried = execution.stages.some((stage) => stage.attempt > 1);
  const earlier = useMemo(() => (retried ? earlierPhases(log.slice(0, positionOf(log, Number(execution.sequence)))) : new Map()), [retried, log, execution.sequence]);
  const rows = useMemo(() => maker.rows(execution.stages, earlier, millis(stopped)), [maker, execution.stages, earlier, stopped]);
  return <Timeline stages={rows} label={t("execution.timelineOf", { name: execution.displayName })} selected={selected} onSelect={onSelect} />;
}
