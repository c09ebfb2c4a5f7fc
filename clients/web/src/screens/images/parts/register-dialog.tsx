/** Registers an image from a path of the server's machine, or one that the server brings. */
import { useMutation } from "@tanstack/react-query";
import { type SubmitEvent, useId, useState } from "react";
import { api, explain, requestId } from "~/api/index.ts";
import { useText } from "~/i18n/index.tsx";
import type { PlaceInCloud } from "~/screens/load-balancers/parts/places.ts";
import { Button, Dialog, ErrorNote, Select, TextField, toast } from "~/ui/index.ts";

export function RegisterDialog({ places, onClose, onDone }: { places: readonly PlaceInCloud[]; onClose: () => void; onDone: () => void }) {
  const t = useText();
  const form = useId();
  const [parent, setParent] = useState(places[0]?.name ?? "");
  const [imageId, setImageId] = useState("");
  const [source, setSource] = useState("");
  const register = useMutation({
    mutationFn: () => api.infrastructure.registerImage({ parent, imageId, source, requestId: requestId() }),
    onSuccess: () => {
      toast(t("balancing.registered", { name: imageId }));
      onDone();
      onClose();
    },
  });
  const problems = register.error ? explain(register.error).violations : [];
  const problemAt = (field: string) => problems.find((one) => one.field === field)?.description;
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    register.mutate();
  };
  return (
    <Dialog title={t("balancing.registerTitle")} onClose={onClose} footer={<>
      <Button onClick={onClose}>{t("common.cancel")}</Button>
      <Button type="submit" form={form} tone="primary" busy={register.isPending}>{t("balancing.register")}</Button>
    </>}>
      <form id={form} className="stack" onSubmit={submit}>
        <Select label={t("balancing.placeLabel")} value={parent} onChange={setParent} options={places.map(({ name, account, region }) => ({ value: name, label: t("balancing.place", { account, region }) }))} />
        <TextField label={t("balancing.imageId")} help={t("balancing.imageIdHelp")} required value={imageId} onChange={setImageId} problem={problemAt("image_id")} spellCheck={false} autoComplete="off" />
        <TextField label={t("balancing.source")} help={t("balancing.sourceHelp")} required value={source} onChange={setSource} problem={problemAt("source")} spellCheck={false} autoComplete="off" />
        {register.error && <ErrorNote error={register.error} />}
      </form>
    </Dialog>
  );
}
