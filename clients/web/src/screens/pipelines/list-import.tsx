/** Brings pipelines from Spinnaker: first it is looked at what can be carried over, then they are saved. */
import { type ImportedPipeline, type ImportFinding, ImportFinding_Severity as Severity } from "@gennaker/client/gen/migration_service";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, lastId, queryClient } from "~/api/index.ts";
import { type TextKey, useText } from "~/i18n/index.tsx";
import { Badge, Button, Dialog, ErrorNote, Field, type IconName, TextArea, toast, type Tone } from "~/ui/index.ts";

const FINDINGS: Record<Severity, { tone: Tone; icon: IconName; text: TextKey }> = {
  [Severity.UNSPECIFIED]: { tone: "idle", icon: "info", text: "lists.findingNote" },
  [Severity.NOTE]: { tone: "idle", icon: "info", text: "lists.findingNote" },
  [Severity.UNSUPPORTED]: { tone: "waiting", icon: "warning", text: "lists.findingUnsupported" },
  [Severity.DROPPED]: { tone: "waiting", icon: "dash", text: "lists.findingDropped" },
  [Severity.ERROR]: { tone: "failed", icon: "cross", text: "lists.findingError" },
};

export function ImportDialog({ parent, onClose }: { parent: string; onClose: () => void }) {
  const t = useText();
  const [text, setText] = useState("");
  const [files, setFiles] = useState<readonly string[]>([]);
  const documents = [text, ...files].filter((one) => one.trim());
  const ask = (validateOnly: boolean) => api.migration.importSpinnakerPipelines({ parent, documents, validateOnly });
  const check = useMutation({ mutationFn: () => ask(true) });
  const save = useMutation({
    mutationFn: () => ask(false),
    onSuccess: async ({ pipelines }) => {
      await queryClient.invalidateQueries({ queryKey: ["pipelines"] });
      await queryClient.invalidateQueries({ queryKey: ["triggers"] });
      toast(t("lists.imported", { count: pipelines.filter((one) => one.saved).length }));
      onClose();
    },
  });
  const edit = (change: () => void) => {
    change();
    check.reset();
    save.reset();
  };
  const found = check.data?.pipelines;
  const importable = found?.filter((one) => one.pipeline !== undefined).length ?? 0;
  return (
    <Dialog wide title={t("lists.importTitle")} onClose={onClose} footer={<>
      <Button onClick={onClose}>{t("common.cancel")}</Button>
      <Button tone={found ? undefined : "primary"} busy={check.isPending} disabled={documents.length === 0} onClick={() => check.mutate()}>{t(found ? "lists.importAgain" : "lists.importCheck")}</Button>
      {importable > 0 && <Button tone="primary" busy={save.isPending} onClick={() => save.mutate()}>{t("lists.importDo", { count: importable })}</Button>}
    </>}>
      <TextArea label={t("lists.importDocument")} help={t("lists.importHelp")} className="input import-text" spellCheck={false} value={text} onChange={(value) => edit(() => setText(value))} />
      <Field label={t("lists.importFile")}>
        {(wiring) => <input {...wiring} className="input" type="file" accept=".json,application/json" multiple
          onChange={(event) => void readAll(event.target.files).then((texts) => edit(() => setFiles(texts)))} />}
      </Field>
      {(check.error ?? save.error) && <ErrorNote error={check.error ?? save.error} />}
      {found && <div role="status">{importable === 0 && <p>{t("lists.importNothing")}</p>}<Found pipelines={found} /></div>}
    </Dialog>
  );
}

function readAll(files: FileList | null): Promise<string[]> {
  return Promise.all([...(files ?? [])].map((file) => file.text()));
}

/** What would become of each document. */
function Found({ pipelines }: { pipelines: readonly ImportedPipeline[] }) {
  const t = useText();
  return (
    <ul className="import-found">
      {pipelines.map(({ document, pipeline, triggers, findings }) => (
        <li key={document}>
          <div className="row">
            <strong>{pipeline ? pipeline.displayName || lastId(pipeline.name) : document}</strong>
            {pipeline && <span className="muted">{[t("lists.stages", { count: pipeline.stages.length }), triggers.length > 0 && t("lists.importTriggers", { count: triggers.length })].filter(Boolean).join(" · ")}</span>}
          </div>
          {findings.length === 0 && <Badge tone="ok" icon="check" bare>{t("lists.importClean")}</Badge>}
          <ul>{findings.map((finding, index) => <Finding key={`${index} ${finding.path}`} finding={finding} />)}</ul>
        </li>
      ))}
    </ul>
  );
}

function Finding({ finding: { severity, path, reason } }: { finding: ImportFinding }) {
  const t = useText();
  const { tone, icon, text } = FINDINGS[severity];
  return (
    <li>
      <Badge tone={tone} icon={icon}>{t(text)}</Badge>
      <span>{path && <><code>{path}</code> </>}{reason}</span>
    </li>
  );
}
