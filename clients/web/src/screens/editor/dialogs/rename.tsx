/** Gives a stage another id, and asks about the expressions that name it. */
import { useMemo, useState } from "react";
import { useText } from "~/i18n/index.tsx";
import { Checkbox, ConfirmDialog, TextField } from "~/ui/index.ts";
import { pathText } from "../model/paths.ts";
import type { JsonObject } from "../model/pipeline.ts";
import { idProblem, mentions, renameStage } from "../model/rename.ts";
import type { Change } from "../session.ts";

interface Props {
  document: JsonObject;
  id: string;
  change: Change;
  onClose: () => void;
}

export function RenameStage({ document, id, change, onClose }: Props) {
  const t = useText();
  const [wanted, setWanted] = useState(id);
  const [expressions, setExpressions] = useState(true);
  const named = useMemo(() => mentions(document, id), [document, id]);
  const problem = idProblem(document, id, wanted);
  const rename = async () => change(renameStage(document, id, wanted, { expressions }), { select: [wanted] });
  return (
    <ConfirmDialog title={t("editor.renameId")} action={t("editor.rename")} disabled={problem !== undefined || wanted === id} onConfirm={rename} onClose={onClose}>
      <TextField label={t("editor.id")} help={t("editor.idHelp")} value={wanted} onChange={setWanted} autoComplete="off" spellCheck={false}
        problem={problem && wanted !== id ? t(problem === "taken" ? "editor.idTaken" : "editor.idForm") : undefined} />
      {named.length > 0 && (
        <>
          <Checkbox label={t("editor.rewrite", { count: named.length })} checked={expressions} onChange={setExpressions} />
          <ul className="mention-list">
            {named.map(({ path, text }) => <li key={path.join("/")}><code>{pathText(document, path)}</code> <span className="muted">{text}</span></li>)}
          </ul>
        </>
      )}
    </ConfirmDialog>
  );
}
