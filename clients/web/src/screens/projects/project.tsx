/** The dashboard of a project: which version of what stands where, and how the last execution of each pipeline went. */
import type { Project } from "@gennaker/client/gen/project";
import { useMemo, useState } from "react";
import { useLocation } from "wouter";
import { api, lastId, projectName, queryClient, requestId } from "~/api/index.ts";
import { useText } from "~/i18n/index.tsx";
import { Button, ConfirmDialog, EmptyState, ErrorNote, Facts, Markdown, Page, Panel, Spinner } from "~/ui/index.ts";
import { useParameter } from "~/ui/parameters.ts";
import { useShortcut } from "~/ui/shortcut.ts";
import { MatrixTable } from "./matrix-table.tsx";
import { matrixOf } from "./matrix.ts";
import { ProjectDialog } from "./project-dialog.tsx";
import { ProjectPipelines } from "./project-pipelines.tsx";
import { applicationsOf, useProject, useServerGroups } from "./queries.ts";
import "./projects.css";

export default function ProjectScreen({ project: id }: { project: string }) {
  const t = useText();
  const [wall, setWall] = useParameter("wall", { push: true });
  const { data, error, refetch } = useProject(projectName(id));
  useShortcut("Escape", () => setWall(""), wall === "1");
  return (
    <div className={wall === "1" ? "wall" : undefined}>
      <Page title={data?.displayName || id} crumbs={wall === "1" ? [] : [{ label: t("projects.title"), to: "/projects" }]}
        actions={data && (wall === "1" ? <Button small icon="close" onClick={() => setWall("")}>{t("projects.leaveWall")}</Button> : <Actions project={data} onWall={() => setWall("1")} />)}>
        {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
        {!data && !error && <Spinner />}
        {data === null && <EmptyState icon="project" title={t("common.notFound")} />}
        {data && <Dashboard project={data} wall={wall === "1"} />}
      </Page>
    </div>
  );
}

function Dashboard({ project, wall }: { project: Project; wall: boolean }) {
  const t = useText();
  const applications = useMemo(() => applicationsOf(project), [project]);
  const { groups, ready, error } = useServerGroups(applications);
  const matrix = useMemo(() => matrixOf(project.applications, project.clusters, groups), [project, groups]);
  return (
    <>
      {!wall && (project.description || project.email) && (
        <Panel><div className="stack">{project.description && <Markdown text={project.description} />}{project.email && <Facts facts={[[t("projects.owners"), project.email]]} />}</div></Panel>
      )}
      <Panel title={t("projects.versions")} flush>
        {error !== undefined && error !== null && <ErrorNote error={error} />}
        {!ready ? <Spinner />
          : matrix.environments.length === 0 ? <EmptyState icon="cloud" title={t("projects.nothingStands")}>{t("projects.nothingStandsText")}</EmptyState>
          : <MatrixTable matrix={matrix} whole={wall} />}
      </Panel>
      {project.pipelines.length > 0 && <ProjectPipelines pipelines={project.pipelines} applications={applications} />}
    </>
  );
}

function Actions({ project, onWall }: { project: Project; onWall: () => void }) {
  const t = useText();
  const [, go] = useLocation();
  const [open, setOpen] = useState<"edit" | "delete">();
  const title = project.displayName || lastId(project.name);
  const remove = async () => {
    await api.projects.deleteProject({ name: project.name, etag: project.etag, requestId: requestId() });
    await queryClient.invalidateQueries({ queryKey: ["projects"] });
    go("/projects");
  };
  return (
    <>
      <Button icon="chart" onClick={onWall}>{t("projects.wall")}</Button>
      <Button icon="edit" onClick={() => setOpen("edit")}>{t("common.edit")}</Button>
      <Button tone="danger" icon="trash" onClick={() => setOpen("delete")}>{t("common.delete")}</Button>
      {open === "edit" && <ProjectDialog project={project} onClose={() => setOpen(undefined)} />}
      {open === "delete" && (
        <ConfirmDialog title={t("projects.deleteTitle", { project: title })} action={t("common.delete")} danger onConfirm={remove} onClose={() => setOpen(undefined)}>
          <p>{t("projects.deleteText")}</p>
        </ConfirmDialog>
      )}
    </>
  );
}
