/** The document as text, edited: what can be read changes the graph and the forms shortly after. */
import { useEffect, useEffectEvent, useMemo, useRef, useState } from "react";
import { type CodeDiagnostic, CodeEditor } from "~/code/code-editor.tsx";
import { useText } from "~/i18n/index.tsx";
import { Button } from "~/ui/index.ts";
import { canonical } from "../model/door.ts";
import type { JsonObject } from "../model/json.ts";
import type { Problem } from "../model/paths.ts";
import { type Format, Locator, type Range, read, write } from "../model/text.ts";
import type { Session } from "../session.ts";

/** How long after the last key the text is read. */
const PAUSE = 200;

interface Props {
  session: Session;
  format: Format;
  onFormat: (format: Format) => void;
  problems: readonly Problem[];
  /** The problem that was jumped to. */
  jump?: Problem | undefined;
}

export function TextPane({ session, format, onFormat, problems, jump }: Props) {
  const t = useText();
  const { unreadable } = session;
  const [text, setText] = useTextOf(session, format);
  const diagnostics = useMemo(() => diagnosticsOf(text, format, unreadable !== undefined, problems), [text, format, unreadable, problems]);
  const pane = useRef<HTMLDivElement>(null);
  const show = useEffectEvent((problem: Problem) => void reveal(pane.current, new Locator(text).find(problem.path)));
  useEffect(() => {
    if (jump) show(jump);
  }, [jump]);
  return (
    <div ref={pane} className="text-pane">
      <div className="text-formats" role="group" aria-label={t("editor.language")}>
        {(["yaml", "json"] as const).map((one) => <Button key={one} small tone="quiet" aria-pressed={one === format} onClick={() => onFormat(one)}>{one.toUpperCase()}</Button>)}
        <span className="muted grow">{t("editor.textHelp")}</span>
      </div>
      <CodeEditor label={t("editor.textLabel", { format: format.toUpperCase() })} language={format} value={text} onChange={setText} diagnostics={diagnostics} height="100%" />
      {unreadable && <p className="text-broken" role="status">{t("editor.unreadable")}</p>}
    </div>
  );
}

/** Brings a place of the text into sight and puts the cursor there. The editor is there by then: it shows the problem. */
async function reveal(pane: HTMLElement | null, { from, to }: Range) {
  const { EditorView } = await import("@codemirror/view");
  const content = pane?.querySelector<HTMLElement>(".cm-content");
  const view = content && EditorView.findFromDOM(content);
  view?.dispatch({ selection: { anchor: from, head: to }, scrollIntoView: true });
}

/** The text: of the document, unless the document came from this text. */
function useTextOf(session: Session, format: Format): [string, (text: string) => void] {
  const { document, unreadable, change, setUnreadable } = session;
  const [text, setText] = useState(() => (unreadable?.format === format ? unreadable.content : write(document, format)));
  const shown = useRef({ document, format });
  const timer = useRef(0);
  const pending = useRef<string>(undefined);
  useEffect(() => {
    if (shown.current.document === document && shown.current.format === format) return;
    shown.current = { document, format };
    setText(write(document, format));
  }, [document, format]);
  const take = useEffectEvent((content: string) => {
    pending.current = undefined;
    const result = read(content, format);
    if ("error" in result) return setUnreadable({ format, content });
    setUnreadable(undefined);
    const next: JsonObject = canonical(result.document);
    shown.current = { document: next, format };
    change(next, { what: "text" });
  });
  // What was typed last is not lost when the pane is closed.
  useEffect(() => () => {
    clearTimeout(timer.current);
    if (pending.current !== undefined) take(pending.current);
  }, [format]);
  const edit = (content: string) => {
    setText(content);
    pending.current = content;
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => take(content), PAUSE);
  };
  return [text, edit];
}

function diagnosticsOf(text: string, format: Format, broken: boolean, problems: readonly Problem[]): CodeDiagnostic[] {
  if (broken) {
    const result = read(text, format);
    return "error" in result ? [{ from: result.error.from, to: result.error.to, severity: "error", message: result.error.message }] : [];
  }
  const locator = new Locator(text);
  return problems.map(({ path, text: message, severity }) => ({ ...locator.find(path), severity, message }));
}
