/** What can be done with a pipeline as a whole. */
import type { Pipeline } from "@gennaker/client/gen/pipeline";
import { useLocation } from "wouter";
import { api, lastId, queryClient, requestId, screenOf } from "~/api/index.ts";
import { useText } from "~/i18n/index.tsx";
import { asFile } from "~/screens/editor/model/changes.ts";
import { documentOf } from "~/screens/editor/model/door.ts";
import { type Format, write } from "~/screens/editor/model/text.ts";
import { ConfirmDialog, IconButton, Menu, toast } from "~/ui/index.ts";

/** A deed that is asked about first. */
export type Deed = "disable" | "enable" | "delete";

export function PipelineMenu({ pipeline, onDeed }: { pipeline: Pipeline; onDeed: (deed: Deed) => void }) {
  const t = useText();
  return (
    <Menu trigger={(wiring) => <IconButton icon="dots" label={t("common.actions")} {...wiring} />} items={[
      pipeline.disabled ? { label: t("editor.enable"), icon: "play", onSelect: () => onDeed("enable") } : { label: t("editor.disable"), icon: "pause", onSelect: () => onDeed("disable") },
      { label: t("editor.exportYaml"), icon: "down", onSelect: () => download(pipeline, "yaml") },
      { label: t("editor.exportJson"), icon: "down", onSelect: () => download(pipeline, "json") },
      { label: t("common.delete"), icon: "trash", danger: true, onSelect: () => onDeed("delete") },
    ]} />
  );
}

export function PipelineDialog({ deed, pipeline, onClose }: { deed: Deed; pipeline: Pipeline; onClose: () => void }) {
  const t = useText();
  const [, go] = useLocation();
  const name = pipeline.displayName || lastId(pipeline.name);
  if (deed === "delete") {
    const remove = async () => {
      await api.pipelines.deletePipeline({ name: pipeline.name, etag: pipeline.etag, requestId: requestId() });
      toast(t("editor.deletedNow", { name }));
      go(`${screenOf(pipeline.name.split("/pipelines/")[0] ?? "")}/pipelines`);
      queryClient.removeQueries({ queryKey: ["pipelines", "one", pipeline.name] });
      await queryClient.invalidateQueries({ queryKey: ["pipelines"] });
    };
    return (
      <ConfirmDialog title={t("editor.deleteTitle", { name })} action={t("common.delete")} danger typed={lastId(pipeline.name)} onConfirm={remove} onClose={onClose}>
        <p>{t("editor.deleteHelp")}</p>
      </ConfirmDialog>
    );
  }
  const disabled = deed === "disable";
  const set = async () => {
    await api.pipelines.updatePipeline({ pipeline: { name: pipeline.name, etag: pipeline.etag, disabled }, updateMask: { paths: ["disabled"] }, requestId: requestId() });
    await queryClient.invalidateQueries({ queryKey: ["pipelines"] });
    toast(t(disabled ? "editor.disabledNow" : "editor.enabledNow", { name }));
  };
  return (
    <ConfirmDialog title={disabled ? t("editor.disableTitle", { name }) : `${t("editor.enable")}: ${name}`} action={t(disabled ? "editor.disable" : "editor.enable")} onConfirm={set} onClose={onClose}>
      {disabled && <p>{t("editor.disableHelp")}</p>}
    </ConfirmDialog>
  );
}

/** Saves the definition as a file that `gennaker apply` takes. */
function download(pipeline: Pipeline, format: Format): void {
  const text = write(asFile(documentOf(pipeline), pipeline.name), format);
  const address = URL.createObjectURL(new Blob([text], { type: format === "json" ? "application/json" : "application/yaml" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = `${lastId(pipeline.name)}.${format}`;
  link.click();
  URL.revokeObjectURL(address);
}
