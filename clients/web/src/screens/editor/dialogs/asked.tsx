/** The dialog or menu that the editor asks with. */
import type { StageKindDescriptor } from "@gennaker/client/gen/kinds";
import { useText } from "~/i18n/index.tsx";
import type { MenuItem } from "~/ui/index.ts";
import type { Asking, Commands } from "../commands.ts";
import { findStage } from "../model/pipeline.ts";
import { addStage } from "../model/stages.ts";
import { AnchoredMenu } from "../parts/anchored-menu.tsx";
import { type Kinds, titleOf } from "../parts/nodes.ts";
import type { Session } from "../session.ts";
import type { Saved } from "../state.ts";
import { AddStage } from "./add-stage.tsx";
import { Connections } from "./connections.tsx";
import { DryRun } from "./dry-run.tsx";
import { MergeDialog } from "./merge.tsx";
import { MoveStage } from "./move.tsx";
import { RenameStage } from "./rename.tsx";
import { SaveDialog } from "./save.tsx";

interface Props {
  asking: Asking;
  session: Session;
  commands: Commands;
  list: readonly StageKindDescriptor[];
  kinds: Kinds;
  refusal: string | undefined;
  onSaved: (saved: Saved) => void;
  ask: (asking: Asking | undefined) => void;
  /** A stage was added. */
  onPick: () => void;
}

export function Asked({ asking, session, commands, list, kinds, refusal, onSaved, ask, onPick }: Props) {
  const { document, change } = session;
  const onClose = () => ask(undefined);
  switch (asking.what) {
    case "add":
      return <AddStage kinds={list} places={asking.places} onClose={onClose} onAdd={(kind, place) => {
        const done = addStage(document, kind.kind, place);
        change(done.document, { select: done.ids });
        onClose();
        onPick();
      }} />;
    case "connections":
      return <Connections document={document} kinds={kinds} id={asking.id} change={change} onClose={onClose} />;
    case "rename":
      return <RenameStage document={document} id={asking.id} change={change} onClose={onClose} />;
    case "move":
      return <MoveStage document={document} kinds={kinds} id={asking.id} change={change} onClose={onClose} />;
    case "menu":
      return <StageMenu id={asking.id} anchor={asking.anchor} name={titleOf(findStage(document, asking.id) ?? {}, kinds)} commands={commands} onClose={onClose} />;
    case "dry-run":
      return <DryRun session={session} onClose={onClose} />;
    case "save":
      return <SaveDialog session={session} refusal={refusal} onSaved={onSaved} onConflict={() => ask({ what: "merge" })} onClose={onClose} />;
    case "merge":
      return <MergeDialog session={session} onClose={onClose} />;
  }
}

function StageMenu({ id, anchor, name, commands, onClose }: { id: string; anchor: DOMRect; name: string; commands: Commands; onClose: () => void }) {
  const t = useText();
  const items: MenuItem[] = [
    { label: t("editor.addAfter"), icon: "add", onSelect: () => commands.add({ at: "after", of: [id] }) },
    { label: t("editor.addBefore"), icon: "add", onSelect: () => commands.add({ at: "before", of: id }) },
    { label: t("editor.addParallel"), icon: "split", onSelect: () => commands.add({ at: "parallel", of: id }) },
    { label: t("editor.connections"), icon: "link", onSelect: () => commands.connections(id) },
    { label: t("editor.move"), icon: "redo", onSelect: () => commands.move(id) },
    { label: t("editor.renameId"), icon: "edit", onSelect: () => commands.rename(id) },
    { label: t("editor.duplicate"), icon: "copy", onSelect: () => commands.duplicate() },
    { label: t("editor.copyStages"), icon: "copy", onSelect: commands.copyToClipboard },
    { label: t("editor.pasteStages"), icon: "down", onSelect: commands.pasteFromClipboard },
    { label: t("common.delete"), icon: "trash", danger: true, onSelect: () => commands.remove() },
  ];
  return <AnchoredMenu label={t("editor.menuOf", { name })} anchor={anchor} items={items} onClose={onClose} />;
}
