/** The first screen: what waits for a person, what runs, what ended lately, and the applications. All of it live. */
import { useQuery } from "@tanstack/react-query";
import type { Execution } from "@gennaker/client/gen/execution";
import { useState } from "react";
import { ALL_APPLICATIONS, api, idOf, lastId, queryClient, stageScreen } from "~/api/index.ts";
import { useText } from "~/i18n/index.tsx";
import { useExecutions, useLiveEffect, useReady } from "~/live/hooks.ts";
import { ButtonLink, EmptyState, ErrorNote, Page, Panel, Spinner, Time } from "~/ui/index.ts";
import { FirstRun } from "../applications/first-run.tsx";
import { NewApplication } from "../applications/new.tsx";
import { useApplications } from "../applications/queries.ts";
import { hasAnyEnded, useCaughtUp } from "../executions/changes.ts";
import { ExecutionRow } from "../executions/row.tsx";
import { awaitsJudgment, isActive } from "../executions/strip.ts";
import "./home.css";

/** How many of the executions that have ended are shown. */
const RECENT = 10;

export default function Home() {
  const t = useText();
  const [making, setMaking] = useState(false);
  const { data: applications, error, refetch } = useApplications();
  const executions = useExecutions(ALL_APPLICATIONS);
  const ready = useReady(`executions:${ALL_APPLICATIONS}`);
  const active = executions.filter(isActive);
  return (
    <Page title={t("home.title")}>
      {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {applications?.length === 0 && <FirstRun onNew={() => setMaking(true)} />}
      <Judgments executions={active} />
      {applications?.length !== 0 && <Panel title={t("home.running")} flush>
        {active.length > 0 ? active.map((execution) => <ExecutionRow key={execution.name} execution={execution} showApplication />)
          : ready ? <EmptyState icon="play" title={t("home.nothingRuns")}>{t("home.nothingRunsText")}</EmptyState> : <Spinner />}
      </Panel>}
      <Recent />
      {making && <NewApplication onClose={() => setMaking(false)} />}
    </Page>
  );
}

/** What waits for somebody: at the top, since nothing goes on before. */
function Judgments({ executions }: { executions: readonly Execution[] }) {
  const t = useText();
  const waiting = executions.flatMap((execution) => execution.stages.filter(awaitsJudgment).map((stage) => ({ execution, stage })));
  if (waiting.length === 0) return null;
  return (
    <Panel title={t("home.waiting")} flush>
      <ul className="judgments">
        {waiting.map(({ execution, stage }) => (
          <li key={`${execution.name} ${stage.id}`}>
            <div className="grow">
              <strong>{stage.name}</strong> <span className="muted">{idOf(execution.name, "applications")} · {execution.displayName || lastId(execution.pipeline)}</span>
              <div className="ellipsis">{stage.judgment?.instructions.split("\n")[0]}</div>
            </div>
            {stage.judgment?.deadline && <span className="muted"><Time at={stage.judgment.deadline} relative /></span>}
            <ButtonLink to={stageScreen(execution.name, stage.id)} tone="primary" icon="hand">{t("home.judge")}</ButtonLink>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

const RECENT_KEY = ["executions", ALL_APPLICATIONS, "recent"];

/** The last executions that ended; asked for again when one has ended. */
function Recent() {
  const t = useText();
  useLiveEffect(ALL_APPLICATIONS, (changes) => {
    if (hasAnyEnded(changes)) void queryClient.invalidateQueries({ queryKey: RECENT_KEY });
  });
  useCaughtUp(ALL_APPLICATIONS, RECENT_KEY);
  const { data } = useQuery({
    queryKey: RECENT_KEY,
    queryFn: () => api.executions.listExecutions({ parent: ALL_APPLICATIONS, filter: "active=false", pageSize: RECENT, includeStages: true }),
  });
  if (!data || data.executions.length === 0) return null;
  return <Panel title={t("home.recent")} flush>{data.executions.map((execution) => <ExecutionRow key={execution.name} execution={execution} showApplication />)}</Panel>;
}
