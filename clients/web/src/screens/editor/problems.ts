/** What is wrong with the document: what a message can't hold at once, and what the server says shortly after typing. */
import { useEffect, useMemo, useState } from "react";
import { api, explain } from "~/api/index.ts";
import { type Text, useText } from "~/i18n/index.tsx";
import { pass, type Refusal } from "./model/door.ts";
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
export function useCheck(document: JsonObject, name: string): Check {
  const t = useText();
  const { pipeline, refusals } = useMemo(() => pass(document, name), [document, name]);
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
  const problems = useMemo(() => together(refusals, answer?.unreachable ? [] : (answer?.problems ?? []), t), [refusals, answer, t]);
  return { problems, checked, unreachable: checked && answer.unreachable };
}

/** What was refused, and what the server says about the rest. */
function together(refusals: readonly Refusal[], answered: readonly Problem[], t: Text): Problem[] {
  const refused = refusals.map((one): Problem => ({ path: one.path, field: fieldText(one.path), text: refusalText(one, t), severity: "error" }));
  const others = answered.filter(({ path }) => !refused.some((one) => isInside(one.path, path)));
  return [...refused, ...others];
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
