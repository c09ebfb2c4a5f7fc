/** The editor itself. It is loaded when the first one is shown. */
import { closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching, foldGutter, foldKeymap, indentOnInput } from "@codemirror/language";
import { type Diagnostic, lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import { EditorView, highlightActiveLine, keymap, lineNumbers, placeholder as placeholderText } from "@codemirror/view";
import { useEffect, useLayoutEffect, useRef } from "react";
import type { CodeDiagnostic, Language } from "./code-editor.tsx";
import { cursorAfter, differenceOf } from "./difference.ts";
import { expressionAlone, textWithExpressions } from "./expression-language.ts";
import { theme } from "./theme.ts";

export interface MirrorProps {
  language: Language;
  value: string;
  onChange?: ((value: string) => void) | undefined;
  /** The name for screen readers. */
  label: string;
  id?: string | undefined;
  describedBy?: string | undefined;
  invalid?: boolean | undefined;
  diagnostics?: readonly CodeDiagnostic[] | undefined;
  readOnly?: boolean | undefined;
  /** The height in CSS; without one it is as high as its text, up to a limit. */
  height?: string | undefined;
  placeholder?: string | undefined;
  /** A single line: Enter adds none. */
  single?: boolean | undefined;
  /** No numbers of lines. */
  bare?: boolean | undefined;
  /** Takes the focus when it is there, with the cursor where this says then. */
  focusAt?: (() => number) | undefined;
  /** More that it can do; taken once. */
  extensions?: Extension | undefined;
}

/** A text with the highlighting of its language. Escape and then Tab leaves it. */
export default function Mirror(props: MirrorProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const latest = useRef(props);
  latest.current = props;
  const { value, language, diagnostics, readOnly, label, describedBy, invalid, id, focusAt } = props;
  const parts = useRef({ language: new Compartment(), attributes: new Compartment() });

  useLayoutEffect(() => {
    if (!host.current) return;
    const { single, bare, placeholder, extensions } = latest.current;
    const editor = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: latest.current.value,
        extensions: [
          basics(single, bare), parts.current.language.of([]), parts.current.attributes.of([]), extensions ?? [],
          placeholder ? placeholderText(placeholder) : [],
          EditorView.updateListener.of((update) => {
            const text = update.state.doc.toString();
            if (update.docChanged && text !== latest.current.value) latest.current.onChange?.(text);
          }),
        ],
      }),
    });
    view.current = editor;
    return () => editor.destroy();
  }, []);

  useEffect(() => {
    let current = true;
    void languageOf(language).then((extension) => {
      if (current) view.current?.dispatch({ effects: parts.current.language.reconfigure(extension) });
    });
    return () => { current = false; };
  }, [language]);

  useLayoutEffect(() => {
    view.current?.dispatch({ effects: parts.current.attributes.reconfigure(attributes({ label, describedBy, invalid, id, readOnly })) });
  }, [label, describedBy, invalid, id, readOnly]);

  useLayoutEffect(() => {
    const editor = view.current;
    const text = editor?.state.doc.toString();
    if (!editor || text === undefined || text === value) return;
    const changes = differenceOf(text, value);
    editor.dispatch({ changes, selection: { anchor: cursorAfter(changes, editor.state.selection.main.head) } });
  }, [value]);

  useLayoutEffect(() => {
    const editor = view.current;
    if (!editor || focusAt === undefined) return;
    editor.dispatch({ selection: { anchor: Math.min(focusAt(), editor.state.doc.length) } });
    editor.focus();
  }, []);

  useEffect(() => {
    const editor = view.current;
    if (editor) editor.dispatch(setDiagnostics(editor.state, (diagnostics ?? []).map((one) => placed(one, editor.state))));
  }, [diagnostics, value]);

  return <div ref={host} className="code-editor" data-single={props.single || undefined} style={props.height ? { height: props.height } : undefined} />;
}

function basics(single: boolean | undefined, bare: boolean | undefined): Extension {
  const lines = bare ? [] : [lineNumbers(), foldGutter(), lintGutter(), highlightActiveLine(), keymap.of([indentWithTab])];
  const oneLine = EditorState.transactionFilter.of((change) => (change.newDoc.lines > 1 ? [] : change));
  return [
    lines, single ? [oneLine, keymap.of([{ key: "Enter", run: () => true }])] : [],
    history(), bracketMatching(), closeBrackets(), indentOnInput(), EditorView.lineWrapping, EditorState.tabSize.of(2), theme,
    keymap.of([...completionKeymap, ...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...foldKeymap, ...lintKeymap]),
  ];
}

function attributes({ label, describedBy, invalid, id, readOnly }: Pick<MirrorProps, "label" | "describedBy" | "invalid" | "id" | "readOnly">): Extension {
  return [
    EditorState.readOnly.of(readOnly ?? false),
    EditorView.contentAttributes.of({
      "aria-label": label, tabindex: "0", ...(id && { id }), ...(describedBy && { "aria-describedby": describedBy }),
      ...(invalid && { "aria-invalid": "true" }), ...(readOnly && { "aria-readonly": "true" }),
    }),
  ];
}

async function languageOf(language: Language): Promise<Extension> {
  switch (language) {
    case "json":
      return (await import("@codemirror/lang-json")).json();
    case "yaml":
      return (await import("@codemirror/lang-yaml")).yaml();
    case "expression":
      return textWithExpressions;
    case "expression-alone":
      return expressionAlone;
    case "text":
      return [];
  }
}

/** A diagnostic at its place in the text, which may have become shorter since. */
function placed({ line, from, to, message, severity }: CodeDiagnostic, state: EditorState): Diagnostic {
  const end = state.doc.length;
  if (line !== undefined) {
    const { from: first, to: last } = state.doc.line(Math.min(Math.max(line, 1), state.doc.lines));
    return { from: first, to: last, message, severity };
  }
  const start = Math.min(from ?? 0, end);
  return { from: start, to: Math.max(start, Math.min(to ?? start, end)), message, severity };
}
