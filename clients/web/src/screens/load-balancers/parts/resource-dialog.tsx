/** Makes or changes a load balancer or a firewall: the form is the server's description of it, checked by the server while one types. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { type SubmitEvent, useEffect, useId, useMemo, useState } from "react";
import { explain, lastId } from "~/api/index.ts";
import { FieldsForm, problemsAt, type ResourceKind, useResourceFields, without } from "~/form/index.ts";
import type { JsonObject } from "~/form/values.ts";
import { useText } from "~/i18n/index.tsx";
import { Button, Dialog, ErrorNote, Select, Spinner, TextField, toast } from "~/ui/index.ts";
import { usePlaces } from "./places.ts";

/** Where a new resource goes. */
export interface NewPlace {
  parent: string;
  id: string;
}

interface Props {
  title: string;
  kind: Extract<ResourceKind, "load_balancer" | "firewall">;
  /** The full name of what is changed; undefined for a new one. */
  name: string | undefined;
  application: string;
  value: JsonObject;
  /** Saves it, or only checks it. */
  save: (value: JsonObject, place: NewPlace | undefined, validateOnly: boolean) => Promise<unknown>;
  onClose: () => void;
}

/** How long nobody has typed before the server is asked, in milliseconds. */
const PAUSE = 400;

export function ResourceDialog({ title, kind, name, application, value: begin, save, onClose }: Props) {
  const t = useText();
  const form = useId();
  const fields = useResourceFields(kind);
  const places = usePlaces();
  const id = lastId(application);
  const [value, setValue] = useState(begin);
  const [chosen, setChosen] = useState<{ parent: string; id: string }>({ parent: "", id });
  const place = name ? undefined : { parent: chosen.parent || places?.[0]?.name || "", id: chosen.id };
  const send = useMutation({ mutationFn: () => save(value, place, false), onSuccess: () => {
    toast(t("balancing.saved", { name: place?.id ?? lastId(name ?? "") }));
    onClose();
  } });
  const checked = useChecked(kind, value, place, save);
  const error = send.error ?? checked;
  const violations = useMemo(() => (error ? explain(error).violations : []), [error]);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    send.mutate();
  };
  return (
    <Dialog title={title} onClose={onClose} footer={<>
      <Button onClick={onClose}>{t("common.cancel")}</Button>
      <Button type="submit" form={form} tone="primary" busy={send.isPending}>{t(name ? "common.save" : "common.create")}</Button>
    </>}>
      <form id={form} className="stack" noValidate onSubmit={submit}>
        {place && (
          <div className="place-fields">
            <Select label={t("balancing.placeLabel")} value={place.parent} onChange={(parent) => setChosen({ ...chosen, parent })}
              options={(places ?? []).map((one) => ({ value: one.name, label: t("balancing.place", { account: one.account, region: one.region }) }))} />
            <TextField label={t("balancing.id")} help={t("balancing.lbIdHelp")} required value={chosen.id} onChange={(next) => setChosen({ ...chosen, id: next })}
              problem={violations.find(({ field }) => field === `${kind}_id`)?.description} spellCheck={false} autoComplete="off" />
          </div>
        )}
        {fields ? <FieldsForm fields={without(fields, ["name", "application"])} value={value} onChange={(next) => { setValue(next); send.reset(); }}
          problems={problemsAt(violations, kind)} context={{ application: id }} /> : <Spinner />}
        {send.error && <ErrorNote error={send.error} />}
      </form>
    </Dialog>
  );
}

/** What the server says is wrong with the values once nobody has typed for a moment. */
function useChecked(kind: string, value: JsonObject, place: NewPlace | undefined, save: Props["save"]): unknown {
  const key = JSON.stringify([value, place]);
  const [settled, settle] = useState(key);
  useEffect(() => {
    const timer = setTimeout(() => settle(key), PAUSE);
    return () => clearTimeout(timer);
  }, [key]);
  const { error } = useQuery({
    queryKey: ["resource-check", kind, settled],
    enabled: settled === key && (place === undefined || place.parent !== ""),
    retry: false,
    queryFn: async () => {
      await save(value, place, true);
      return true;
    },
  });
  return settled === key ? error : undefined;
}
