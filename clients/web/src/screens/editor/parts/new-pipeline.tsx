/** Asks for the name of a pipeline that is to be made. */
import { type SubmitEvent, useState } from "react";
import { useLocation } from "wouter";
import { applicationName, pipelineName, screenOf } from "~/api/index.ts";
import { useText } from "~/i18n/index.tsx";
import { Button, Page, Panel, TextField } from "~/ui/index.ts";
import { slug } from "../model/slug.ts";
import { useTaken } from "../queries.ts";

/** What the API takes as the id of a pipeline. */
const ID = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** The word that stands for a pipeline to be made in addresses. */
const RESERVED = "new";

export function NewPipeline({ application }: { application: string }) {
  const t = useText();
  const [, go] = useLocation();
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState<string>();
  const id = chosen ?? slug(name);
  const usable = ID.test(id) && id !== RESERVED;
  const taken = useTaken(usable ? pipelineName(application, id) : undefined).data;
  const problem = id === "" ? undefined : id === RESERVED ? t("editor.pipelineIdReserved") : !usable ? t("editor.pipelineIdForm") : taken ? t("editor.pipelineTaken") : undefined;
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (id !== "" && !problem) go(`/apps/${application}/pipelines/new/edit?${new URLSearchParams({ id, name })}`, { replace: true });
  };
  return (
    <Page title={t("editor.newPipeline")} crumbs={[{ label: t("shell.pipelines"), to: `${screenOf(applicationName(application))}/pipelines` }]}>
      <Panel>
        <form className="stack new-pipeline" onSubmit={submit}>
          <TextField label={t("common.name")} value={name} onChange={setName} maxLength={200} autoFocus autoComplete="off" help={t("editor.newNameHelp")} />
          <TextField label={t("editor.id")} required value={id} onChange={setChosen} problem={problem} autoComplete="off" spellCheck={false} help={t("editor.newIdHelp")} />
          <div><Button type="submit" tone="primary" disabled={id === "" || problem !== undefined}>{t("editor.continue")}</Button></div>
        </form>
      </Panel>
    </Page>
  );
}
