/** What an empty server says: what to do next. One click leads to a pipeline that runs. */
import { useMutation } from "@tanstack/react-query";
import { useLocation } from "wouter";
import { queryClient, screenOf } from "~/api/index.ts";
import { useText } from "~/i18n/index.tsx";
import { Button, EmptyState, ErrorNote, Panel } from "~/ui/index.ts";

export function FirstRun({ onNew }: { onNew: () => void }) {
  const t = useText();
  const [, go] = useLocation();
  const sample = useMutation({
    mutationFn: async () => (await import("./sample.ts")).createSample(),
    onSuccess: async (execution) => {
      await queryClient.invalidateQueries();
      go(screenOf(execution));
    },
  });
  return (
    <Panel>
      <EmptyState icon="app" title={t("applications.empty")} command="gennaker apply -f examples/shop.yaml" action={
        <div className="row">
          <Button tone="primary" icon="play" busy={sample.isPending} onClick={() => sample.mutate()}>
            {sample.isPending ? t("applications.sampleMaking") : t("applications.sample")}
          </Button>
          <Button icon="add" onClick={onNew}>{t("applications.new")}</Button>
        </div>
      }>
        {t("applications.emptyText")} {t("applications.sampleText")}
      </EmptyState>
      {sample.error && <ErrorNote error={sample.error} />}
    </Panel>
  );
}
