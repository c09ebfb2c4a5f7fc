/** Giving a stage another id, and finding the expressions that name the old one. */
import { mapTexts, type JsonObject, type Path } from "./json.ts";
import { changeStages, dependenciesOf, idOf, idsOf, stagesOf, withDependencies } from "./pipeline.ts";

/** A text that names a stage. */
export interface Mention {
  path: Path;
  text: string;
}

/** What an id may look like. */
const ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/;

/** What is wrong with a new id. */
export function idProblem(document: JsonObject, id: string, wanted: string): "form" | "taken" | undefined {
  if (!ID.test(wanted)) return "form";
  return wanted !== id && idsOf(document).has(wanted) ? "taken" : undefined;
}

/** The ways in which expressions name a stage, each with what stands before and after the id. */
function patterns(id: string): RegExp[] {
  const escaped = id.replace(/[^A-Za-z0-9_]/g, "\\$&");
  return [
    new RegExp(`(\\bstages\\s*\\.\\s*)${escaped}(?![A-Za-z0-9_-])()`, "g"),
    new RegExp(`(\\bstages\\s*\\[\\s*['"])${escaped}(['"]\\s*\\])`, "g"),
    new RegExp(`(#(?:stage|stageByRefId|stageExists)\\(\\s*['"])${escaped}(['"]\\s*\\))`, "g"),
  ];
}

/** A condition is an expression without `${ }`; elsewhere only what is inside counts. */
function rewrite(text: string, whole: boolean, id: string, wanted: string): string {
  const inside = (expression: string) =>
    patterns(id).reduce((current, pattern) => current.replace(pattern, (_, before: string, after: string) => `${before}${wanted}${after}`), expression);
  return whole ? inside(text) : text.replace(/\$\{[^]*?\}/g, inside);
}

function isExpression(path: Path): boolean {
  return path.includes("condition") || path.includes("expression") || path.includes("expressions");
}

/** The texts whose expressions name a stage. */
export function mentions(document: JsonObject, id: string): Mention[] {
  const found: Mention[] = [];
  mapTexts(document, (text, path) => {
    if (rewrite(text, isExpression(path), id, `${id}\u0000`) !== text) found.push({ path, text });
    return text;
  });
  return found;
}

/** Gives a stage another id; the lines follow, and with `expressions` also what names it in expressions. */
export function renameStage(document: JsonObject, id: string, wanted: string, options: { expressions: boolean }): JsonObject {
  if (!stagesOf(document).some((stage) => idOf(stage) === id)) return document;
  const moved = changeStages(document, (stage) => {
    const named = idOf(stage) === id ? { ...stage, id: wanted } : stage;
    const before = dependenciesOf(stage);
    return before.includes(id) ? withDependencies(named, before.map((one) => (one === id ? wanted : one))) : named;
  });
  if (!options.expressions) return moved;
  const changed = mapTexts(moved, (text, path) => rewrite(text, isExpression(path), id, wanted));
  return typeof changed === "object" && changed !== null && !Array.isArray(changed) ? changed : moved;
}
