/** One pipeline being edited: its state, what can be done to it, and the draft that follows it. */
import { useCallback, useEffect, useMemo, useReducer } from "react";
import type { JsonObject } from "./model/json.ts";
import { dropDraft, keepDraft } from "./model/drafts.ts";
import { type Action, type EditorState, isDirty, reduce, type Saved, start, type Unreadable } from "./state.ts";

/** How long after the last change the draft is written. */
const DRAFT_PAUSE = 300;

/** Changes the document; `what` makes typing in one thing one step of the history, `select` chooses stages. */
export type Change = (document: JsonObject | undefined, options?: { what?: string; select?: readonly string[] }) => void;

export interface Session {
  name: string;
  document: JsonObject;
  saved: Saved;
  selection: readonly string[];
  unreadable: Unreadable | undefined;
  dirty: boolean;
  canUndo: boolean;
  canRedo: boolean;
  change: Change;
  undo: () => void;
  redo: () => void;
  select: (ids: readonly string[]) => void;
  setUnreadable: (text: Unreadable | undefined) => void;
  markSaved: (saved: Saved) => void;
  /** Goes on with another document, and from another saved one: a draft, or a merge. It can be taken back. */
  restart: (document: JsonObject, saved: Saved, unreadable?: Unreadable) => void;
}

/** Edits a pipeline from what is saved of it; one that is still to be made begins with a few fields. */
export function useSession(name: string, saved: Saved, selected: string | undefined, first: JsonObject = {}): Session {
  const [state, dispatch] = useReducer(reduce, undefined, () => start(saved, selected, first));
  useDraft(name, state);
  const actions = useMemo(() => actionsOn(dispatch), []);
  const { history } = state;
  return {
    name,
    document: history.present,
    saved: state.saved,
    selection: state.selection,
    unreadable: state.unreadable,
    dirty: isDirty(state),
    canUndo: history.past.length > 0,
    canRedo: history.future.length > 0,
    ...actions,
  };
}

function actionsOn(dispatch: (action: Action) => void) {
  const change: Change = (document, options = {}) => {
    if (document) dispatch({ do: "change", document, when: Date.now(), ...options });
  };
  return {
    change,
    undo: () => dispatch({ do: "undo" }),
    redo: () => dispatch({ do: "redo" }),
    select: (ids: readonly string[]) => dispatch({ do: "select", ids }),
    setUnreadable: (text: Unreadable | undefined) => dispatch({ do: "unreadable", text }),
    markSaved: (saved: Saved) => dispatch({ do: "saved", saved }),
    restart: (document: JsonObject, saved: Saved, unreadable?: Unreadable) => dispatch({ do: "restart", document, saved, unreadable, when: Date.now() }),
  };
}

/** Keeps what is not saved in the browser, also when the page is closed right after a change. */
function useDraft(name: string, state: EditorState): void {
  const { history, saved, unreadable } = state;
  const dirty = isDirty(state);
  const write = useCallback(() => {
    if (dirty) keepDraft(name, { document: history.present, base: saved.document, etag: saved.etag, when: Date.now(), text: unreadable });
  }, [name, dirty, history.present, saved, unreadable]);
  const touched = history.past.length > 0 || history.future.length > 0;
  useEffect(() => {
    // A draft of an earlier visit stays until somebody has decided about it.
    if (!dirty && touched) dropDraft(name);
    const timer = setTimeout(write, DRAFT_PAUSE);
    addEventListener("pagehide", write);
    return () => {
      clearTimeout(timer);
      removeEventListener("pagehide", write);
      write();
    };
  }, [write, dirty, touched, name]);
}
