/** Asks the server while somebody types whether a pipeline could be started so. */
import type { Pipeline } from "@gennaker/client/gen/pipeline";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api, explain } from "~/api/index.ts";
import { type FormProblems, problemsOf, readArtifacts, type RunForm, sent } from "../model/run-form.ts";

const NOTHING: FormProblems = { parameters: {}, others: [] };

/** How long nobody has typed before the server is asked, in milliseconds. */
const PAUSE = 350;

/** What would be wrong with the values; nothing while they are being typed. */
export function useChecked(pipeline: Pipeline, values: RunForm): FormProblems {
  const settled = useSettled(values, PAUSE);
  const checked = useQuery({
    queryKey: ["run-check", pipeline.name, pipeline.etag, settled.parameters, settled.artifacts],
    enabled: settled === values,
    queryFn: async ({ signal }) => check(pipeline, settled, signal),
  });
  return settled === values ? (checked.data ?? NOTHING) : NOTHING;
}

async function check(pipeline: Pipeline, values: RunForm, signal: AbortSignal): Promise<FormProblems> {
  try {
    const artifacts = readArtifacts(values.artifacts);
    await api.executions.startExecution({ pipeline: pipeline.name, parameters: sent(pipeline.parameters, values), artifacts, validateOnly: true }, { signal });
    return NOTHING;
  } catch (problem) {
    if (problem instanceof SyntaxError) return { parameters: {}, artifacts: problem.message, others: [] };
    return problemsOf(explain(problem).violations, pipeline.parameters);
  }
}

/** A value once it has stopped changing. */
function useSettled<Value>(value: Value, pause: number): Value {
  const [settled, settle] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => settle(value), pause);
    return () => clearTimeout(timer);
  }, [value, pause]);
  return settled;
}
