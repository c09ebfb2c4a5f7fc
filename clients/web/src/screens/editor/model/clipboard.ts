/** Stages as text, to carry them to another place or another pipeline. */
import { isObject, type JsonObject, type JsonValue, objects } from "./json.ts";
import { dependenciesOf, idOf, idsOf, kindOf, type StageJson, stagesOf, withDependencies, withStages } from "./pipeline.ts";
import { type Done, renamed } from "./stages.ts";

/** The text that stands for stages: JSON that can also be pasted into a file. */
export function copyStages(document: JsonObject, ids: readonly string[]): string {
  return JSON.stringify({ stages: stagesOf(document).filter((stage) => ids.includes(idOf(stage))) }, null, 2);
}

/** The stages in a text: of `copyStages`, of a whole pipeline, a list of stages, or a single one. */
export function stagesIn(text: string): StageJson[] {
  const value = parsed(text);
  if (Array.isArray(value)) return objects(value).filter(isStage);
  if (!isObject(value)) return [];
  return "stages" in value ? objects(value.stages).filter(isStage) : [value].filter(isStage);
}

function isStage(value: JsonObject): boolean {
  return idOf(value) !== "" && kindOf(value) !== undefined;
}

function parsed(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Puts the stages of a text behind some stages. Ids that are taken get a number; lines among the pasted stay. Lines to
 * stages that are not pasted stay where the document has those and no place is given.
 */
export function pasteStages(document: JsonObject, text: string, after: readonly string[]): Done | undefined {
  const pasted = stagesIn(text);
  if (pasted.length === 0) return undefined;
  const inside = new Set(pasted.map(idOf));
  const here = idsOf(document);
  const placed = pasted.map((stage) => {
    const inner = dependenciesOf(stage).filter((id) => inside.has(id));
    const outer = after.length > 0 ? (inner.length > 0 ? [] : after) : dependenciesOf(stage).filter((id) => !inside.has(id) && here.has(id));
    return { inner, outer, stage };
  });
  const copies = renamed(placed.map(({ stage, inner }) => withDependencies(stage, inner)), here);
  const stages = copies.map((stage, index) => withDependencies(stage, [...dependenciesOf(stage), ...(placed[index]?.outer ?? [])]));
  return { document: withStages(document, [...stagesOf(document), ...stages]), ids: stages.map(idOf) };
}
