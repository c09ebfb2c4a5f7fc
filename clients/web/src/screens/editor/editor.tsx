/** The screen on which pipelines are edited; `new` in place of a pipeline makes one, except that `new?id=new` is one with that id. */
import type { Pipeline } from "@gennaker/client/gen/pipeline";
import { useState } from "react";
import { useLocation, useSearchParams } from "wouter";
import { pipelineName, screenOf } from "~/api/index.ts";
import { useStageKinds } from "~/form/index.ts";
import { useText } from "~/i18n/index.tsx";
import { ButtonLink, EmptyState, ErrorNote, Page, Spinner } from "~/ui/index.ts";
import { documentOf, hasUnknownFields } from "./model/door.ts";
import { text } from "./model/json.ts";
import { NewPipeline } from "./parts/new-pipeline.tsx";
import { Workspace } from "./parts/workspace.tsx";
import { usePipeline } from "./queries.ts";
import { useSession } from "./session.ts";
import type { Saved } from "./state.ts";
import { useEditorUrl } from "./url.ts";
import "./editor.css";

export default function Editor({ application = "", pipeline = "" }: Record<string, string>) {
  const [params] = useSearchParams();
  const id = pipeline === "new" ? (params.get("id") ?? "") : pipeline;
  const made = pipeline !== "new" || id === "new";
  if (id === "") return <NewPipeline application={application} />;
  const name = pipelineName(application, id);
  return made ? <Existing key={name} name={name} /> : <Loaded key={name} name={name} saved={{ document: {}, etag: "" }} latest="" />;
}

function Existing({ name }: { name: string }) {
  const t = useText();
  const { data, error, refetch } = usePipeline(name);
  if (error) return <Page title={t("editor.title")}><ErrorNote error={error} onRetry={() => void refetch()} /></Page>;
  if (!data) return <Page title={t("editor.title")}><Spinner /></Page>;
  return <Checked pipeline={data} />;
}

/** A pipeline that this page knows all of. One of a newer server would lose what it doesn't know. */
function Checked({ pipeline }: { pipeline: Pipeline }) {
  const t = useText();
  const [first] = useState(pipeline);
  if (hasUnknownFields(first)) {
    return <Page title={t("editor.title")}><EmptyState icon="warning" title={t("editor.newer")}>{t("editor.newerHelp")}</EmptyState></Page>;
  }
  return <Loaded name={first.name} saved={{ document: documentOf(first), etag: first.etag }} latest={pipeline.etag} />;
}

function Loaded({ name, saved, latest }: { name: string; saved: Saved; latest: string }) {
  const t = useText();
  const [, go] = useLocation();
  const [params] = useSearchParams();
  const url = useEditorUrl();
  const kinds = useStageKinds();
  const start = saved.etag === "" && params.get("name") ? { displayName: params.get("name") ?? "" } : {};
  const session = useSession(name, saved, url.stage, start);
  const [parent = "", id = ""] = name.split("/pipelines/");
  const title = text(session.document.displayName) || id;
  const base = screenOf(parent);
  const crumbs = [{ label: t("shell.pipelines"), to: `${base}/pipelines` }, ...(session.saved.etag === "" ? [] : [{ label: id, to: screenOf(name) }])];
  const actions = session.saved.etag !== "" && <ButtonLink small to={`${screenOf(name)}/revisions`} icon="history">{t("editor.revisions")}</ButtonLink>;
  const onSaved = (now: Saved) => {
    const first = session.saved.etag === "";
    session.markSaved(now);
    if (first) setTimeout(() => go(`${screenOf(name)}/edit`, { replace: true }));
  };
  return (
    <Page title={title} windowTitle={t("editor.titleOf", { name: title })} crumbs={crumbs} actions={actions}>
      {kinds.error ? <ErrorNote error={kinds.error} onRetry={() => void kinds.refetch()} />
        : kinds.data ? <Workspace session={session} kinds={kinds.data} url={url} latest={latest} onSaved={onSaved} /> : <Spinner />}
    </Page>
  );
}
