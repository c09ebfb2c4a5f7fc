/** What the editor holds: the document with its history, what is saved, and which stages are chosen. */
import { equal, type JsonObject } from "./model/json.ts";
import { begin, change, type History, redo, undo } from "./model/history.ts";
import { idsOf } from "./model/pipeline.ts";
import type { Format } from "./model/text.ts";

/** The definition that the server has, as far as this editor knows. */
export interface Saved {
  document: JsonObject;
  /** Empty for a pipeline that is still to be made. */
  etag: string;
}

/** A text that is no document at the moment. The document stays as it was when the text was last readable. */
export interface Unreadable {
  format: Format;
  content: string;
}

export interface EditorState {
  history: History;
  saved: Saved;
  /** The stages that are chosen; the last is the one that the form shows. */
  selection: readonly string[];
  unreadable?: Unreadable | undefined;
}

export type Action =
  | { do: "change"; document: JsonObject; what?: string | undefined; select?: readonly string[] | undefined; when: number }
  | { do: "undo" | "redo" }
  | { do: "select"; ids: readonly string[] }
  | { do: "unreadable"; text: Unreadable | undefined }
  | { do: "saved"; saved: Saved }
  | { do: "restart"; document: JsonObject; saved: Saved; unreadable?: Unreadable | undefined; when: number };

export function start(saved: Saved, selected: string | undefined, first: JsonObject = {}): EditorState {
  return { history: begin({ ...saved.document, ...first }), saved, selection: selected ? [selected] : [] };
}

/** Whether something would be lost if the page were closed without a draft. */
export function isDirty(state: EditorState): boolean {
  return state.unreadable !== undefined || !equal(state.history.present, state.saved.document);
}

export function reduce(state: EditorState, action: Action): EditorState {
  switch (action.do) {
    case "change": {
      const history = change(state.history, action.document, action.when, action.what);
      return settled({ ...state, history, unreadable: undefined, selection: action.select ?? state.selection });
    }
    case "undo":
      return settled({ ...state, history: undo(state.history), unreadable: undefined });
    case "redo":
      return settled({ ...state, history: redo(state.history) });
    case "select":
      return settled({ ...state, selection: action.ids });
    case "unreadable":
      return { ...state, unreadable: action.text };
    case "saved":
      return { ...state, saved: action.saved };
    case "restart": {
      const history = change(state.history, action.document, action.when);
      return settled({ ...state, history, saved: action.saved, unreadable: action.unreadable });
    }
  }
}

/** Forgets stages that are not there any more. */
function settled(state: EditorState): EditorState {
  const ids = idsOf(state.history.present);
  const selection = state.selection.filter((id) => ids.has(id));
  return selection.length === state.selection.length ? state : { ...state, selection };
}
