/** What is wrong with the document: what a message can't hold and what breaks the rules of fields at once, and what the server says shortly after typing. */
import { useEffect, useMemo, useState } from "react";
import { api, explain } from "~/api/index.ts";
import type { StageKindDescriptor } from "@gennaker/client/gen/kinds";
import { useResourceFields } from "~/form/index.ts";
import { type Text, useText } from "~/i18n/index.tsx";
import { localFindings } from "./local.ts";
import { documentOf, pass, type Refusal } from "./model/door.ts";
import type { JsonObject } from "./model/json.ts";
import { fieldText, isInside, type Problem, stageAt, stepsOf } from "./model/paths.ts";

/** How long after the last change the server is asked. */
const PAUSE = 300;

/** What is known about the document. `checked` says that the server has seen it as it is. */
export interface Check {
  problems: Problem[];
  checked: boolean;
  /** The server did not answer. */
  unreachable: boolean;
}

interface Answer {
  document: JsonObject;
  problems: Problem[];
  unreachable: boolean;
}

/** Checks a document while it is edited. */
export function useCheck(document: JsonObject, name: string, kinds: readonly StageKindDescriptor[]): Check {
  const t = useText();
  const { pipeline, refusals } = useMemo(() => pass(document, name), [document, name]);
  const [stageFields, pipelineFields] = [useResourceFields("stage"), useResourceFields("pipeline")];
  // What the message holds has the usual spelling, whatever the document's is.
  const findings = useMemo(() => localFindings(documentOf(pipeline), { kinds, stage: stageFields, pipeline: pipelineFields }), [pipeline, kinds, stageFields, pipelineFields]);
  const [answer, setAnswer] = useState<Answer>();
  useEffect(() => {
    const abort = new AbortController();
    const ask = async () => {
      try {
        const parent = name.split("/").slice(0, 2).join("/");
        const { violations, warnings } = await api.pipelines.validatePipeline({ parent, pipeline }, { signal: abort.signal });
        const of = (severity: Problem["severity"]) => (one: { field: string; description: string }): Problem => ({ path: stepsOf(document, one.field), field: one.field, text: one.description, severity });
        setAnswer({ document, problems: [...violations.map(of("error")), ...warnings.map(of("warning"))], unreachable: false });
      } catch (error) {
        if (!abort.signal.aborted) setAnswer({ document, problems: [{ path: [], field: "", text: explain(error).message, severity: "error" }], unreachable: explain(error).unreachable });
      }
    };
    const timer = setTimeout(() => void ask(), PAUSE);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [document, pipeline, name]);
  const checked = answer?.document === document;
  const problems = useMemo(() => {
    const own = findings.map((one): Problem => ({ path: stepsOf(document, one.path), field: one.path, text: t(`form.${one.rule}`, one.values), severity: "error" }));
    const answered = answer?.unreachable ? [] : (answer?.problems ?? []);
    return together(refusalsOf(refusals, t), own, answered, checked && !answer?.unreachable);
  }, [refusals, findings, answer, checked, document, t]);
  return { problems, checked, unreachable: checked && answer.unreachable };
}

/**
 * What was refused, what breaks rules of fields, and what the server says of the rest. What is known here stands for what the server
 * says of the same field: it is newer, and in the user's language. Once the server has judged the document, only what it finds is left.
 */
export function together(refused: readonly Problem[], own: readonly Problem[], answered: readonly Problem[], judged: boolean): Problem[] {
  const others = (problems: readonly Problem[]) => problems.filter(({ path }) => !refused.some((one) => isInside(one.path, path)));
  const wrong = new Set(answered.filter(({ severity }) => severity === "error").map(({ field }) => field));
  const found = judged ? own.filter(({ field }) => wrong.has(field)) : own;
  const known = new Set(found.map(({ field }) => field));
  return [...refused, ...others(found), ...others(answered.filter(({ field, severity }) => severity === "warning" || !known.has(field)))];
}

function refusalsOf(refusals: readonly Refusal[], t: Text): Problem[] {
  return refusals.map((one) => ({ path: one.path, field: fieldText(one.path), text: refusalText(one, t), severity: "error" }));
}

function refusalText({ why, detail }: Refusal, t: Text): string {
  if (why === "unknown") return t("editor.unknownField", { field: detail });
  if (why === "both") return t("editor.bothFields", { field: detail });
  return t("editor.wrongValue", { detail: detail.replace(/^cannot decode (field|message) /, "").replace(/^gennaker\.v1\./, "") });
}

/** How many things are wrong in each stage. */
export function countByStage(document: JsonObject, problems: readonly Problem[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { path } of problems) {
    const id = stageAt(document, path);
    if (id !== undefined) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}

export function errorsOf(problems: readonly Problem[]): Problem[] {
  return problems.filter((one) => one.severity === "error");
}
