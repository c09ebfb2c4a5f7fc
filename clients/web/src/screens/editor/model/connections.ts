/** The lines between stages. They never close a cycle. */
import { changeStages, dependenciesOf, idOf, type JsonObject, stagesOf, withDependencies } from "./pipeline.ts";

/** The ids of the stages right after a stage. */
export function successorsOf(document: JsonObject, id: string): string[] {
  return stagesOf(document).filter((stage) => dependenciesOf(stage).includes(id)).map(idOf);
}

/** All stages that come before a stage, near or far. */
export function ancestorsOf(document: JsonObject, id: string): Set<string> {
  const before = new Map(stagesOf(document).map((stage) => [idOf(stage), dependenciesOf(stage)]));
  const found = new Set<string>();
  const open = [...(before.get(id) ?? [])];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    open.push(...(before.get(next) ?? []));
  }
  return found;
}

/** Whether a line between two stages would close a cycle. */
export function closesCycle(document: JsonObject, from: string, to: string): boolean {
  return from === to || ancestorsOf(document, from).has(to);
}

/** Whether some stage comes before itself. */
export function hasCycle(document: JsonObject): boolean {
  const left = new Map(stagesOf(document).map((stage) => [idOf(stage), new Set(dependenciesOf(stage))]));
  for (const before of left.values()) for (const id of before) if (!left.has(id)) before.delete(id);
  for (let removed = true; removed; ) {
    removed = false;
    for (const [id, before] of left) {
      if (before.size > 0) continue;
      left.delete(id);
      for (const others of left.values()) others.delete(id);
      removed = true;
    }
  }
  return left.size > 0;
}

/** Lets a stage come after another; undefined where that would close a cycle. */
export function connect(document: JsonObject, from: string, to: string): JsonObject | undefined {
  if (closesCycle(document, from, to)) return undefined;
  return changeStages(document, (stage) => (idOf(stage) === to ? withDependencies(stage, [...dependenciesOf(stage), from]) : stage));
}

/** Takes a line away. */
export function disconnect(document: JsonObject, from: string, to: string): JsonObject {
  return changeStages(document, (stage) =>
    idOf(stage) === to ? withDependencies(stage, dependenciesOf(stage).filter((id) => id !== from)) : stage,
  );
}
