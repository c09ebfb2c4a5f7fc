/** The pipelines of a project, each with its last execution. */
import type { Execution } from "@gennaker/client/gen/execution";
import { Link } from "wouter";
import { idOf, lastId, screenOf } from "~/api/index.ts";
import { useText } from "~/i18n/index.tsx";
import { Strip } from "~/screens/executions/row.tsx";
import { Elapsed, EXECUTION_LOOKS, Panel, StatusBadge, Time } from "~/ui/index.ts";
import { useNewestExecutions } from "./queries.ts";

export function ProjectPipelines({ pipelines, applications }: { pipelines: readonly string[]; applications: readonly string[] }) {
  const t = useText();
  const newest = useNewestExecutions(applications);
  return (
    <Panel title={t("projects.pipelinesTitle")} flush>
      <ul className="project-pipelines">
        {pipelines.map((pipeline) => <li key={pipeline}><Row pipeline={pipeline} last={newest.get(pipeline)} /></li>)}
      </ul>
    </Panel>
  );
}

function Row({ pipeline, last }: { pipeline: string; last: Execution | undefined }) {
  const t = useText();
  return (
    <div className="project-pipeline">
      <div>
        <Link href={screenOf(pipeline)} data-row="">{last?.displayName || lastId(pipeline)}</Link>
        <div className="muted">{idOf(pipeline, "applications")}</div>
      </div>
      {last ? <>
        <Link href={screenOf(last.name)} className="project-status"><StatusBadge look={EXECUTION_LOOKS[last.status]} /></Link>
        <Strip execution={last} />
        <span className="project-when muted"><Elapsed start={last.startTime} end={last.endTime} /> <Time at={last.endTime ?? last.startTime ?? last.createTime} relative /></span>
      </> : <span className="muted">{t("projects.notLately")}</span>}
    </div>
  );
}
