/** The revisions of a pipeline: who saved what and why, what is different, and the way back. */
import type { PipelineRevision } from "@gennaker/client/gen/pipeline";
import { useState } from "react";
import { useSearchParams } from "wouter";
import { lastId, pipelineName, screenOf } from "~/api/index.ts";
import { useText } from "~/i18n/index.tsx";
import { usePipeline, useRevisions } from "~/screens/editor/queries.ts";
import { Badge, Button, ErrorNote, Page, Panel, Spinner, Time } from "~/ui/index.ts";
import { RevisionDiff } from "./revisions-diff.tsx";
import { RestoreDialog } from "./revisions-restore.tsx";
import "./pipeline.css";

export default function Revisions({ application = "", pipeline: id = "" }: Record<string, string>) {
  const t = useText();
  const name = pipelineName(application, id);
  const pipeline = usePipeline(name);
  const { data, error, refetch } = useRevisions(name);
  const [restoring, restore] = useState<PipelineRevision>();
  const title = pipeline.data?.displayName || id;
  const newest = data?.[0];
  const { from, to, set } = usePair(Number(newest?.revision ?? 0));
  const crumbs = [{ label: t("shell.pipelines"), to: `/apps/${application}/pipelines` }, { label: title, to: screenOf(name) }];
  return (
    <Page title={t("revisions.title")} windowTitle={t("revisions.titleOf", { name: title })} crumbs={crumbs}>
      {error ? <ErrorNote error={error} onRetry={() => void refetch()} /> : !data ? <Spinner /> : (
        <div className="pipeline-columns" data-list="left">
          <Panel title={t("revisions.list")} flush>
            <ul className="revision-list">
              {data.map((revision) => <Row key={revision.name} revision={revision} current={revision === newest} from={from} to={to} onPick={set} onRestore={() => restore(revision)} />)}
            </ul>
          </Panel>
          <RevisionDiff name={name} from={from} to={to} />
        </div>
      )}
      {restoring && newest && <RestoreDialog name={name} revision={restoring} current={Number(newest.revision)} etag={pipeline.data?.etag ?? ""} onClose={() => restore(undefined)} />}
    </Page>
  );
}

/** The two revisions that are compared, in the address: the newest and the one before it, unless others are chosen. */
function usePair(newest: number) {
  const [params, setParams] = useSearchParams();
  const number = (key: string, standard: number) => (/^\d+$/.test(params.get(key) ?? "") ? Number(params.get(key)) : standard);
  const to = number("to", newest);
  const from = number("from", Math.max(0, to - 1));
  const set = (pair: { from?: number; to?: number }) =>
    setParams({ from: String(pair.from ?? from), to: String(pair.to ?? to) }, { replace: true });
  return { from, to, set };
}

interface RowProps {
  revision: PipelineRevision;
  current: boolean;
  from: number;
  to: number;
  onPick: (pair: { from?: number; to?: number }) => void;
  onRestore: () => void;
}

function Row({ revision, current, from, to, onPick, onRestore }: RowProps) {
  const t = useText();
  const number = Number(lastId(revision.name));
  return (
    <li>
      <span className="revision-pick">
        <label><input type="radio" name="from" checked={from === number} aria-label={t("revisions.selectOlder", { number })} onChange={() => onPick({ from: number })} /></label>
        <label><input type="radio" name="to" checked={to === number} aria-label={t("revisions.selectNewer", { number })} onChange={() => onPick({ to: number })} /></label>
      </span>
      <span className="revision-text">
        <div><strong>{t("revisions.number", { number })}</strong> {current && <Badge tone="ok" icon="check">{t("revisions.current")}</Badge>}</div>
        <div className={revision.message ? undefined : "muted"}>{revision.message || t("revisions.noMessage")}</div>
        <div className="muted"><Time at={revision.createTime} relative /> {revision.actor && t("revisions.by", { actor: revision.actor })}</div>
      </span>
      <Button small onClick={() => onPick({ from: Math.max(0, number - 1), to: number })} icon="diff">{t("revisions.compare")}</Button>
      {!current && <Button small icon="rollback" aria-label={t("revisions.restoreNumber", { number })} onClick={onRestore}>{t("revisions.restore")}</Button>}
    </li>
  );
}
