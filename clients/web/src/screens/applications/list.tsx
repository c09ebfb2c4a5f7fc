/** All applications: how many of each one's executions run, and a way to make a new one. */
import type { Application } from "@gennaker/client/gen/application";
import { useMemo, useState } from "react";
import { Link } from "wouter";
import { ALL_APPLICATIONS, idOf, lastId, screenOf } from "~/api/index.ts";
import { useText } from "~/i18n/index.tsx";
import { useExecutions } from "~/live/hooks.ts";
import { match } from "~/shell/matching.ts";
import { Badge, Button, EmptyState, ErrorNote, Page, SearchBox, Spinner } from "~/ui/index.ts";
import { useParameter } from "~/ui/parameters.ts";
import { isActive } from "../executions/strip.ts";
import { FirstRun } from "./first-run.tsx";
import { NewApplication } from "./new.tsx";
import { useApplications } from "./queries.ts";
import "./list.css";

export default function ApplicationList() {
  const t = useText();
  const [query, setQuery] = useParameter("q");
  const [making, setMaking] = useState(false);
  const { data, error, refetch } = useApplications();
  const running = useRunning();
  const found = match(query, data ?? [], (application) => `${lastId(application.name)} ${application.displayName} ${application.email}`);
  return (
    <Page title={t("applications.title")} actions={<>
      <SearchBox label={t("applications.filter")} value={query} onChange={setQuery} />
      <Button tone="primary" icon="add" onClick={() => setMaking(true)}>{t("applications.new")}</Button>
    </>}>
      {error ? <ErrorNote error={error} onRetry={() => void refetch()} /> : !data ? <Spinner />
        : data.length === 0 ? <FirstRun onNew={() => setMaking(true)} />
        : found.length === 0 ? <EmptyState icon="search" title={t("applications.noMatch", { query })} />
        : <ul className="cards">{found.map((application) => <li key={application.name}><Card application={application} running={running.get(lastId(application.name)) ?? 0} /></li>)}</ul>}
      {making && <NewApplication onClose={() => setMaking(false)} />}
    </Page>
  );
}

/** How many executions of each application have not ended, by the id of the application. */
function useRunning(): Map<string, number> {
  const executions = useExecutions(ALL_APPLICATIONS);
  return useMemo(() => {
    const running = new Map<string, number>();
    for (const execution of executions.filter(isActive)) {
      const id = idOf(execution.name, "applications");
      running.set(id, (running.get(id) ?? 0) + 1);
    }
    return running;
  }, [executions]);
}

function Card({ application, running }: { application: Application; running: number }) {
  const t = useText();
  const id = lastId(application.name);
  return (
    <article className="card">
      <div className="row">
        <h2 className="grow ellipsis"><Link href={screenOf(application.name)} data-row="">{application.displayName || id}</Link></h2>
        {running > 0 && <Badge tone="running" icon="running">{t("applications.running", { count: running })}</Badge>}
      </div>
      <div className="muted mono">{id}</div>
      {application.description && <div className="muted">{application.description.split("\n")[0]}</div>}
      {application.email && <div className="muted">{application.email}</div>}
    </article>
  );
}
