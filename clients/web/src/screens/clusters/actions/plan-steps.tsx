/** The steps that the server would take, and what would keep it from them. */
import { PlannedStage_Verdict as Verdict, type PlannedStage } from "@gennaker/client/gen/execution_service";
import { useLanguage, useText } from "~/i18n/index.tsx";
import { ErrorNote, Icon, span, Spinner } from "~/ui/index.ts";
import { durationMillis } from "~/ui/time.ts";
import type { Operation } from "../model/action.ts";
import { usePlan } from "../parts/queries.ts";
import { words } from "~/screens/execution/model/text.ts";

export function PlanSteps({ application, operations }: { application: string; operations: readonly Operation[] }) {
  const t = useText();
  const { data, error, isLoading } = usePlan(application, operations);
  if (operations.length === 0) return null;
  const [first] = data?.stages ?? [];
  const failing = (data?.stages ?? []).filter(({ verdict }) => verdict === Verdict.FAILS);
  return (
    <section className="effect" aria-label={t("clusters.planned")}>
      <h3>{t("clusters.planned")}</h3>
      {isLoading && <Spinner />}
      {error && <ErrorNote error={error} />}
      {first && <Tasks stage={first} />}
      {[...failing.map(({ name, problem }) => `${name}: ${problem}`), ...(data?.problems ?? [])].map((problem) => (
        <p key={problem} className="effect-warning" data-tone="failed"><Icon name="warning" />{t("clusters.planFails", { problem })}</p>
      ))}
    </section>
  );
}

function Tasks({ stage }: { stage: PlannedStage }) {
  const t = useText();
  const language = useLanguage();
  return (
    <ol className="plan-tasks">
      {stage.tasks.map((task, index) => {
        const limit = durationMillis(task.limit);
        // The steps have no identity but their place.
        return <li key={`${index}`}>{words(task.name)}{limit !== undefined && <span className="muted"> ({t("clusters.atMost", { time: span(limit, language) })})</span>}</li>;
      })}
    </ol>
  );
}
