/**
 * The document of the editor: a pipeline as proto JSON, without its name and what only the server writes. Graph, forms
 * and text are views of it. Nothing that it does not know is taken out of it.
 */
import { StageSchema } from "@gennaker/client/gen/stage";
import { isObject, type JsonObject, objects, text, texts, withField } from "./json.ts";

export type { JsonObject } from "./json.ts";

/** A stage as it stands in the document. */
export type StageJson = JsonObject;

/** The kinds by their key in JSON (`manualJudgment`) to their names in the API (`manual_judgment`). */
const KINDS: ReadonlyMap<string, string> = new Map(
  StageSchema.oneofs.find((choice) => choice.name === "kind")?.fields.map((field) => [field.jsonName, field.name]) ?? [],
);
/** The kind under which those that the operator has defined stand. */
const CUSTOM = "custom";
const KEYS: ReadonlyMap<string, string> = new Map([...KINDS].map(([key, name]) => [name, key]));

/** The key in JSON of a kind by its name in the API. */
export function kindKey(kind: string): string {
  return KEYS.get(kind) ?? kind;
}

export function stagesOf(document: JsonObject): StageJson[] {
  return objects(document.stages);
}

export function withStages(document: JsonObject, stages: readonly StageJson[]): JsonObject {
  return withField(document, "stages", stages.length > 0 ? [...stages] : undefined);
}

export function idOf(stage: StageJson): string {
  return text(stage.id);
}

export function findStage(document: JsonObject, id: string): StageJson | undefined {
  return stagesOf(document).find((stage) => idOf(stage) === id);
}

/** The ids of the stages before a stage. */
export function dependenciesOf(stage: StageJson): string[] {
  return texts(stage.dependsOn);
}

export function withDependencies(stage: StageJson, ids: readonly string[]): StageJson {
  const unique = [...new Set(ids)];
  if (unique.length === 0 || stage.dependsOn !== undefined) return withField(stage, "dependsOn", unique.length > 0 ? unique : undefined);
  // Readers of the text expect it at the top.
  const { id, name, ...rest } = stage;
  return { ...(id !== undefined && { id }), ...(name !== undefined && { name }), dependsOn: unique, ...rest };
}

/** The kind of a stage, by its name in the API and by its key; undefined where the stage says none. */
export function kindOf(stage: StageJson): { name: string; key: string } | undefined {
  for (const key of Object.keys(stage)) {
    const name = KINDS.get(key);
    if (name && isObject(stage[key])) return { name, key };
  }
  return undefined;
}

/** The name of the descriptor of a stage's kind: the kind, or for one that the operator has defined `custom/NAME`. */
export function descriptorOf(stage: StageJson): string {
  const name = kindOf(stage)?.name ?? "";
  const custom = name === CUSTOM && isObject(stage[CUSTOM]) ? text(stage[CUSTOM].kind) : "";
  return custom === "" ? name : `${CUSTOM}/${custom}`;
}

/** A stage of a kind, by the name of its descriptor, with the id that suits it best. */
export function newStage(descriptor: string, content: JsonObject = {}): StageJson {
  const [kind = "", name] = descriptor.split("/");
  if (name !== undefined) return { id: name, [CUSTOM]: { kind: name, ...content } };
  return { id: kind.replaceAll("_", "-"), [kindKey(kind)]: content };
}

/** Changes each stage. */
export function changeStages(document: JsonObject, change: (stage: StageJson) => StageJson): JsonObject {
  return withStages(document, stagesOf(document).map(change));
}

/** Replaces one stage. */
export function replaceStage(document: JsonObject, id: string, stage: StageJson): JsonObject {
  return changeStages(document, (one) => (idOf(one) === id ? stage : one));
}

/** An id that no stage has: the wish, or the wish with a number. */
export function freeId(taken: ReadonlySet<string>, wish: string): string {
  if (!taken.has(wish)) return wish;
  const stem = wish.replace(/-\d+$/, "");
  let number = 2;
  while (taken.has(`${stem}-${number}`)) number++;
  return `${stem}-${number}`;
}

/** The ids of all stages. */
export function idsOf(document: JsonObject): Set<string> {
  return new Set(stagesOf(document).map(idOf));
}
