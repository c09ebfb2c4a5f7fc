/** The form of the dialog that starts a pipeline. */
import type { Pipeline } from "@gennaker/client/gen/pipeline";
import { type SubmitEvent, useId, useRef, useState } from "react";
import { useLocation } from "wouter";
import { api, explain, lastId, requestId, screenOf } from "~/api/index.ts";
import { useText } from "~/i18n/index.tsx";
import { Button, Dialog, ErrorNote, Markdown, TextArea, TextField } from "~/ui/index.ts";
import { type FormProblems, problemsOf, readArtifacts, type RunForm as Values, sent } from "../model/run-form.ts";
import { ParameterField } from "./parameter-field.tsx";
import { useChecked } from "./run-check.ts";

interface Props {
  pipeline: Pipeline;
  begin: Values;
  /** It is a run like another one. */
  again: boolean;
  onClose: () => void;
}

export function RunForm({ pipeline, begin, again, onClose }: Props) {
  const t = useText();
  const id = useId();
  const [values, setValues] = useState(begin);
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const check = useChecked(pipeline, values);
  const start = useStart(pipeline, values, onClose);
  const change = (part: Partial<Values>, field: string) => {
    setValues({ ...values, ...part });
    setTouched(new Set([...touched, field]));
    start.forget();
  };
  const problems = start.problems ?? check;
  const problemAt = (field: string, problem: string | undefined) => (start.problems || touched.has(field) ? problem : undefined);
  const { parameters, expectedArtifacts } = pipeline;
  const name = pipeline.displayName || lastId(pipeline.name);
  return (
    <Dialog title={t(again ? "execution.runAgain" : "execution.runNamed", { name })} onClose={onClose} footer={<>
      <Button onClick={onClose}>{t("common.cancel")}</Button>
      <Button type="submit" form={id} tone="primary" icon="play" busy={start.busy}>{t("execution.start")}</Button>
    </>}>
      <form id={id} className="stack" noValidate onSubmit={(event) => void start.submit(event)}>
        {pipeline.description && <div className="muted"><Markdown text={pipeline.description} /></div>}
        {parameters.map((parameter, index) => (
          <ParameterField key={parameter.name} parameter={parameter} value={values.parameters[parameter.name] ?? ""} autoFocus={index === 0}
            problem={problemAt(parameter.name, problems.parameters[parameter.name])}
            onChange={(value) => change({ parameters: { ...values.parameters, [parameter.name]: value } }, parameter.name)} />
        ))}
        {(expectedArtifacts.length > 0 || begin.artifacts) && (
          <TextArea label={t("execution.artifacts")} help={t("execution.artifactsHelp", { expected: expectedArtifacts.map((one) => one.displayName || one.id).join(", ") || "–" })}
            className="input mono" rows={4} spellCheck={false} placeholder='[{"type": "docker/image", "reference": "shop:7"}]'
            value={values.artifacts} problem={problemAt("artifacts", problems.artifacts)} onChange={(artifacts) => change({ artifacts }, "artifacts")} />
        )}
        <TextField label={t("common.reason")} help={t("common.reasonHelp")} maxLength={1000} value={values.reason} problem={problems.reason}
          onChange={(reason) => change({ reason }, "reason")} />
        {pipeline.disabled && <p className="execution-note">{t("execution.disabled")}</p>}
        {start.problems?.others.map((problem) => <p key={problem} className="execution-note" data-tone="failed" role="alert">{problem}</p>)}
        {start.error !== undefined && <ErrorNote error={start.error} />}
      </form>
    </Dialog>
  );
}

/** Starts the pipeline; what the server does not accept goes to the fields. */
function useStart(pipeline: Pipeline, values: Values, onClose: () => void) {
  const t = useText();
  const [, go] = useLocation();
  const [busy, setBusy] = useState(false);
  const [problems, setProblems] = useState<FormProblems>();
  const [error, setError] = useState<unknown>();
  const request = useRef<string>(undefined);
  const forget = () => {
    request.current = undefined;
    setProblems(undefined);
    setError(undefined);
  };
  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const artifacts = tryArtifacts(values.artifacts);
    if (typeof artifacts === "string") return setProblems({ parameters: {}, artifacts: t("execution.artifactsWrong", { problem: artifacts }), others: [] });
    setBusy(true);
    // A second press after a lost answer is the same call.
    request.current ??= requestId();
    try {
      const { execution } = await api.executions.startExecution({
        pipeline: pipeline.name, parameters: sent(pipeline.parameters, values), artifacts, reason: values.reason, requestId: request.current,
      });
      onClose();
      if (execution) go(screenOf(execution.name));
    } catch (problem) {
      const { violations } = explain(problem);
      if (violations.length > 0) setProblems(problemsOf(violations, pipeline.parameters));
      else setError(problem);
      setBusy(false);
    }
  };
  return { busy, problems, error, submit, forget };
}

function tryArtifacts(text: string) {
  try {
    return readArtifacts(text);
  } catch (problem) {
    return problem instanceof Error ? problem.message : String(problem);
  }
}
