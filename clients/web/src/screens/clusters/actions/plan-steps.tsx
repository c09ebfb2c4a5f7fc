/** The steps that the server would take, and what would keep it from them. */
import { PlannedStage_Verdict as Verdict, type PlannedStage } from "@gennaker/client/gen/execution_service";
import { kindNamed, useStageKinds } from "~/form/index.ts";
import { useLanguage, useText } from "~/i18n/index.tsx";
import { ErrorNote, Icon, span, Spinner } from "~/ui/index.ts";
import { durationMillis } from "~/ui/time.ts";
import type { Operation } from "../model/action.ts";
import { usePlan } from "../parts/queries.ts";
import { words } from "~/screens/execution/model/text.ts";

export function PlanSteps({ application, operations }: { application: string; operations: readonly Operation[] }) {
  const t = useText();
  const { data, error, isLoading } = usePlan(application, operations);
  const kinds = useStageKinds().data ?? [];
  if (operations.length === 0) return null;
  const ofFirst = (data?.stages ?? []).filter(({ id }) => id.startsWith("s0-"));
  const tops = ofFirst.filter(({ parent }) => parent === "");
  const failing = (data?.stages ?? []).filter(({ verdict }) => verdict === Verdict.FAILS);
  return (
    <section className="effect" aria-label={t("clusters.planned")}>
      <h3>{t("clusters.planned")}</h3>
      {isLoading && <Spinner />}
      {error && <ErrorNote error={error} />}
      {tops.map((top) => (
        <div key={top.id}>
          {tops.length > 1 && <strong className="plan-stage">{kindNamed(kinds, top.kind)?.label ?? words(top.kind)}: {top.name}</strong>}
          <Tasks stages={ofFirst.filter(({ id }) => id === top.id || id.startsWith(`${top.id}/`))} />
        </div>
      ))}
      {[...failing.map(({ name, problem }) => `${name}: ${problem}`), ...(data?.problems ?? [])].map((problem) => (
        <p key={problem} className="effect-warning" data-tone="failed"><Icon name="warning" />{t("clusters.planFails", { problem })}</p>
      ))}
    </section>
  );
}

/** The steps of one operation and of the stages that it makes; where there are several operations, they are alike. */
function Tasks({ stages }: { stages: readonly PlannedStage[] }) {
  const t = useText();
  const language = useLanguage();
  const tasks = stages.flatMap((stage) => stage.tasks);
  return (
    <ol className="plan-tasks">
      {tasks.map((task, index) => {
        const limit = durationMillis(task.limit);
        // The steps have no identity but their place.
        return <li key={`${index}`}>{words(task.name)}{limit !== undefined && <span className="muted"> ({t("clusters.atMost", { time: span(limit, language) })})</span>}</li>;
      })}
    </ol>
  );
}
