/** The triggers that start a pipeline. They are resources of their own. */
import { screenOf } from "~/api/index.ts";
import { useText } from "~/i18n/index.tsx";
import { ButtonLink, EmptyState } from "~/ui/index.ts";
import { TriggerList } from "./trigger-list.tsx";

export function TriggersPane({ name, made }: { name: string; made: boolean }) {
  const t = useText();
  const [parent = ""] = name.split("/pipelines/");
  const to = `${screenOf(parent)}/triggers?pipeline=${encodeURIComponent(name)}&new=1`;
  if (!made) return <EmptyState icon="bolt" title={t("editor.noTriggers")}>{t("editor.triggersAfterSave")}</EmptyState>;
  return (
    <div className="stack">
      <p className="muted">{t("editor.triggersHelp")}</p>
      <TriggerList name={name} />
      <div><ButtonLink to={to} icon="add">{t("editor.addTrigger")}</ButtonLink></div>
    </div>
  );
}
