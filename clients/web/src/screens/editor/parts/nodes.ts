/** The stages of the document as the graph draws them. */
import type { StageKindDescriptor } from "@gennaker/client/gen/kinds";
import { useRef } from "react";
import { useText } from "~/i18n/index.tsx";
import type { GraphNode } from "~/graph/index.ts";
import { equal, type JsonObject, text } from "../model/json.ts";
import { dependenciesOf, descriptorOf, idOf, kindOf, type StageJson, stagesOf } from "../model/pipeline.ts";

/** The descriptors of kinds by their names. */
export type Kinds = ReadonlyMap<string, StageKindDescriptor>;

/** The name that people see. */
export function titleOf(stage: StageJson, kinds: Kinds): string {
  return text(stage.name) || kinds.get(descriptorOf(stage))?.label || idOf(stage);
}

interface Marks {
  problems: ReadonlyMap<string, number>;
  /** The chosen stages, if there are several. */
  chosen: readonly string[];
}

/** The nodes; a stage that looks the same is the same object again, so that only what changed is drawn. */
export function useNodes(document: JsonObject, kinds: Kinds, marks: Marks): GraphNode[] {
  const t = useText();
  const known = useRef(new Map<string, GraphNode>());
  const nodes = stagesOf(document).map((stage) => {
    const id = idOf(stage);
    const kind = kinds.get(descriptorOf(stage))?.label ?? kindOf(stage)?.name ?? t("editor.noKind");
    const node: GraphNode = {
      id,
      title: titleOf(stage, kinds),
      subtitle: kind === titleOf(stage, kinds) ? id : `${kind} · ${id}`,
      dependsOn: dependenciesOf(stage),
      problems: marks.problems.get(id),
      badge: marks.chosen.length > 1 && marks.chosen.includes(id) ? t("editor.chosen") : undefined,
    };
    const before = known.current.get(id);
    return before && sameNode(before, node) ? before : node;
  });
  known.current = new Map(nodes.map((node) => [node.id, node]));
  return nodes;
}

function sameNode(a: GraphNode, b: GraphNode): boolean {
  return a.title === b.title && a.subtitle === b.subtitle && a.problems === b.problems && a.badge === b.badge && equal([...a.dependsOn], [...b.dependsOn]);
}
