/** All projects. */
import type { Project } from "@gennaker/client/gen/project";
import { useState } from "react";
import { Link } from "wouter";
import { lastId, screenOf } from "~/api/index.ts";
import { useText } from "~/i18n/index.tsx";
import { match } from "~/shell/matching.ts";
import { Button, EmptyState, ErrorNote, Page, Panel, SearchBox, Spinner } from "~/ui/index.ts";
import { useParameter } from "~/ui/parameters.ts";
import { ProjectDialog } from "./project-dialog.tsx";
import { useProjects } from "./queries.ts";
import "./projects.css";

export default function ProjectList() {
  const t = useText();
  const [query, setQuery] = useParameter("q");
  const [making, setMaking] = useState(false);
  const { data, error, refetch } = useProjects();
  const found = match(query, data ?? [], (project) => `${lastId(project.name)} ${project.displayName} ${project.description}`);
  const create = <Button tone="primary" icon="add" onClick={() => setMaking(true)}>{t("projects.new")}</Button>;
  return (
    <Page title={t("projects.title")} actions={<><SearchBox label={t("projects.filter")} value={query} onChange={setQuery} />{create}</>}>
      {error ? <ErrorNote error={error} onRetry={() => void refetch()} /> : !data ? <Spinner />
        : data.length === 0 ? <Panel><EmptyState icon="project" title={t("projects.none")} command="gennaker apply -f project.yaml" action={create}>{t("projects.noneText")}</EmptyState></Panel>
        : found.length === 0 ? <EmptyState icon="search" title={t("projects.noMatch", { query })} />
        : <ul className="project-cards">{found.map((project) => <li key={project.name}><Card project={project} /></li>)}</ul>}
      {making && <ProjectDialog onClose={() => setMaking(false)} />}
    </Page>
  );
}

function Card({ project }: { project: Project }) {
  const t = useText();
  return (
    <article className="project-card">
      <h2 className="ellipsis"><Link href={screenOf(project.name)} data-row="">{project.displayName || lastId(project.name)}</Link></h2>
      <div className="muted mono">{lastId(project.name)}</div>
      {project.description && <div className="muted">{project.description.split("\n")[0]}</div>}
      <div className="muted">{t("projects.applications", { count: project.applications.length })} · {t("projects.pipelines", { count: project.pipelines.length })}</div>
    </article>
  );
}
