/** Adding, copying, moving and deleting stages. */
import { ancestorsOf, hasCycle, successorsOf } from "./connections.ts";
import {
  changeStages, dependenciesOf, findStage, freeId, idOf, idsOf, type JsonObject, newStage, type StageJson, stagesOf, withDependencies, withStages,
} from "./pipeline.ts";

/** Where a stage goes. `after` begins a branch behind some stages, `between` is on a line, `parallel` has the same neighbours. */
export type Place =
  | { at: "first" }
  | { at: "alone" }
  | { at: "after"; of: readonly string[] }
  | { at: "before"; of: string }
  | { at: "parallel"; of: string }
  | { at: "between"; from: string; to: string };

/** A document and the stages that an operation was about. */
export interface Done {
  document: JsonObject;
  ids: string[];
}

/** Adds a stage of a kind, by the name of its descriptor. `content` is what its kind begins with. */
export function addStage(document: JsonObject, descriptor: string, place: Place, content: JsonObject = {}): Done {
  const stage = newStage(descriptor, content);
  const id = freeId(idsOf(document), idOf(stage));
  return { document: insert(document, { ...stage, id }, place), ids: [id] };
}

/** Puts a stage that the document doesn't have at its place. */
function insert(document: JsonObject, stage: StageJson, place: Place): JsonObject {
  const id = idOf(stage);
  const add = (before: readonly string[], beside?: string) => {
    const stages = stagesOf(document);
    const index = beside === undefined ? stages.length : stages.findIndex((one) => idOf(one) === beside) + 1;
    return withStages(document, stages.toSpliced(index, 0, withDependencies(stage, before)));
  };
  const follow = (grown: JsonObject, ids: readonly string[], without: readonly string[]) =>
    changeStages(grown, (one) =>
      ids.includes(idOf(one)) ? withDependencies(one, [...dependenciesOf(one).filter((before) => !without.includes(before)), id]) : one,
    );
  const before = (of: string) => dependenciesOf(findStage(document, of) ?? {});
  switch (place.at) {
    case "alone":
      return add([]);
    case "first": {
      const roots = stagesOf(document).filter((one) => dependenciesOf(one).length === 0).map(idOf);
      return follow(add([]), roots, []);
    }
    case "after":
      return add(place.of, place.of.at(-1));
    case "before":
      return follow(add(before(place.of), place.of), [place.of], before(place.of));
    case "parallel":
      return follow(add(before(place.of), place.of), successorsOf(document, place.of), []);
    case "between":
      return follow(add([place.from], place.from), [place.to], [place.from]);
  }
}

/** Deletes stages. What came after them now comes after what came before them. */
export function deleteStages(document: JsonObject, ids: readonly string[]): JsonObject {
  const gone = new Set(ids);
  const before = new Map(stagesOf(document).map((stage) => [idOf(stage), dependenciesOf(stage)]));
  const survivors = (id: string, seen: Set<string>): string[] => {
    if (!gone.has(id)) return [id];
    if (seen.has(id)) return [];
    seen.add(id);
    return (before.get(id) ?? []).flatMap((one) => survivors(one, seen));
  };
  const left = stagesOf(document).filter((stage) => !gone.has(idOf(stage)));
  const kept = left.map((stage) => {
    const old = dependenciesOf(stage);
    return old.some((id) => gone.has(id)) ? withDependencies(stage, old.flatMap((id) => survivors(id, new Set()))) : stage;
  });
  return withStages(document, kept);
}

/** Puts copies beside the originals. Lines among the copied go between the copies; those from outside stay. */
export function duplicateStages(document: JsonObject, ids: readonly string[]): Done {
  const originals = stagesOf(document).filter((stage) => ids.includes(idOf(stage)));
  const copies = renamed(originals, idsOf(document));
  return { document: withStages(document, [...stagesOf(document), ...copies]), ids: copies.map(idOf) };
}

/** Gives stages ids that are free, and lets the lines among them follow. */
export function renamed(stages: readonly StageJson[], taken: ReadonlySet<string>): StageJson[] {
  const used = new Set(taken);
  const names = new Map<string, string>();
  for (const stage of stages) {
    const id = freeId(used, idOf(stage) || "stage");
    used.add(id);
    names.set(idOf(stage), id);
  }
  return stages.map((stage) => {
    const moved = { ...stage, id: names.get(idOf(stage)) ?? idOf(stage) };
    return withDependencies(moved, dependenciesOf(stage).map((id) => names.get(id) ?? id));
  });
}

/** Takes a stage out and puts it somewhere else; undefined where that can't be. */
export function moveStage(document: JsonObject, id: string, place: Place): JsonObject | undefined {
  const stage = findStage(document, id);
  const named = "of" in place ? [place.of].flat() : place.at === "between" ? [place.from, place.to] : [];
  if (!stage || named.includes(id)) return undefined;
  const moved = insert(deleteStages(document, [id]), withDependencies(stage, []), place);
  return hasCycle(moved) ? undefined : moved;
}

/** Stages in an order in which they could run, for lists. */
export function inOrder(document: JsonObject): StageJson[] {
  const depth = new Map(stagesOf(document).map((stage) => [idOf(stage), ancestorsOf(document, idOf(stage)).size]));
  return stagesOf(document).toSorted((a, b) => (depth.get(idOf(a)) ?? 0) - (depth.get(idOf(b)) ?? 0));
}
