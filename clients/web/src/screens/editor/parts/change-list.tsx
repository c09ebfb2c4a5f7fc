/** Changes of a definition in words: which field, from what, to what. */
import { useText } from "~/i18n/index.tsx";
import { Badge } from "~/ui/index.ts";
import type { Change } from "../model/changes.ts";
import type { JsonValue } from "../model/json.ts";
import "./lists.css";

export function ChangeList({ changes }: { changes: readonly Change[] }) {
  const t = useText();
  if (changes.length === 0) return <p className="muted">{t("editor.noChanges")}</p>;
  return (
    <div className="change-scroll" role="group" aria-label={t("editor.changes")} tabIndex={0}>
      <ul className="change-list">{changes.map((change) => <li key={change.path}><Line change={change} /></li>)}</ul>
    </div>
  );
}

function Line({ change: { path, before, after } }: { change: Change }) {
  const t = useText();
  const kind = before === undefined ? "added" : after === undefined ? "removed" : "changed";
  const look = { added: ["ok", "add", t("editor.added")], removed: ["failed", "dash", t("editor.removed")], changed: ["running", "edit", t("editor.changed")] } as const;
  const [tone, icon, word] = look[kind];
  return (
    <>
      <Badge tone={tone} icon={icon}>{word}</Badge>
      <code className="change-path">{path}</code>
      <span className="change-values">
        {before !== undefined && <del><span className="unseen">{t("editor.before")} </span>{short(before)}</del>}
        {after !== undefined && <ins><span className="unseen">{t("editor.after")} </span>{short(after)}</ins>}
      </span>
    </>
  );
}

/** A value in one line. */
function short(value: JsonValue): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
