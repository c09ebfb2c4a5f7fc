/** What somebody who edits must know: an older draft, or a save by somebody else. */
import { useState } from "react";
import { useText } from "~/i18n/index.tsx";
import { Button, Icon, Time } from "~/ui/index.ts";
import { type Draft, draftOf, dropDraft } from "../model/drafts.ts";
import { equal } from "../model/json.ts";
import type { Session } from "../session.ts";

interface Props {
  session: Session;
  latest: string;
  onMerge: () => void;
}

export function Notices({ session, latest, onMerge }: Props) {
  const t = useText();
  const { name, saved, restart } = session;
  const [draft, setDraft] = useState<Draft | undefined>(() => pending(session));
  const overtaken = saved.etag !== "" && latest !== "" && latest !== saved.etag;
  return (
    <>
      {draft && !session.dirty && (
        <div className="notice" role="status">
          <Icon name="history" />
          <span className="grow">{t("editor.draftFound")} <Time at={draft.when} relative /></span>
          <Button small tone="primary" onClick={() => {
            setDraft(undefined);
            restart(draft.document, { document: draft.base, etag: draft.etag }, draft.text);
          }}>{t("editor.draftContinue")}</Button>
          <Button small onClick={() => {
            setDraft(undefined);
            dropDraft(name);
          }}>{t("editor.draftDiscard")}</Button>
        </div>
      )}
      {overtaken && (
        <div className="notice" role="status">
          <Icon name="warning" />
          <span className="grow">{t("editor.overtaken")}</span>
          <Button small onClick={onMerge}>{t("editor.merge")}</Button>
        </div>
      )}
    </>
  );
}

/** A draft of an earlier visit that is not what is saved by now. */
function pending({ name, saved }: Session): Draft | undefined {
  const draft = draftOf(name);
  return draft && (draft.text !== undefined || !equal(draft.document, saved.document)) ? draft : undefined;
}
