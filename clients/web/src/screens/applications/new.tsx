/** The dialog that makes an application. */
import { useState } from "react";
import { useLocation } from "wouter";
import { api, applicationName, queryClient, requestId, screenOf } from "~/api/index.ts";
import { useText } from "~/i18n/index.tsx";
import { ConfirmDialog, TextArea, TextField } from "~/ui/index.ts";

/** What the API takes as the id of an application. */
const ID = /^[a-z0-9][a-z0-9._]{0,62}$/;

export function NewApplication({ onClose }: { onClose: () => void }) {
  const t = useText();
  const [, go] = useLocation();
  const [id, setId] = useState("");
  const [displayName, setDisplayName] = useState("");
  const [email, setEmail] = useState("");
  const [description, setDescription] = useState("");
  const wrong = id !== "" && !ID.test(id);
  const make = async () => {
    await api.applications.createApplication({ applicationId: id, application: { displayName, email, description }, requestId: requestId() });
    await queryClient.invalidateQueries({ queryKey: ["applications"] });
    go(screenOf(applicationName(id)));
  };
  return (
    <ConfirmDialog title={t("applications.new")} action={t("common.create")} disabled={id === "" || wrong} onConfirm={make} onClose={onClose}>
      <TextField label={t("applications.id")} required value={id} onChange={setId} help={t("applications.idHelp")} problem={wrong ? t("applications.idProblem") : undefined} autoComplete="off" />
      <TextField label={t("applications.displayName")} value={displayName} onChange={setDisplayName} maxLength={200} />
      <TextField label={t("applications.email")} type="email" value={email} onChange={setEmail} />
      <TextArea label={t("common.description")} value={description} onChange={setDescription} maxLength={4000} />
    </ConfirmDialog>
  );
}
