/** Suggestions for expressions, in the editor. */
import { autocompletion, type Completion, type CompletionContext, type CompletionResult } from "@codemirror/autocomplete";
import type { Extension } from "@codemirror/state";
import type { EditorView } from "@codemirror/view";
import { type Suggestion, suggest, type World } from "./expression-world.ts";

/** Completion by what `world` gives when it is asked for. */
export function completion(world: () => World, whole: boolean): Extension {
  const source = (context: CompletionContext): CompletionResult | null => {
    const found = suggest(context.state.sliceDoc(0, context.pos), whole, world());
    if (!found) return null;
    return { from: found.from, options: found.suggestions.map(option), validFor: /^[#\w-]*$/ };
  };
  return autocompletion({ override: [source], icons: false, activateOnTyping: true, maxRenderedOptions: 60 });
}

function option({ text, detail, help, sort, back = 0 }: Suggestion): Completion {
  return {
    label: text,
    type: sort,
    ...(detail && { detail: ` ${detail}` }),
    ...(help && { info: () => node(help) }),
    apply: (view: EditorView, _: Completion, from: number, to: number) => {
      view.dispatch({ changes: { from, to, insert: text }, selection: { anchor: from + text.length - back }, userEvent: "input.complete" });
    },
  };
}

function node(help: string): HTMLElement {
  const box = document.createElement("div");
  for (const line of help.split("\n")) {
    const paragraph = document.createElement("div");
    paragraph.textContent = line;
    box.append(paragraph);
  }
  return box;
}
