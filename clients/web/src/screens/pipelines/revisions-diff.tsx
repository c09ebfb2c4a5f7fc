/** What is different in two revisions: field by field, and as text. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "~/api/index.ts";
import { DiffView } from "~/code/diff-view.tsx";
import { useText } from "~/i18n/index.tsx";
import type { Change } from "~/screens/editor/model/changes.ts";
import { documentOf } from "~/screens/editor/model/door.ts";
import { write } from "~/screens/editor/model/text.ts";
import { ChangeList } from "~/screens/editor/parts/change-list.tsx";
import { ErrorNote, Panel, Spinner, Tabs } from "~/ui/index.ts";

interface Props {
  name: string;
  /** The numbers; 0 is an empty pipeline. */
  from: number;
  to: number;
}

export function RevisionDiff({ name, from, to }: Props) {
  const t = useText();
  const [tab, setTab] = useState<"list" | "text">("list");
  const label = (number: number) => (number === 0 ? t("revisions.nothing") : t("revisions.number", { number }));
  const list = useChanges(name, from, to);
  return (
    <Panel title={t("revisions.difference", { from: label(from), to: label(to) })}>
      <Tabs label={t("revisions.compare")} selected={tab} onSelect={setTab} tabs={[
        { id: "list", label: list.data ? t("revisions.changes", { count: list.data.length }) : t("revisions.compare") }, { id: "text", label: t("revisions.text") },
      ]}>
        {tab === "text" ? <Texts name={name} from={from} to={to} label={label} />
          : list.error ? <ErrorNote error={list.error} onRetry={() => void list.refetch()} />
          : !list.data ? <Spinner />
          : list.data.length === 0 ? <p className="muted pad">{t("revisions.same")}</p> : <ChangeList changes={list.data} />}
      </Tabs>
    </Panel>
  );
}

/** The changes between two revisions, as the server lists them. */
export function useChanges(name: string, from: number, to: number) {
  return useQuery({
    queryKey: ["revisions", name, "changes", from, to],
    enabled: to > 0,
    queryFn: async () => {
      const answer = await api.pipelines.diffPipelineRevisions({ name, fromRevision: BigInt(from), toRevision: BigInt(to) });
      return answer.changes.map(({ path, before, after }): Change => ({ path, before: parsed(before), after: parsed(after) }));
    },
  });
}

function parsed(json: string): Change["before"] {
  return json === "" ? undefined : JSON.parse(json);
}

function Texts({ name, from, to, label }: Props & { label: (number: number) => string }) {
  const { data, error, refetch } = useQuery({
    queryKey: ["revisions", name, "texts", from, to],
    enabled: to > 0,
    queryFn: () => Promise.all([textOf(name, from), textOf(name, to)]),
  });
  if (error) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  if (!data) return <Spinner />;
  return <DiffView before={data[0]} after={data[1]} language="yaml" beforeLabel={label(from)} afterLabel={label(to)} />;
}

async function textOf(name: string, revision: number): Promise<string> {
  if (revision === 0) return "";
  const answer = await api.pipelines.getPipelineRevision({ name: `${name}/revisions/${revision}` });
  return answer.revision?.pipeline ? write(documentOf(answer.revision.pipeline), "yaml") : "";
}
