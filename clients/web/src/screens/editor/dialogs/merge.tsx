/** Brings together two edits of the same pipeline: what does not collide is merged, the rest is chosen one by one. */
import { useMemo, useState } from "react";
import { DiffView, MergeView } from "~/code/diff-view.tsx";
import { useText } from "~/i18n/index.tsx";
import { ConfirmDialog, EmptyState, ErrorNote, Panel, Spinner, Tabs } from "~/ui/index.ts";
import { changes } from "../model/changes.ts";
import { canonical, documentOf } from "../model/door.ts";
import type { JsonObject, JsonValue } from "../model/json.ts";
import { type Conflict, merge, type Side } from "../model/merge.ts";
import { read, write } from "../model/text.ts";
import { ChangeList } from "../parts/change-list.tsx";
import { useLatest } from "../queries.ts";
import type { Session } from "../session.ts";
import type { Saved } from "../state.ts";

interface Props {
  session: Session;
  onClose: () => void;
}

/** Reads what the other has saved, then asks. */
export function MergeDialog({ session, onClose }: Props) {
  const t = useText();
  const latest = useLatest(session.name);
  if (latest.data) return <Merge session={session} theirs={{ document: documentOf(latest.data), etag: latest.data.etag }} actor={latest.data.updateActor} onClose={onClose} />;
  return (
    <ConfirmDialog title={t("editor.mergeTitle")} action={t("editor.merge")} disabled onConfirm={async () => {}} onClose={onClose}>
      {latest.error ? <ErrorNote error={latest.error} onRetry={() => void latest.refetch()} /> : <Spinner />}
    </ConfirmDialog>
  );
}

function Merge({ session, theirs, actor, onClose }: Props & { theirs: Saved; actor: string }) {
  const t = useText();
  const { document, saved, restart } = session;
  const [choices, setChoices] = useState<ReadonlyMap<string, Side>>(new Map());
  const [tab, setTab] = useState<"list" | "text" | "hand">("list");
  const [written, setWritten] = useState<string>();
  const merged = useMemo(() => merge(saved.document, document, theirs.document, choices), [saved.document, document, theirs.document, choices]);
  const open = merged.conflicts.filter(({ path }) => !choices.has(path)).length;
  const choose = (path: string, side: Side) => setChoices(new Map(choices).set(path, side));
  // What was written by hand counts, also where it decides about conflicts.
  const hand = written === undefined ? undefined : read(written, "yaml");
  const broken = hand !== undefined && "error" in hand ? hand.error.message : undefined;
  const result = hand && "document" in hand ? canonical(hand.document) : merged.document;
  const brought = changes(document, result);
  return (
    <ConfirmDialog title={t("editor.mergeTitle")} action={t("editor.merge")} wide disabled={hand ? broken !== undefined : open > 0} onConfirm={async () => restart(result, theirs)} onClose={onClose}>
      <p>{t("editor.mergeHelp", { actor: actor || t("editor.somebody") })}</p>
      {merged.conflicts.length > 0 && (
        <Panel title={t("editor.conflicts", { count: merged.conflicts.length })}>
          <fieldset className="conflicts" disabled={hand !== undefined}>{merged.conflicts.map((conflict) => <Choice key={conflict.path} conflict={conflict} side={choices.get(conflict.path)} onChoose={choose} />)}</fieldset>
        </Panel>
      )}
      {open > 0 && !hand && <p className="refusal" role="status">{t("editor.conflictsOpen", { count: open })}</p>}
      {broken !== undefined && <p className="refusal" role="status">{t("editor.mergedUnreadable", { message: broken })}</p>}
      <Tabs label={t("editor.mergeResult")} selected={tab} onSelect={setTab} tabs={[
        { id: "list", label: t("editor.brought", { count: brought.length }) }, { id: "text", label: t("editor.asText") }, { id: "hand", label: t("editor.editMerged") },
      ]}>
        {tab === "text" ? <DiffView before={write(document, "yaml")} after={write(result, "yaml")} language="yaml" />
          : tab === "hand" ? <MergeView mine={written ?? write(merged.document, "yaml")} theirs={write(theirs.document, "yaml")} onChange={setWritten} language="yaml" />
          : brought.length > 0 ? <ChangeList changes={brought} /> : <EmptyState title={t("editor.nothingBrought")} />}
      </Tabs>
    </ConfirmDialog>
  );
}

/** One conflict: both values, and a choice between them. */
function Choice({ conflict, side, onChoose }: { conflict: Conflict; side: Side | undefined; onChoose: (path: string, side: Side) => void }) {
  const t = useText();
  const { path, base, mine, theirs } = conflict;
  const option = (of: Side, label: string, value: JsonValue | undefined) => (
    <label className="choice">
      <input type="radio" name={path} checked={side === of} onChange={() => onChoose(path, of)} />
      <span className="grow"><strong>{label}</strong><pre>{value === undefined ? t("editor.removedHere") : textOf(value)}</pre></span>
    </label>
  );
  return (
    <fieldset className="conflict">
      <legend><code>{path}</code></legend>
      {base !== undefined && <p className="muted">{t("editor.wasBefore")} <code>{textOf(base)}</code></p>}
      {option("mine", t("editor.mine"), mine)}
      {option("theirs", t("editor.theirs"), theirs)}
    </fieldset>
  );
}

function textOf(value: JsonValue): string {
  if (typeof value === "string") return value;
  const object: JsonObject | undefined = typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  return object ? write(object, "yaml").trimEnd() : JSON.stringify(value);
}
