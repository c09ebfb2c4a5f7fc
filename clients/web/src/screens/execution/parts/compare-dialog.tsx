/** Chooses the execution to compare with. */
import type { Execution } from "@gennaker/client/gen/execution";
import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { api, idOf, lastId, screenOf } from "~/api/index.ts";
import { useText } from "~/i18n/index.tsx";
import { Dialog, ErrorNote, EXECUTION_LOOKS, Spinner, StatusBadge, Time } from "~/ui/index.ts";
import { shortId } from "../model/text.ts";

const SHOWN = 20;

/** The last executions of the same pipeline, each a link to the comparison. */
export function CompareDialog({ execution, onClose }: { execution: Execution; onClose: () => void }) {
  const t = useText();
  const application = idOf(execution.name, "applications");
  const pipeline = lastId(execution.pipeline);
  const recent = useQuery({
    queryKey: ["executions", application, "compare", pipeline],
    queryFn: async () => (await api.executions.listExecutions({ parent: `applications/${application}`, filter: `pipeline=${pipeline}`, pageSize: SHOWN + 1 })).executions,
  });
  const others = (recent.data ?? []).filter((one) => one.name !== execution.name).slice(0, SHOWN);
  return (
    <Dialog title={t("execution.compareWith")} onClose={onClose}>
      {recent.isPending && <Spinner />}
      {recent.error && <ErrorNote error={recent.error} onRetry={() => void recent.refetch()} />}
      {recent.data && others.length === 0 && <p>{t("execution.compareNone")}</p>}
      <ul className="execution-choices">
        {others.map((other) => (
          <li key={other.name}>
            <Link href={`${screenOf(execution.name)}/compare/${lastId(other.name)}`}>
              <StatusBadge look={EXECUTION_LOOKS[other.status]} bare /> <code>{shortId(other.name)}</code> <Time at={other.createTime} /> <span className="muted">{other.cause?.actor}</span>{" "}
              {other.pinnedParameters.map((name) => `${name} ${other.parameters[name] ?? ""}`).join(", ")}
            </Link>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
