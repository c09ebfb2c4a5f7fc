/** What the server says about the language of expressions, and what expressions give. */
import { toJson } from "@bufbuild/protobuf";
import { ValueSchema } from "@bufbuild/protobuf/wkt";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api, explain } from "~/api/index.ts";
import type { FormContext } from "~/form/context.tsx";
import { useStageKinds } from "~/form/kinds.ts";
import { stagesBefore, type World } from "./expression-world.ts";

/** How long after the last letter an expression is tried. */
const PAUSE = 300;

/** What can be written in an expression of a form. Nothing is asked before `wanted`. */
export function useWorld(context: FormContext, wanted: boolean): World {
  const kinds = useStageKinds(wanted).data;
  const groups = useQuery({
    queryKey: ["expression-language"],
    enabled: wanted,
    staleTime: Infinity,
    queryFn: async () => (await api.system.describeExpressions({})).groups,
  }).data;
  const stages = stagesBefore(context.stages ?? [], context.stage).map(({ id, name, kind }) => ({
    id, label: name, outputs: kinds?.find((one) => one.kind === kind)?.outputs ?? [],
  }));
  return { parameters: context.parameters ?? [], stages, groups: groups ?? [] };
}

/** What became of an expression. */
export type Tried = { state: "value"; json: string } | { state: "failed"; message: string } | { state: "unknown" };

/** Tries a text in an execution, shortly after it has stopped to change. */
export function useTried(execution: string | undefined, text: string, wanted: boolean): Tried | undefined {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), PAUSE);
    return () => clearTimeout(timer);
  }, [text]);
  return useQuery<Tried>({
    queryKey: ["tried", execution, settled],
    enabled: wanted && Boolean(execution) && settled.trim() !== "" && settled === text,
    placeholderData: (before) => before,
    queryFn: async ({ signal }) => {
      try {
        return shown((await api.executions.evaluateExpression({ execution: execution ?? "", expression: settled }, { signal })).result);
      } catch (error) {
        if (signal.aborted) throw error;
        return { state: "failed", message: explain(error).message };
      }
    },
  }).data;
}

type Result = Awaited<ReturnType<typeof api.executions.evaluateExpression>>["result"];

function shown(result: Result): Tried {
  if (result?.unknown) return { state: "unknown" };
  if (result?.error) return { state: "failed", message: result.error };
  return { state: "value", json: result?.value ? JSON.stringify(toJson(ValueSchema, result.value), null, 2) : "null" };
}
