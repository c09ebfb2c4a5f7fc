/** What can be done with the whole document, and how it stands. */
import { useText } from "~/i18n/index.tsx";
import { Badge, Button, IconButton } from "~/ui/index.ts";
import type { Asking, Commands } from "../commands.ts";
import { errorsOf, type Check } from "../problems.ts";
import type { Session } from "../session.ts";

/** What is shown beside the graph: forms, text, or both. */
export type View = "form" | "split" | "code";

interface Props {
  session: Session;
  commands: Commands;
  check: Check;
  refusal: string | undefined;
  view: View;
  onView: (view: View) => void;
  ask: (asking: Asking) => void;
}

export function Toolbar({ session, commands, check, refusal, view, onView, ask }: Props) {
  const t = useText();
  const views = [["form", t("editor.viewForm")], ["split", t("editor.viewSplit")], ["code", t("editor.viewCode")]] as const;
  return (
    <div className="editor-tools" role="toolbar" aria-label={t("editor.tools")}>
      <Button small icon="add" onClick={() => commands.add()}>{t("editor.addStage")}</Button>
      <span className="tool-group">
        <IconButton small icon="rollback" label={t("editor.undo")} disabled={!session.canUndo} aria-keyshortcuts="Control+Z" onClick={session.undo} />
        <IconButton small icon="redo" label={t("editor.redo")} disabled={!session.canRedo} aria-keyshortcuts="Control+Y" onClick={session.redo} />
      </span>
      <span className="tool-group" role="group" aria-label={t("editor.view")}>
        {views.map(([id, label]) => <Button key={id} small tone="quiet" aria-pressed={view === id} onClick={() => onView(id)}>{label}</Button>)}
      </span>
      <span className="grow" />
      <State session={session} check={check} />
      <Button small icon="play" disabled={session.unreadable !== undefined} onClick={() => ask({ what: "dry-run" })}>{t("editor.dryRun")}</Button>
      <Button small tone="primary" icon="save" disabled={refusal !== undefined || !session.dirty} title={refusal ?? (session.dirty ? undefined : t("editor.noChanges"))}
        aria-keyshortcuts="Control+S" onClick={() => ask({ what: "save" })}>{t("common.save")}</Button>
    </div>
  );
}

/** Whether it is valid, and saved: in words beside the button that they explain. */
function State({ session, check }: { session: Session; check: Check }) {
  const t = useText();
  const errors = errorsOf(check.problems).length;
  const warnings = check.problems.length - errors;
  return (
    <span className="row" role="status">
      {session.unreadable && <Badge tone="failed" icon="cross">{t("editor.textBroken")}</Badge>}
      {errors > 0 && <Badge tone="failed" icon="cross">{t("editor.errorCount", { count: errors })}</Badge>}
      {warnings > 0 && <Badge tone="waiting" icon="warning">{t("editor.warningCount", { count: warnings })}</Badge>}
      {check.unreachable ? <Badge tone="waiting" icon="warning">{t("editor.unchecked")}</Badge>
        : errors === 0 && (check.checked ? <Badge tone="ok" icon="check">{t("editor.valid")}</Badge> : <Badge icon="running">{t("editor.checking")}</Badge>)}
      {session.dirty && <Badge icon="edit">{t("editor.unsaved")}</Badge>}
    </span>
  );
}

/** Why the document can't be saved as it stands. */
export function useRefusal(session: Session, check: Check): string | undefined {
  const t = useText();
  if (session.unreadable) return t("editor.refuseBroken");
  const errors = errorsOf(check.problems).length;
  return errors > 0 ? t("editor.refuseInvalid", { count: errors }) : undefined;
}
