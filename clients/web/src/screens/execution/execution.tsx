/** The screen of one execution: what it does now, what it waits for, and everything that can be done about it. */
import { executionName } from "~/api/index.ts";
import { useText } from "~/i18n/index.tsx";
import { useExecution } from "~/live/index.ts";
import { EmptyState, Page, Spinner } from "~/ui/index.ts";
import { ExecutionView } from "./parts/execution-view.tsx";
import "./execution.css";

export default function ExecutionScreen({ application, execution: id }: { application: string; execution: string }) {
  const t = useText();
  const name = executionName(application, id);
  const { execution, error, removed } = useExecution(name);
  const title = t("execution.title");
  const crumbs = [{ label: application, to: `/apps/${application}` }, { label: t("execution.executions"), to: `/apps/${application}/executions` }];
  if (execution) return <ExecutionView key={name} live={execution} removed={removed} />;
  return (
    <Page title={title} crumbs={crumbs}>
      {removed || error ? (
        <EmptyState icon="warning" title={removed ? t("execution.removed") : t("common.notFound")}>{error?.message}</EmptyState>
      ) : <Spinner />}
    </Page>
  );
}
