/** The look of editors, by the custom properties of the UI: it is dark or light with everything else. */
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import type { Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const look = EditorView.theme({
  "&": { color: "var(--text)", backgroundColor: "var(--surface)", fontSize: "13px" },
  "&.cm-focused": { outline: "2px solid var(--focus)", outlineOffset: "-1px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.5", overflow: "auto" },
  ".cm-content": { caretColor: "var(--text)" },
  ".cm-gutters": { backgroundColor: "var(--surface-2)", color: "var(--muted)", border: "0" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "transparent" },
  "&.cm-focused .cm-activeLine, &.cm-focused .cm-activeLineGutter": { backgroundColor: "color-mix(in srgb, var(--surface-3) 45%, transparent)" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--accent-soft)", outline: "1px solid var(--accent)" },
  "&.cm-focused .cm-nonmatchingBracket": { backgroundColor: "var(--failed-soft)" },
  ".cm-foldPlaceholder": { backgroundColor: "var(--surface-3)", border: "0", color: "var(--muted)", padding: "0 6px" },
  ".cm-tooltip": { backgroundColor: "var(--surface)", color: "var(--text)", border: "1px solid var(--border)", borderRadius: "var(--radius-small)", boxShadow: "var(--shadow)" },
  ".cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", maxHeight: "16em" },
  ".cm-tooltip-autocomplete > ul > li": { padding: "3px 8px", minHeight: "24px" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--accent-soft)", color: "var(--text)" },
  ".cm-completionDetail": { color: "var(--muted)", fontStyle: "normal" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "700" },
  ".cm-tooltip.cm-completionInfo": { padding: "8px 10px", maxWidth: "min(360px, 80vw)", fontFamily: "var(--font)" },
  ".cm-diagnostic": { padding: "4px 10px", borderLeft: "3px solid var(--border-strong)", fontFamily: "var(--font)" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--failed)" },
  ".cm-diagnostic-warning": { borderLeftColor: "var(--waiting)" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--failed)" },
  ".cm-lintRange-warning": { backgroundImage: "none", textDecoration: "underline wavy var(--waiting)" },
  ".cm-deletedChunk, .cm-merge-a .cm-changedLine": { backgroundColor: "color-mix(in srgb, var(--failed-soft) 60%, transparent)" },
  ".cm-merge-b .cm-changedLine, .cm-inlineChangedLine": { backgroundColor: "color-mix(in srgb, var(--ok-soft) 60%, transparent)" },
  ".cm-deletedText, .cm-merge-a .cm-changedText": { background: "var(--failed-soft)", textDecoration: "underline var(--failed)" },
  ".cm-insertedLine": { backgroundColor: "color-mix(in srgb, var(--ok-soft) 60%, transparent)", textDecoration: "none" },
  ".cm-merge-b .cm-changedText, ins.cm-insertedLine, .cm-insertedText": { background: "var(--ok-soft)", textDecoration: "underline var(--ok)" },
  ".cm-collapsedLines": { background: "var(--surface-2)", color: "var(--muted)", padding: "4px 8px", fontFamily: "var(--font)" },
  // Few fonts have the sign that stands here by default.
  ".cm-collapsedLines:before, .cm-collapsedLines:after": { content: "'···'" },
});

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--accent)" },
  { tag: [tags.string, tags.content], color: "var(--text)" },
  { tag: [tags.special(tags.string)], color: "var(--ok)" },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: "var(--running)" },
  { tag: [tags.keyword, tags.operatorKeyword, tags.function(tags.variableName)], color: "var(--waiting)" },
  { tag: [tags.variableName], color: "var(--accent)" },
  { tag: [tags.processingInstruction, tags.brace], color: "var(--waiting)", fontWeight: "600" },
  { tag: [tags.comment, tags.meta, tags.punctuation, tags.separator], color: "var(--muted)" },
  { tag: tags.invalid, color: "var(--failed)" },
]);

/** The look, for every editor. */
export const theme: Extension = [look, syntaxHighlighting(colours)];
