/** Shows what a save would change, asks for a word about it, and saves. */
import type { Pipeline } from "@gennaker/client/gen/pipeline";
import { useMemo, useRef, useState } from "react";
import { DiffView } from "~/code/diff-view.tsx";
import { api, isConflict, queryClient, requestId } from "~/api/index.ts";
import { useText } from "~/i18n/index.tsx";
import { ConfirmDialog, Tabs, TextField, toast } from "~/ui/index.ts";
import { changes } from "../model/changes.ts";
import { documentOf, pass } from "../model/door.ts";
import { dropDraft } from "../model/drafts.ts";
import { write } from "../model/text.ts";
import { ChangeList } from "../parts/change-list.tsx";
import type { Session } from "../session.ts";
import type { Saved } from "../state.ts";

interface Props {
  session: Session;
  /** Why it can't be saved now. */
  refusal: string | undefined;
  onSaved: (saved: Saved) => void;
  /** Somebody else has saved in between. */
  onConflict: () => void;
  onClose: () => void;
}

export function SaveDialog({ session, refusal, onSaved, onConflict, onClose }: Props) {
  const t = useText();
  const { document, saved } = session;
  const [message, setMessage] = useState("");
  const [tab, setTab] = useState<"list" | "text">("list");
  const [id] = useState(requestId);
  const list = useMemo(() => changes(saved.document, document), [saved.document, document]);
  const overtaken = useRef(false);
  const save = async () => {
    try {
      onSaved(await store(session, message, id));
      toast(t("editor.saved"));
    } catch (error) {
      if (!isConflict(error)) throw error;
      overtaken.current = true;
    }
  };
  return (
    <ConfirmDialog title={t("editor.saveTitle")} action={t("common.save")} wide disabled={refusal !== undefined || list.length === 0} onConfirm={save} onClose={() => (overtaken.current ? onConflict() : onClose())}>
      <TextField label={t("editor.message")} help={t("editor.messageHelp")} value={message} onChange={setMessage} maxLength={1000} />
      <Tabs label={t("editor.changes")} selected={tab} onSelect={setTab} tabs={[{ id: "list", label: t("editor.changesCount", { count: list.length }) }, { id: "text", label: t("editor.asText") }]}>
        {tab === "list" ? <ChangeList changes={list} /> : <DiffView before={write(saved.document, "yaml")} after={write(document, "yaml")} language="yaml" />}
      </Tabs>
      {refusal !== undefined && <p className="refusal" role="status">{refusal}</p>}
    </ConfirmDialog>
  );
}

/** Saves a document; makes the pipeline if there is none yet. */
async function store(session: Session, message: string, id: string): Promise<Saved> {
  const { name, document, saved } = session;
  const { pipeline } = pass(document, name);
  const answer = saved.etag === "" ? await create(name, pipeline, message, id) : await update(pipeline, saved.etag, message, id);
  dropDraft(name);
  await queryClient.invalidateQueries({ queryKey: ["pipelines"] });
  await queryClient.invalidateQueries({ queryKey: ["revisions", name] });
  return { document: answer ? documentOf(answer) : document, etag: answer?.etag ?? "" };
}

async function create(name: string, pipeline: Pipeline, message: string, id: string) {
  const [, application = "", , pipelineId = ""] = name.split("/");
  return (await api.pipelines.createPipeline({ parent: `applications/${application}`, pipelineId, pipeline, message, requestId: id })).pipeline;
}

async function update(pipeline: Pipeline, etag: string, message: string, id: string) {
  return (await api.pipelines.updatePipeline({ pipeline: { ...pipeline, etag }, message, requestId: id })).pipeline;
}
