/** The triggers of a pipeline, each a link to its screen. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { api, lastId, screenOf } from "~/api/index.ts";
import { useText } from "~/i18n/index.tsx";
import { Badge, ErrorNote, Icon, Spinner } from "~/ui/index.ts";
import "./lists.css";

export function TriggerList({ name }: { name: string }) {
  const t = useText();
  const { data, error, refetch } = useTriggers(name);
  if (error) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  if (!data) return <Spinner />;
  if (data.length === 0) return <p className="muted">{t("editor.noTriggers")}</p>;
  return (
    <ul className="plain-list">
      {data.map((trigger) => (
        <li key={trigger.name} className="row">
          <Icon name="bolt" />
          <Link href={screenOf(trigger.name)}>{trigger.displayName || lastId(trigger.name)}</Link>
          <span className="muted">{trigger.source.case}</span>
          {trigger.disabled && <Badge icon="pause">{t("editor.off")}</Badge>}
        </li>
      ))}
    </ul>
  );
}

function useTriggers(pipeline: string) {
  const [parent = ""] = pipeline.split("/pipelines/");
  return useQuery({ queryKey: ["triggers", pipeline], queryFn: async () => (await api.triggers.listTriggers({ parent, pipeline, pageSize: 200 })).triggers });
}
