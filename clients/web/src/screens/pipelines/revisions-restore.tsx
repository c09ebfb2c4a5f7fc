/** Goes back to an old revision, after showing what that changes. */
import type { PipelineRevision } from "@gennaker/client/gen/pipeline";
import { api, queryClient, requestId } from "~/api/index.ts";
import { useText } from "~/i18n/index.tsx";
import { ChangeList } from "~/screens/editor/parts/change-list.tsx";
import { ConfirmDialog, ErrorNote, Spinner, toast } from "~/ui/index.ts";
import { useChanges } from "./revisions-diff.tsx";

interface Props {
  name: string;
  revision: PipelineRevision;
  /** The number of the newest one. */
  current: number;
  etag: string;
  onClose: () => void;
}

export function RestoreDialog({ name, revision, current, etag, onClose }: Props) {
  const t = useText();
  const number = Number(revision.revision);
  const { data, error } = useChanges(name, current, number);
  const restore = async () => {
    await api.pipelines.restorePipelineRevision({ name: revision.name, etag, requestId: requestId() });
    await Promise.all([queryClient.invalidateQueries({ queryKey: ["revisions", name] }), queryClient.invalidateQueries({ queryKey: ["pipelines"] })]);
    toast(t("revisions.restored", { number }));
  };
  return (
    <ConfirmDialog title={t("revisions.restoreTitle", { number })} action={t("revisions.restore")} wide disabled={!data} onConfirm={restore} onClose={onClose}>
      <p>{t("revisions.restoreHelp")}</p>
      {error ? <ErrorNote error={error} /> : data ? <ChangeList changes={data} /> : <Spinner />}
    </ConfirmDialog>
  );
}
