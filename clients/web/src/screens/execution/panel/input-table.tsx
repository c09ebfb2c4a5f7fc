/** What a stage got, beside the expressions that it was computed from. */
import { type JsonValue, toJson } from "@bufbuild/protobuf";
import type { Execution, StageExecution } from "@gennaker/client/gen/execution";
import type { Pipeline } from "@gennaker/client/gen/pipeline";
import { StageSchema } from "@gennaker/client/gen/stage";
import { memo, useMemo } from "react";
import { useText } from "~/i18n/index.tsx";
import { JsonTree } from "~/ui/index.ts";
import { inputRows, isObject } from "../model/sources.ts";
import { usePipelineRevision } from "../parts/queries.ts";

export const InputTable = memo(function InputTable({ execution, stage }: { execution: Execution; stage: StageExecution }) {
  const t = useText();
  const pipeline = usePipelineRevision(execution);
  const defined = useMemo(() => definitionOf(pipeline, stage.id), [pipeline, stage.id]);
  const rows = useMemo(() => inputRows(stage.inputs ?? {}, defined.kind, defined.expressions), [stage.inputs, defined]);
  return (
    <>
      {defined.condition && <p className="muted">{t("execution.condition")} <code>{defined.condition}</code></p>}
      {rows.length === 0 ? <p className="muted">{t(stage.inputs ? "execution.noInputs" : "execution.inputsLater")}</p> : (
        <dl className="input-table">
          {rows.map(({ path, value, source }) => (
            <div key={path} data-plain={(source === undefined && (typeof value !== "object" || value === null)) || undefined}>
              <dt>{path}</dt>
              <dd>
                {source !== undefined && <code className="input-source" title={t("execution.expression")}>{source}</code>}
                <span className="input-value">{source !== undefined && <span className="muted" aria-hidden="true">→ </span>}<Value value={value} /></span>
              </dd>
            </div>
          ))}
        </dl>
      )}
    </>
  );
}, (before, after) => before.stage === after.stage && before.execution.pipelineRevision === after.execution.pipelineRevision);

function Value({ value }: { value: JsonValue }) {
  return typeof value === "object" && value !== null ? <JsonTree value={value} open={1} /> : <span className="input-text">{String(value)}</span>;
}

interface Definition {
  kind: JsonValue | undefined;
  expressions: Readonly<Record<string, string>>;
  condition: string;
}

/** What the pipeline says of a stage; nothing for one that another stage made. */
function definitionOf(pipeline: Pipeline | undefined, id: string): Definition {
  const stage = pipeline?.stages.find((one) => one.id === id);
  if (!stage?.kind.case) return { kind: undefined, expressions: {}, condition: "" };
  const json = toJson(StageSchema, stage);
  return { kind: isObject(json) ? json[stage.kind.case] : undefined, expressions: stage.expressions, condition: stage.condition };
}
