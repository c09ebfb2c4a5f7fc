/** The last executions of a pipeline, as they go on. */
import type { Execution } from "@gennaker/client/gen/execution";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, lastId } from "~/api/index.ts";
import { useText } from "~/i18n/index.tsx";
import { useExecutions, useLiveEffect } from "~/live/index.ts";
import { ExecutionRow } from "~/screens/executions/row.tsx";
import { ErrorNote, Spinner } from "~/ui/index.ts";

const SHOWN = 10;

export function LastExecutions({ name }: { name: string }) {
  const t = useText();
  const [parent = ""] = name.split("/pipelines/");
  const live = useExecutions(name);
  const { data, error, refetch } = useQuery({
    queryKey: ["executions", "last", name],
    queryFn: async () => (await api.executions.listExecutions({ parent, filter: `pipeline=${lastId(name)}`, pageSize: SHOWN, includeStages: true })).executions,
  });
  useLiveEffect(name, () => void refetch());
  const shown = useMemo(() => newest(live, data ?? []), [live, data]);
  if (error) return <div className="pad"><ErrorNote error={error} onRetry={() => void refetch()} /></div>;
  if (!data) return <Spinner />;
  if (shown.length === 0) return <p className="muted pad">{t("editor.neverRan")}</p>;
  return <ul className="plain-rows">{shown.map((execution) => <li key={execution.name}><ExecutionRow execution={execution} /></li>)}</ul>;
}

/** The newest of both; what is followed live is as it is now. */
function newest(live: readonly Execution[], listed: readonly Execution[]): Execution[] {
  const all = new Map([...listed, ...live].map((execution) => [execution.name, execution]));
  return [...all.values()].sort((a, b) => (a.name < b.name ? 1 : -1)).slice(0, SHOWN);
}
