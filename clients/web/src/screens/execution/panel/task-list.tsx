/** The steps of a stage's work. */
import type { TaskExecution } from "@gennaker/client/gen/execution";
import { TaskStatus } from "@gennaker/client/gen/status";
import { memo } from "react";
import { useText } from "~/i18n/index.tsx";
import { Elapsed, StatusBadge, TASK_LOOKS, Time } from "~/ui/index.ts";

export const TaskList = memo(function TaskList({ tasks }: { tasks: readonly TaskExecution[] }) {
  return <ol className="task-list">{tasks.map((task) => <Task key={task.id} task={task} />)}</ol>;
});

function Task({ task }: { task: TaskExecution }) {
  const t = useText();
  const { name, status, message, percent, startTime, endTime, attempt } = task;
  return (
    <li>
      <div className="row">
        <span className="grow">{name}</span>
        {attempt > 1 && <span className="muted">{t("execution.attempt", { number: attempt })}</span>}
        <StatusBadge look={TASK_LOOKS[status]} bare />
        <span className="task-time muted"><Elapsed start={startTime} end={endTime} /></span>
      </div>
      {percent !== undefined && status === TaskStatus.RUNNING && <progress max={100} value={percent} aria-label={name}>{percent} %</progress>}
      {startTime && (
        <p className="task-message muted" data-failed={status === TaskStatus.FAILED || undefined}><span className="task-start"><Time at={startTime} /></span> {message}</p>
      )}
    </li>
  );
}
