/** A plan: what would become of each stage, and of each expression in it. */
import { toJson } from "@bufbuild/protobuf";
import { type Value, ValueSchema } from "@bufbuild/protobuf/wkt";
import { type PlanExecutionResponse, type PlannedExpression, type PlannedStage, PlannedStage_Verdict as Verdict } from "@gennaker/client/gen/execution_service";
import { Waiting_Kind } from "@gennaker/client/gen/execution";
import { Fragment } from "react";
import { useText } from "~/i18n/index.tsx";
import { type Look, Panel, span, StatusBadge } from "~/ui/index.ts";

const LOOKS: Record<Verdict, Look> = {
  [Verdict.UNSPECIFIED]: { tone: "idle", icon: "info", text: "editor.verdictUnknown" },
  [Verdict.RUNS]: { tone: "ok", icon: "play", text: "editor.verdictRuns" },
  [Verdict.SKIPPED]: { tone: "idle", icon: "skip", text: "editor.verdictSkipped" },
  [Verdict.FAILS]: { tone: "failed", icon: "cross", text: "editor.verdictFails" },
  [Verdict.UNKNOWN]: { tone: "waiting", icon: "wait", text: "editor.verdictUnknown" },
};

interface Props {
  plan: PlanExecutionResponse;
  /** The names that the definition gives its stages. */
  titles: ReadonlyMap<string, string>;
}

export function PlanTable({ plan, titles }: Props) {
  const t = useText();
  return (
    <section className="stack" aria-label={t("editor.plan")} aria-live="polite">
      {plan.problems.length > 0 && (
        <Panel title={t("editor.cannotStart")}>
          <ul className="plain-list">{plan.problems.map((one) => <li key={`${one.field} ${one.description}`}><code>{one.field}</code> {one.description}</li>)}</ul>
        </Panel>
      )}
      <ol className="plan">
        {plan.stages.map((stage) => <li key={stage.id} data-inner={stage.parent !== "" || undefined}><Stage stage={stage} title={stage.name || titles.get(stage.id) || stage.id} /></li>)}
      </ol>
    </section>
  );
}

function Stage({ stage, title }: { stage: PlannedStage; title: string }) {
  const t = useText();
  const expressions = [...(stage.condition ? [stage.condition] : []), ...stage.expressions];
  return (
    <>
      <div className="row"><StatusBadge look={LOOKS[stage.verdict]} /><strong>{title}</strong><span className="muted">{stage.kind}</span></div>
      {stage.problem && <p className="refusal">{stage.problem}</p>}
      {expressions.length > 0 && (
        <div className="scroll-x" role="group" aria-label={t("editor.expressionsOf", { name: title })} tabIndex={0}>
          <table className="plan-table">
            <thead><tr><th scope="col">{t("editor.field")}</th><th scope="col">{t("editor.expression")}</th><th scope="col">{t("editor.value")}</th></tr></thead>
            <tbody>{expressions.map((one, index) => <Expression key={`${one.field} ${index}`} expression={one} condition={one === stage.condition} />)}</tbody>
          </table>
        </div>
      )}
      {stage.tasks.length > 0 && (
        <p className="muted">{t("editor.tasks")} {stage.tasks.map((task, index) => (
          <Fragment key={`${task.name} ${index}`}>{index > 0 && " → "}{task.name}{task.limit && ` (${t("editor.atMost", { time: span(Number(task.limit.seconds) * 1000) })})`}{task.kind === Waiting_Kind.JUDGMENT && ` (${t("editor.person")})`}</Fragment>
        ))}</p>
      )}
    </>
  );
}

function Expression({ expression, condition }: { expression: PlannedExpression; condition: boolean }) {
  const t = useText();
  const reads = Object.entries(expression.reads);
  return (
    <tr>
      <td>{condition ? t("editor.condition") : <code>{expression.field}</code>}</td>
      <td>
        <code className="wrap">{expression.source}</code>
        {reads.map(([path, value]) => <div key={path} className="muted"><code>{path}</code> = <code className="wrap">{valueText(value)}</code></div>)}
      </td>
      <td>
        {expression.error ? <span className="refusal">{expression.error}</span>
          : expression.unknown ? <span className="muted">{t("editor.onlyARun")}</span> : <code className="wrap">{expression.value ? valueText(expression.value) : "–"}</code>}
      </td>
    </tr>
  );
}

function valueText(value: Value): string {
  return JSON.stringify(toJson(ValueSchema, value));
}
