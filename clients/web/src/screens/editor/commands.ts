/** What can be done to stages, each in one place for keys, menus and the toolbar. */
import { toast } from "~/ui/index.ts";
import { type Text, useText } from "~/i18n/index.tsx";
import { copyStages, pasteStages } from "./model/clipboard.ts";
import { dependenciesOf, findStage, idOf, type JsonObject, stagesOf } from "./model/pipeline.ts";
import { deleteStages, duplicateStages, type Place } from "./model/stages.ts";
import type { NamedPlace } from "./dialogs/add-stage.tsx";
import type { Session } from "./session.ts";

/** What the editor is asking about at the moment. */
export type Asking =
  | { what: "add"; places: readonly NamedPlace[] }
  | { what: "connections" | "rename" | "move"; id: string }
  | { what: "menu"; id: string; anchor: DOMRect }
  | { what: "dry-run" | "save" | "merge" };

export interface Commands {
  add: (place?: Place) => void;
  duplicate: (ids?: readonly string[]) => void;
  remove: (ids?: readonly string[]) => void;
  connections: (id?: string) => void;
  rename: (id?: string) => void;
  move: (id?: string) => void;
  menu: (id: string, anchor: DOMRect) => void;
  copyText: () => string | undefined;
  pasteText: (text: string) => boolean;
  copyToClipboard: () => void;
  pasteFromClipboard: () => void;
  selectAll: () => void;
  toggle: (id: string) => void;
}

/** The text that was copied last here: a browser may not let a menu read the clipboard. */
let copied = "";

export function useCommands(session: Session, ask: (asking: Asking) => void): Commands {
  const t = useText();
  const { document, selection, change, select } = session;
  const last = selection.at(-1);
  const copyText = () => {
    if (selection.length === 0) return undefined;
    copied = copyStages(document, selection);
    toast(t("editor.copied", { count: selection.length }));
    return copied;
  };
  const pasteText = (text: string) => {
    const done = pasteStages(document, text, selection) ?? pasteStages(document, copied, selection);
    if (done) change(done.document, { select: done.ids });
    return done !== undefined;
  };
  return {
    add: (place) => ask({ what: "add", places: placesFor(session, place, t) }),
    duplicate: (ids = selection) => {
      if (ids.length === 0) return;
      const done = duplicateStages(document, ids);
      change(done.document, { select: done.ids });
    },
    remove: (ids = selection) => {
      if (ids.length === 0) return;
      const next = neighbour(document, ids);
      change(deleteStages(document, ids), { select: next ? [next] : [] });
      toast(t("editor.deleted", { count: ids.length }));
    },
    connections: (id = last) => id !== undefined && ask({ what: "connections", id }),
    rename: (id = last) => id !== undefined && ask({ what: "rename", id }),
    move: (id = last) => id !== undefined && stagesOf(document).length > 1 && ask({ what: "move", id }),
    menu: (id, anchor) => {
      if (!selection.includes(id)) select([id]);
      ask({ what: "menu", id, anchor });
    },
    copyText,
    pasteText,
    copyToClipboard: () => {
      const text = copyText();
      if (text !== undefined) void navigator.clipboard?.writeText(text).catch(() => undefined);
    },
    pasteFromClipboard: () => {
      const read = navigator.clipboard?.readText() ?? Promise.resolve("");
      void read.catch(() => "").then((text) => pasteText(text) || toast(t("editor.nothingToPaste")));
    },
    selectAll: () => select(stagesOf(document).map(idOf)),
    toggle: (id) => select(selection.includes(id) ? selection.filter((one) => one !== id) : [...selection, id]),
  };
}

/** Where the choice goes when the chosen stages are gone. */
function neighbour(document: JsonObject, ids: readonly string[]): string | undefined {
  const before = ids.flatMap((id) => dependenciesOf(findStage(document, id) ?? {}));
  return before.find((id) => !ids.includes(id)) ?? stagesOf(document).map(idOf).find((id) => !ids.includes(id));
}

/** Where a new stage can go: the place that was pointed at first. */
function placesFor({ selection }: Session, place: Place | undefined, t: Text): NamedPlace[] {
  const last = selection.at(-1);
  const named = (one: Place): NamedPlace => ({ place: one, label: placeText(one, t) });
  const around: Place[] = last === undefined ? [] : [{ at: "after", of: selection }, { at: "before", of: last }, { at: "parallel", of: last }];
  const all: Place[] = [...(place ? [place] : []), ...around, { at: "first" }, { at: "alone" }];
  const places = all.map(named);
  return places.filter(({ label }, index) => places.findIndex((one) => one.label === label) === index);
}

function placeText(place: Place, t: Text): string {
  switch (place.at) {
    case "after":
      return t("editor.placeAfter", { name: place.of.join(", ") });
    case "before":
      return t("editor.placeBefore", { name: place.of });
    case "parallel":
      return t("editor.placeParallel", { name: place.of });
    case "between":
      return t("editor.placeBetween", { from: place.from, to: place.to });
    case "first":
      return t("editor.placeFirst");
    case "alone":
      return t("editor.placeAlone");
  }
}
