/** Makes a project, or changes one. */
import { fromJson, type JsonObject, toJson } from "@bufbuild/protobuf";
import type { FieldDescriptor } from "@gennaker/client/gen/kinds";
import { type Project, ProjectSchema } from "@gennaker/client/gen/project";
import { useState } from "react";
import { useLocation } from "wouter";
import { api, explain, lastId, projectName, queryClient, requestId, screenOf } from "~/api/index.ts";
import { FieldsForm, NO_PROBLEMS, type Problems, problemsAt, useResourceFields } from "~/form/index.ts";
import { writableFields, writableValue } from "~/form/writable.ts";
import { useText } from "~/i18n/index.tsx";
import { ConfirmDialog, Dialog, Spinner, TextField } from "~/ui/index.ts";

/** What the API takes as the id of a project. */
const ID = /^[a-z0-9][a-z0-9-]{0,62}$/;

interface Props {
  /** The one to change; a new one without. */
  project?: Project;
  onClose: () => void;
}

export function ProjectDialog(props: Props) {
  const t = useText();
  const fields = useResourceFields("project");
  if (!fields) return <Dialog title={t("projects.new")} onClose={props.onClose}><Spinner /></Dialog>;
  return <Loaded {...props} fields={fields} />;
}

function Loaded({ project, onClose, fields }: Props & { fields: readonly FieldDescriptor[] }) {
  const t = useText();
  const [, go] = useLocation();
  const [id, setId] = useState(project ? lastId(project.name) : "");
  const [value, setValue] = useState<JsonObject>(() => (project ? writableValue(toJson(ProjectSchema, project), fields) : {}));
  const [problems, setProblems] = useState<Problems>(NO_PROBLEMS);
  const wrong = id !== "" && !ID.test(id);
  const save = async () => {
    try {
      if (project) await api.projects.updateProject({ project: fromJson(ProjectSchema, { ...value, name: project.name, etag: project.etag }), requestId: requestId() });
      else await api.projects.createProject({ projectId: id, project: fromJson(ProjectSchema, value), requestId: requestId() });
    } catch (error) {
      setProblems(problemsAt(explain(error).violations, "project"));
      throw error;
    }
    await queryClient.invalidateQueries({ queryKey: ["projects"] });
    if (!project) go(screenOf(projectName(id)));
  };
  return (
    <ConfirmDialog wide title={project ? t("projects.editTitle", { project: project.displayName || id }) : t("projects.new")} action={t(project ? "common.save" : "common.create")}
      disabled={id === "" || wrong} onConfirm={save} onClose={onClose}>
      {!project && <TextField label={t("projects.id")} help={t("projects.idHelp")} required autoComplete="off" value={id} problem={wrong ? t("projects.idProblem") : undefined} onChange={setId} />}
      <FieldsForm fields={writableFields(fields)} value={value} problems={problems} onChange={setValue} />
    </ConfirmDialog>
  );
}
