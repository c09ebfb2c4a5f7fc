/** What can be written in an expression at a place: names, outputs of stages, functions and methods. */
import { type ExpressionElement, type ExpressionGroup, ExpressionGroup_Sort as Sort } from "@gennaker/client/gen/expression";
import type { OutputDescriptor } from "@gennaker/client/gen/kinds";
import type { Named, StageSummary } from "~/form/context.tsx";

/** A stage whose outputs can be read. */
export interface Readable {
  id: string;
  label?: string | undefined;
  outputs: readonly OutputDescriptor[];
}

export interface World {
  parameters: readonly Named[];
  /** The stages before the one whose expression it is. */
  stages: readonly Readable[];
  groups: readonly ExpressionGroup[];
}

/** Something to write, with what it means. */
export interface Suggestion {
  text: string;
  /** What is shown behind the name. */
  detail?: string | undefined;
  help?: string | undefined;
  sort: "variable" | "property" | "function" | "method" | "class" | "keyword";
  /** How much of it the cursor stands before, at the end: within brackets. */
  back?: number | undefined;
}

export interface Suggested {
  /** Where what they replace begins. */
  from: number;
  suggestions: Suggestion[];
}

/** The members of the fixed names, as the guide to expressions has them. */
const MEMBERS: Record<string, readonly string[]> = {
  trigger: ["type", "user", "name", "reason", "parameters", "artifacts", "resolvedExpectedArtifacts", "parentExecution", "payload"],
  execution: ["id", "name", "application", "pipeline", "type", "status", "buildTime", "startTime", "endTime", "authentication", "parameters", "trigger", "stages", "canceled"],
  stage: ["outputs", "status", "name", "id", "type", "context", "hasSucceeded", "hasFailed", "startTime", "endTime", "tasks"],
};
const ROOTS = ["parameters", "trigger", "execution", "stages", "artifacts", "deployedServerGroups", "scmInfo", "templateVariables"];

/** The stages that come before a stage, near or far; all of them where no stage is given. */
export function stagesBefore(stages: readonly StageSummary[], of: string | undefined): StageSummary[] {
  if (of === undefined) return [...stages];
  const byId = new Map(stages.map((stage) => [stage.id, stage]));
  const found = new Set<string>();
  const open = [...(byId.get(of)?.dependsOn ?? [])];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    open.push(...(byId.get(next)?.dependsOn ?? []));
  }
  return stages.filter(({ id }) => found.has(id));
}

/** The expression that a place in a text is in, up to the place; undefined where it is in none. */
export function expressionBefore(text: string, whole: boolean): string | undefined {
  const start = text.lastIndexOf("${");
  if (start < 0 || text.charAt(start - 1) === "$") return whole ? text : undefined;
  const inside = text.slice(start + 2);
  let depth = 1;
  for (const character of inside.replace(/'[^']*'|"[^"]*"/g, "")) {
    if (character === "{") depth += 1;
    if (character === "}") depth -= 1;
    if (depth === 0) return whole ? text : undefined;
  }
  return inside;
}

