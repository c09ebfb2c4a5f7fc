/** Two texts with their differences. It is loaded when the first one is shown. */
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { MergeView as Merged, unifiedMergeView } from "@codemirror/merge";
import { EditorState, type Extension } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import { useEffect, useRef } from "react";
import type { Language } from "./code-editor.tsx";
import { theme } from "./theme.ts";

export interface MergeProps {
  left: string;
  right: string;
  leftLabel: string;
  rightLabel: string;
  language: Language;
  /** One text with both, instead of two beside each other. */
  unified: boolean;
  /** Given, the right text can be changed, and parts of the left one taken over into it. */
  onChange?: ((text: string) => void) | undefined;
  /** What the buttons between the texts are called. */
  takeLabel: string;
  keepLabel: string;
  /** What stands for lines that are the same in both, with `$` for their number; there are always several. */
  foldedLabel: string;
  height?: string | undefined;
}

const DIFF = { scanLimit: 5_000, timeout: 500 };
const COLLAPSE = { margin: 3, minSize: 6 };

/** The differences of two texts. */
export default function Merge({ left, right, leftLabel, rightLabel, language, unified, onChange, takeLabel, keepLabel, foldedLabel, height }: MergeProps) {
  const host = useRef<HTMLDivElement>(null);
  const report = useRef(onChange);
  report.current = onChange;
  // What was typed here must not make the view anew.
  const typed = useRef<string>(undefined);
  const given = useRef(right);
  if (right !== typed.current) given.current = right;
  const start = given.current;
  const editable = onChange !== undefined;

  useEffect(() => {
    const parent = host.current;
    if (!parent) return;
    typed.current = undefined;
    let view: { destroy: () => void } | undefined;
    let current = true;
    void languageOf(language).then((highlighting) => {
      if (!current) return;
      const listener = EditorView.updateListener.of((update) => {
        if (!update.docChanged) return;
        typed.current = update.state.doc.toString();
        report.current?.(typed.current);
      });
      const side = (label: string, writable: boolean): Extension => [
        lineNumbers(), theme, highlighting, EditorView.lineWrapping, EditorState.readOnly.of(!writable), writable ? [history(), listener] : [],
        keymap.of([...defaultKeymap, ...historyKeymap]), EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
        EditorState.phrases.of({ "$ unchanged lines": foldedLabel }),
      ];
      view = unified
        ? new EditorView({ parent, doc: start, extensions: [side(rightLabel, editable), unifiedMergeView({ original: left, mergeControls: editable && ((type, act) => unifiedButton(type === "accept" ? keepLabel : takeLabel, act)), collapseUnchanged: COLLAPSE, diffConfig: DIFF })] })
        : new Merged({
          parent, a: { doc: left, extensions: side(leftLabel, false) }, b: { doc: start, extensions: side(rightLabel, editable) },
          collapseUnchanged: COLLAPSE, diffConfig: DIFF, gutter: true,
          ...(editable && { revertControls: "a-to-b" as const, renderRevertControl: () => takeButton(takeLabel) }),
        });
    });
    return () => {
      current = false;
      view?.destroy();
    };
  }, [left, start, leftLabel, rightLabel, language, unified, editable, takeLabel, keepLabel, foldedLabel]);

  return <div ref={host} className="code-merge" style={{ maxHeight: height ?? "60vh" }} />;
}

function takeButton(label: string): HTMLElement {
  const button = document.createElement("button");
  button.type = "button";
  button.title = label;
  button.setAttribute("aria-label", label);
  button.textContent = "→";
  return button;
}

function unifiedButton(label: string, act: (event: MouseEvent) => void): HTMLElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button code-merge-button";
  button.dataset.small = "true";
  button.textContent = label;
  button.addEventListener("click", act);
  return button;
}

async function languageOf(language: Language): Promise<Extension> {
  if (language === "json") return (await import("@codemirror/lang-json")).json();
  return language === "yaml" ? (await import("@codemirror/lang-yaml")).yaml() : [];
}
