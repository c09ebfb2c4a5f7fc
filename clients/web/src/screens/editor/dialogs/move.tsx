/** Takes a stage out of its place and puts it somewhere else. */
import { useState } from "react";
import { useText } from "~/i18n/index.tsx";
import { ConfirmDialog, Select } from "~/ui/index.ts";
import { findStage, idOf, type JsonObject } from "../model/pipeline.ts";
import { inOrder, moveStage, type Place } from "../model/stages.ts";
import { type Kinds, titleOf } from "../parts/nodes.ts";
import type { Change } from "../session.ts";

interface Props {
  document: JsonObject;
  kinds: Kinds;
  id: string;
  change: Change;
  onClose: () => void;
}

export function MoveStage({ document, kinds, id, change, onClose }: Props) {
  const t = useText();
  const others = inOrder(document).filter((stage) => idOf(stage) !== id);
  const [at, setAt] = useState("after");
  const [of, setOf] = useState(idOf(others.at(-1) ?? {}));
  const place: Place = at === "first" ? { at } : at === "before" || at === "parallel" ? { at, of } : { at: "after", of: [of] };
  const moved = moveStage(document, id, place);
  const ways = [["after", t("editor.moveAfter")], ["before", t("editor.moveBefore")], ["parallel", t("editor.moveParallel")], ["first", t("editor.placeFirst")]] as const;
  return (
    <ConfirmDialog title={t("editor.moveOf", { name: titleOf(findStage(document, id) ?? {}, kinds) })} action={t("editor.move")} disabled={!moved} onConfirm={async () => change(moved, { select: [id] })} onClose={onClose}>
      <p className="muted">{t("editor.moveHelp")}</p>
      <Select label={t("editor.where")} value={at} onChange={setAt} options={ways.map(([value, label]) => ({ value, label }))} />
      {at !== "first" && <Select label={t("editor.part_stage")} value={of} onChange={setOf} options={others.map((stage) => ({ value: idOf(stage), label: `${titleOf(stage, kinds)} (${idOf(stage)})` }))} />}
    </ConfirmDialog>
  );
}
