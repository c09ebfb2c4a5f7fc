/** Places in a document: as the server writes them (`stages[2].wait.skip_text`), and as lists of steps. */
import { at, isObject, type JsonObject, type JsonValue, type Path } from "./json.ts";
import { idOf, stagesOf } from "./pipeline.ts";

/** Something that is wrong, or odd, at a place of the document. */
export interface Problem {
  path: Path;
  /** The same place as the server writes it. */
  field: string;
  text: string;
  severity: "error" | "warning";
}

/** The name of a field in JSON. */
export function camel(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** The name of a field in the API. */
export function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/**
 * The steps of a path that the server wrote. Keys of maps may have dots: what the document has decides. Fields that the
 * document doesn't have are taken by their names in JSON.
 */
export function stepsOf(document: JsonObject, path: string): Path {
  const steps: (string | number)[] = [];
  let here: JsonValue | undefined = document;
  for (let rest = path; rest !== ""; ) {
    const index: RegExpExecArray | null = /^\[(\d+)\]\.?/.exec(rest);
    const step: string | number = index ? Number(index[1]) : nextKey(here, rest);
    rest = rest.slice(index ? index[0].length : keyLength(here, rest)).replace(/^\./, "");
    steps.push(step);
    here = at(here, [step]);
  }
  return steps;
}

/** A key of the document that the rest of a path begins with, the longest one. */
function presentKey(here: JsonValue | undefined, rest: string): string | undefined {
  if (!isObject(here)) return undefined;
  const keys = Object.keys(here).filter((key) => rest === key || rest.startsWith(`${key}.`) || rest.startsWith(`${key}[`));
  return keys.sort((a, b) => b.length - a.length)[0];
}

function keyLength(here: JsonValue | undefined, rest: string): number {
  return presentKey(here, rest)?.length ?? (rest.search(/[.[]/) > 0 ? rest.search(/[.[]/) : rest.length);
}

function nextKey(here: JsonValue | undefined, rest: string): string {
  return presentKey(here, rest) ?? camel(rest.slice(0, keyLength(here, rest)));
}

/** A path as the server writes it, as far as no map is in it. */
export function fieldText(path: Path): string {
  return path.reduce<string>((text, step) => (typeof step === "number" ? `${text}[${step}]` : text === "" ? snake(step) : `${text}.${snake(step)}`), "");
}

/** A path as people read it: `stages[deploy].deploy.clusters[0].image`. */
export function pathText(document: JsonObject, path: Path): string {
  return path.reduce<string>((text, step, index) => {
    if (typeof step !== "number") return text === "" ? step : `${text}.${step}`;
    const named = at(document, path.slice(0, index + 1));
    const name = isObject(named) ? (named.id ?? named.name) : undefined;
    return `${text}[${typeof name === "string" && index === 1 ? name : step}]`;
  }, "");
}

/** Whether a place is inside another, or the same. */
export function isInside(path: Path, outer: Path): boolean {
  return outer.every((step, index) => path[index] === step);
}

/** The id of the stage that a place is in. */
export function stageAt(document: JsonObject, path: Path): string | undefined {
  const stage = path[0] === "stages" && typeof path[1] === "number" ? stagesOf(document)[path[1]] : undefined;
  return stage && idOf(stage);
}
