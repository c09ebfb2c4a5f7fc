/** The form of the chosen stage, or what can be done with several. */
import { useMemo, useState } from "react";
import { problemsAt, StageForm } from "~/form/index.ts";
import { useText } from "~/i18n/index.tsx";
import { Button, EmptyState, IconButton, Select } from "~/ui/index.ts";
import type { Commands } from "../commands.ts";
import type { JsonObject } from "../model/json.ts";
import type { Problem } from "../model/paths.ts";
import { descriptorOf, findStage, idOf, replaceStage, stagesOf } from "../model/pipeline.ts";
import { typedIn } from "../model/typing.ts";
import type { Session } from "../session.ts";
import { useExecutionOptions } from "./execution-options.ts";
import { useFormContext } from "./form-context.ts";
import { type Kinds, titleOf } from "./nodes.ts";

interface Props {
  session: Session;
  commands: Commands;
  kinds: Kinds;
  problems: readonly Problem[];
}

export function StagePane({ session, commands, kinds, problems }: Props) {
  const t = useText();
  const { name, document, selection, change } = session;
  const id = selection.at(-1);
  const [preview, setPreview] = useState("");
  const context = useFormContext(name, document, id, preview);
  const index = stagesOf(document).findIndex((one) => idOf(one) === id);
  const wrong = useMemo(() => problemsAt(problems.map(({ field, text }) => ({ field, description: text })), `stages[${index}]`), [problems, index]);
  const stage = id === undefined ? undefined : findStage(document, id);
  if (selection.length > 1) return <Several count={selection.length} commands={commands} />;
  if (!stage || id === undefined) {
    return <EmptyState icon="pipeline" title={t("editor.noneChosen")} action={<Button icon="add" onClick={() => commands.add()}>{t("editor.addStage")}</Button>}>{t("editor.noneChosenHelp")}</EmptyState>;
  }
  const kind = kinds.get(descriptorOf(stage));
  const take = (next: JsonObject) => {
    const what = typedIn(stage, next);
    change(replaceStage(document, id, next), what === undefined ? {} : { what: `${id} ${what}` });
  };
  return (
    <div className="stack stage-pane">
      <header className="stage-head">
        <div className="grow">
          <h2>{titleOf(stage, kinds)}</h2>
          <p className="muted">{kind?.label ?? t("editor.noKind")} · <code>{id}</code></p>
        </div>
        <Button small icon="edit" onClick={() => commands.rename(id)}>{t("editor.renameId")}</Button>
        <Button small icon="link" onClick={() => commands.connections(id)}>{t("editor.connections")}</Button>
        <IconButton small icon="copy" label={t("editor.duplicate")} onClick={() => commands.duplicate([id])} />
        <IconButton small icon="trash" label={t("editor.deleteStage")} onClick={() => commands.remove([id])} />
      </header>
      <Preview session={session} value={preview} onChange={setPreview} />
      {!kind && <p className="refusal">{t("editor.kindUnknown")}</p>}
      <StageForm key={id} stage={stage} onChange={take} problems={wrong} context={context} hide={["id"]} />
    </div>
  );
}

/** The execution that expressions are tried with. */
function Preview({ session: { name, saved }, value, onChange }: { session: Session; value: string; onChange: (name: string) => void }) {
  const t = useText();
  const options = useExecutionOptions(name, saved.etag !== "");
  if (options.length === 0) return null;
  return <div className="stage-preview"><Select label={t("editor.previewExecution")} value={value} onChange={onChange} options={[{ value: "", label: t("editor.previewNone") }, ...options]} /></div>;
}

function Several({ count, commands }: { count: number; commands: Commands }) {
  const t = useText();
  return (
    <EmptyState icon="list" title={t("editor.severalChosen", { count })} action={
      <div className="row">
        <Button icon="copy" onClick={() => commands.duplicate()}>{t("editor.duplicate")}</Button>
        <Button icon="trash" tone="danger" onClick={() => commands.remove()}>{t("common.delete")}</Button>
      </div>
    }>{t("editor.severalHelp")}</EmptyState>
  );
}
