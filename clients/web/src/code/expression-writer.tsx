/** The editor in which expressions are written, in the place of a plain field. */
import { startCompletion } from "@codemirror/autocomplete";
import { EditorView, ViewPlugin } from "@codemirror/view";
import { type RefObject, useLayoutEffect, useMemo, useRef } from "react";
import type { FormContext } from "~/form/context.tsx";
import type { CodeDiagnostic } from "./code-editor.tsx";
import { completion } from "./completion.ts";
import { useWorld } from "./language-queries.ts";
import Mirror from "./mirror.tsx";

interface WriterProps {
  label: string;
  describedBy: string | undefined;
  invalid: true | undefined;
  value: string;
  onChange: (value: string) => void;
  context: FormContext;
  multiline: boolean | undefined;
  whole: boolean;
  placeholder: string | undefined;
  /** The plain field, whose cursor it takes over. */
  field: RefObject<HTMLInputElement | null>;
  diagnostics: readonly CodeDiagnostic[];
  onReady: () => void;
}

/** Takes the focus and the cursor of the plain field; suggestions come as one writes. */
export default function ExpressionWriter({ label, describedBy, invalid, value, onChange, context, multiline, whole, placeholder, field, diagnostics, onReady }: WriterProps) {
  const known = useWorld(context, true);
  const world = useRef(known);
  world.current = known;
  // Asked for when the editor stands: until then the field is written in.
  const focusAt = () => field.current?.selectionStart ?? value.length;
  const extensions = useMemo(() => [completion(() => world.current, whole), opening], [whole]);
  useLayoutEffect(onReady, []);
  return (
    <Mirror language={whole ? "expression-alone" : "expression"} label={label} value={value} onChange={onChange} describedBy={describedBy} invalid={invalid}
      placeholder={placeholder} single={!multiline} bare focusAt={focusAt} diagnostics={diagnostics} extensions={extensions} />
  );
}

/** Suggests what can be written as soon as an expression was begun. */
const opening = [
  EditorView.updateListener.of((update) => {
    if (!update.docChanged) return;
    const at = update.state.selection.main.head;
    if (/\$\{ ?$/.test(update.state.sliceDoc(Math.max(0, at - 3), at))) queueMicrotask(() => startCompletion(update.view));
  }),
  ViewPlugin.define((view) => {
    queueMicrotask(() => {
      close(view);
      startCompletion(view);
    });
    return {};
  }),
];

/** Ends an expression that was just begun, and puts the cursor into it. */
function close(view: EditorView) {
  const at = view.state.selection.main.head;
  if (view.state.sliceDoc(at - 2, at) !== "${" || view.state.sliceDoc(at).includes("}")) return;
  view.dispatch({ changes: { from: at, insert: "  }" }, selection: { anchor: at + 1 } });
}
