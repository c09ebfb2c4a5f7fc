/** Tries an expression out, as this stage would evaluate it. */
import { toJson } from "@bufbuild/protobuf";
import { ValueSchema } from "@bufbuild/protobuf/wkt";
import type { PlannedExpression } from "@gennaker/client/gen/execution_service";
import { useState } from "react";
import { api } from "~/api/index.ts";
import { useText } from "~/i18n/index.tsx";
import { Button, ErrorNote, JsonTree, TextArea } from "~/ui/index.ts";

export function EvaluateBox({ execution, stage }: { execution: string; stage: string }) {
  const t = useText();
  const [expression, setExpression] = useState("");
  const [result, setResult] = useState<PlannedExpression>();
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const evaluate = async () => {
    setBusy(true);
    setError(undefined);
    try {
      setResult((await api.executions.evaluateExpression({ execution, stage, expression })).result);
    } catch (problem) {
      setError(problem);
    }
    setBusy(false);
  };
  return (
    <form className="stack" onSubmit={(event) => { event.preventDefault(); void evaluate(); }}>
      <TextArea label={t("execution.expression")} help={t("execution.expressionHelp")} className="input mono" rows={2} value={expression} onChange={setExpression} spellCheck={false} maxLength={10000}
        onKeyDown={(event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.currentTarget.form?.requestSubmit(); }} />
      <div className="row"><Button small type="submit" icon="play" busy={busy} disabled={!expression.trim()}>{t("execution.evaluateNow")}</Button></div>
      {error !== undefined && <ErrorNote error={error} />}
      <div role="status">{result && <Result result={result} />}</div>
    </form>
  );
}

function Result({ result }: { result: PlannedExpression }) {
  const t = useText();
  const reads = Object.entries(result.reads);
  return (
    <div className="stack">
      {result.error ? <p className="stage-message evaluate-error">{result.error}</p> : result.value ? <JsonTree name={t("execution.value")} value={toJson(ValueSchema, result.value)} /> : <p>{t("execution.noValue")}</p>}
      {reads.length > 0 && <JsonTree name={t("execution.reads")} open={1} value={Object.fromEntries(reads.map(([path, value]) => [path, toJson(ValueSchema, value)]))} />}
    </div>
  );
}
