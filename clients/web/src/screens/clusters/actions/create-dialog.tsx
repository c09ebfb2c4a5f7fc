/** Makes a server group: like another one, or from nothing. The form is the server's description of what a deploy makes. */
import { fromJson, toJson } from "@bufbuild/protobuf";
import { DeployClusterSchema, type DeployCluster } from "@gennaker/client/gen/deploy_cluster";
import type { FieldDescriptor, StageKindDescriptor } from "@gennaker/client/gen/kinds";
import type { ServerGroup } from "@gennaker/client/gen/server_group";
import { useMutation } from "@tanstack/react-query";
import { type SubmitEvent, useId, useMemo, useState } from "react";
import { api, explain, lastId, requestId } from "~/api/index.ts";
import { FieldsForm, kindNamed, pick, problemsAt, useStageKinds, without } from "~/form/index.ts";
import { type JsonObject, objectOf } from "~/form/values.ts";
import { useText } from "~/i18n/index.tsx";
import { Button, Dialog, ErrorNote, Spinner, TextField } from "~/ui/index.ts";
import { imageId } from "../model/names.ts";
import { PlanSteps } from "./plan-steps.tsx";
import { Results } from "./results.tsx";
import "./actions.css";

interface Props {
  application: string;
  /** The server group to begin with. */
  source?: ServerGroup | undefined;
  /** What is set at the beginning. */
  begin?: JsonObject | undefined;
  onClose: () => void;
}

export function CreateDialog({ application, source, begin, onClose }: Props) {
  const t = useText();
  const form = useId();
  const kinds = useStageKinds();
  const fields = useMemo(() => fieldsOf(kinds.data ?? []), [kinds.data]);
  const [value, setValue] = useState<JsonObject>(() => ({ cluster: source ? describe(source) : (begin ?? {}) }));
  const [reason, setReason] = useState("");
  const create = useMutation({
    mutationFn: async () => (await api.infrastructure.createServerGroup({ parent: application, cluster: message(value), reason, requestId: requestId() })).execution,
  });
  const problems = useMemo(() => (create.error ? problemsAt(explain(create.error).violations) : undefined), [create.error]);
  const title = source ? t("clusters.cloneTitle", { name: lastId(source.name) }) : t("clusters.deployTitle", { application: lastId(application) });
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    create.mutate();
  };
  if (create.data) return <Results title={title} outcomes={[{ title, execution: create.data }]} onBack={() => create.reset()} onClose={onClose} />;
  return (
    <Dialog title={title} onClose={onClose} wide footer={<>
      <Button onClick={onClose}>{t("common.cancel")}</Button>
      <Button type="submit" form={form} tone="primary" busy={create.isPending}>{t("clusters.createNow")}</Button>
    </>}>
      <form id={form} className="stack" noValidate onSubmit={submit}>
        {source && <p className="muted">{t("clusters.cloneText")}</p>}
        {kinds.data ? <FieldsForm fields={fields} value={value} onChange={setValue} problems={problems} context={{ application: lastId(application) }} /> : <Spinner />}
        <PlanSteps application={application} operations={[{ title, stages: [{ createServerGroup: value }], start: async () => undefined }]} />
        <TextField label={t("common.reason")} help={t("common.reasonHelp")} maxLength={1000} value={reason} onChange={setReason} />
        {create.error && <ErrorNote error={create.error} />}
      </form>
    </Dialog>
  );
}

/** What can be said of a server group, without what only a pipeline knows. */
function fieldsOf(kinds: readonly StageKindDescriptor[]): FieldDescriptor[] {
  const outside = ["application", "image_artifact"].map((name) => `cluster.${name}`);
  return pick(kindNamed(kinds, "create_server_group")?.fields ?? [], ["cluster"]).map((cluster) => ({ ...cluster, fields: without(cluster.fields, outside) }));
}

function message(value: JsonObject): DeployCluster {
  return fromJson(DeployClusterSchema, objectOf(value.cluster));
}

/** The description by which the server would make the same again. */
function describe(group: ServerGroup): JsonObject {
  const { account, region, moniker, capacity, loadBalancers, firewalls, env, args, labels, healthCheck, restartPolicy, stopGrace } = group;
  const like = { account, region, stack: moniker?.stack ?? "", detail: moniker?.detail ?? "", image: imageId(group.image), loadBalancers, firewalls, env, args, labels, restartPolicy };
  return objectOf(toJson(DeployClusterSchema, {
    ...fromJson(DeployClusterSchema, {}), ...like,
    ...(capacity && { capacity }), ...(healthCheck && { healthCheck }), ...(stopGrace && { stopGrace }),
  }));
}