/** What can stand at the end of a text. */
export function suggest(text: string, whole: boolean, world: World): Suggested | undefined {
  const expression = expressionBefore(text, whole);
  if (expression === undefined || isInText(expression)) return undefined;
  const call = /#\w*$/.exec(expression);
  if (call) return { from: text.length - call[0].length, suggestions: functions(world) };
  const path = /([A-Za-z_][\w-]*(?:\??\.[\w-]+|\['[^']*'\])*)\??\.([\w-]*)$/.exec(expression);
  if (path) return { from: text.length - (path[2]?.length ?? 0), suggestions: members(steps(path[1] ?? ""), world) };
  const method = /[)\]}'"\d]\??\.(\w*)$/.exec(expression);
  if (method) return { from: text.length - (method[1]?.length ?? 0), suggestions: methods(world) };
  const word = /[A-Za-z_]\w*$/.exec(expression)?.[0] ?? "";
  // After a value comes an operator, which needs no suggestion.
  if (word === "" && /['")\]}\w]\s*$/.test(expression)) return undefined;
  return { from: text.length - word.length, suggestions: [...roots(world), ...functions(world)] };
}

function isInText(expression: string): boolean {
  return /['"]/.test(expression.replace(/'[^']*'|"[^"]*"/g, ""));
}

function steps(path: string): string[] {
  return path.replace(/\['([^']*)'\]/g, ".$1").split(/\??\./);
}

function roots({ parameters, stages }: World): Suggestion[] {
  return [
    ...ROOTS.map((text): Suggestion => ({ text, sort: "variable" })),
    ...parameters.map(({ id, label, help }): Suggestion => ({ text: member("parameters", id), detail: label, help, sort: "variable" })),
    ...stages.map(({ id, label }): Suggestion => ({ text: `${member("stages", id)}.outputs`, detail: label, sort: "variable" })),
  ];
}

/** A name that is no word is written in brackets. */
function member(of: string, name: string): string {
  return /^[\w-]+$/.test(name) ? `${of}.${name}` : `${of}['${name.replaceAll("'", "''")}']`;
}

function members(path: readonly string[], world: World): Suggestion[] {
  const [root = "", id = "", part, ...deeper] = path;
  const properties = (names: readonly string[]): Suggestion[] => names.map((text) => ({ text, sort: "property" }));
  if (path.length === 1 && root === "parameters") {
    return world.parameters.filter((one) => /^[\w-]+$/.test(one.id)).map(({ id: text, label, help }) => ({ text, detail: label, help, sort: "property" }));
  }
  if (path.length === 1 && root === "stages") return world.stages.map(({ id: text, label }) => ({ text, detail: label, sort: "property" }));
  if (path.length === 1 && MEMBERS[root]) return properties(MEMBERS[root]);
  if (root === "stages" && path.length === 2) return properties(MEMBERS.stage ?? []);
  if (root === "stages" && part === "outputs") {
    const stage = world.stages.find((one) => one.id === id);
    return [...outputs(stage?.outputs ?? [], deeper), ...methods(world)];
  }
  return methods(world);
}

/** The next names of the outputs that begin with some names; what stands in `<>` is any name. */
function outputs(all: readonly OutputDescriptor[], before: readonly string[]): Suggestion[] {
  const found = new Map<string, Suggestion>();
  for (const { path, description } of all) {
    const names = path.split(".");
    const next = names[before.length];
    const fits = before.every((name, index) => names[index] === name || names[index]?.startsWith("<"));
    if (fits && next && !next.startsWith("<")) found.set(next, { text: next, help: description, sort: "property" });
  }
  return [...found.values()];
}

function functions({ groups }: World): Suggestion[] {
  return elements(groups, Sort.FUNCTIONS).map((one) => described(one, `#${one.name}()`, "function", one.signature.endsWith("()") ? 0 : 1));
}

function methods({ groups }: World): Suggestion[] {
  const found = new Map<string, Suggestion>();
  for (const one of elements(groups, Sort.METHODS)) {
    if (!found.has(one.name)) found.set(one.name, described(one, `${one.name}()`, "method", one.signature.endsWith("()") ? 0 : 1));
  }
  return [...found.values()];
}

function elements(groups: readonly ExpressionGroup[], sort: Sort): ExpressionElement[] {
  return groups.filter((group) => group.sort === sort).flatMap((group) => group.elements);
}

function described({ signature, help, example, exampleValue }: ExpressionElement, text: string, sort: Suggestion["sort"], back: number): Suggestion {
  return { text, detail: signature.slice(signature.indexOf("(")), help: `${help}\n${example} → ${exampleValue}`, sort, back };
}

/** The place in a text that a message of the server is about, which counts characters from 1; undefined where it names none. */
export function placeOfMistake(text: string, message: string): { from: number; to: number } | undefined {
  const match = /at character (\d+)/.exec(message);
  if (!match) return undefined;
  const before = [...text].slice(0, Number(match[1]) - 1).join("").length;
  const word = /^[\w-]+/.exec(text.slice(before))?.[0].length ?? 1;
  const from = Math.min(before, Math.max(0, text.length - 1));
  return { from, to: Math.min(text.length, from + word) };
}
