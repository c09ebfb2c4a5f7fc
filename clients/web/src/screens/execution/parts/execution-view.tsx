/** An execution with everything around it. */
import { hasEnded } from "@gennaker/client";
import { type Execution, StageAction } from "@gennaker/client/gen/execution";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { idOf } from "~/api/index.ts";
import { useText } from "~/i18n/index.tsx";
import { EXECUTION_LOOKS, Page, StatusBadge } from "~/ui/index.ts";
import { useShortcut } from "~/ui/shortcut.ts";
import { byId, isJudgeable, outermost } from "../model/stages.ts";
import { kindLabel, shortId } from "../model/text.ts";
import { ExecutionActions } from "./actions.tsx";
import { Announcer } from "./announcer.tsx";
import { FactList } from "./fact-list.tsx";
import { FailureLine } from "./failure-line.tsx";
import { usePast } from "./past.ts";
import { usePosition } from "./position.ts";
import { useSelection } from "./selection.ts";
import { useView } from "./view.ts";
import { ViewTabs } from "./view-tabs.tsx";
import { WaitBar } from "./wait-bar.tsx";

const StagePanel = lazy(async () => ({ default: (await import("../panel/stage-panel.tsx")).StagePanel }));
const ApproveDialog = lazy(async () => ({ default: (await import("./judgment-form.tsx")).ApproveDialog }));

interface Props {
  /** The execution as it is now. */
  live: Execution;
  /** It does not exist any more; what was known of it stays. */
  removed: boolean;
}

export function ExecutionView({ live, removed }: Props) {
  const t = useText();
  const [view, change] = useView();
  const [at, onReplay] = usePosition(view, change);
  const past = usePast(live.name, at);
  const shown = past.execution ?? live;
  const selection = useSelection(view, change, (stage) => outermost(byId(shown.stages), stage) ?? stage);
  const isPast = at !== undefined;
  return (
    <Frame live={live} shown={shown}>
      {removed && <p className="execution-note" data-tone="failed">{t("execution.removed")}</p>}
      <FailureLine execution={shown} onStage={selection.open} />
      {!isPast && !hasEnded(live) && <WaitBar execution={live} onStage={selection.open} />}
      <div className="execution-body" data-panel={view.stage !== undefined || undefined}>
        <ViewTabs {...{ live, shown, past, view, at, onReplay, change, selection, kindLabel }} />
        {view.stage !== undefined && (
          <Suspense>
            <StagePanel execution={shown} stage={view.stage} past={isPast} kindLabel={kindLabel} onSelect={selection.open} onClose={selection.close} heading={selection.heading} />
          </Suspense>
        )}
      </div>
      <ApproveKey live={live} selected={view.stage} />
      <Announcer name={live.name} />
    </Frame>
  );
}

/** The head of the screen: what it is, how it stands, and what can be done. */
function Frame({ live, shown, children }: { live: Execution; shown: Execution; children: ReactNode }) {
  const t = useText();
  const application = idOf(live.name, "applications");
  const title = live.displayName || t("execution.title");
  const id = shortId(live.name);
  const heading = <span className="execution-title">{title} <span className="muted mono">{id}</span> <StatusBadge look={EXECUTION_LOOKS[shown.status]} /></span>;
  return (
    <Page windowTitle={`${title} ${id}`} title={heading} actions={<ExecutionActions execution={live} />}
      crumbs={[{ label: application, to: `/apps/${application}` }, { label: t("execution.executions"), to: `/apps/${application}/executions` }]}>
      <FactList execution={live} />
      {children}
    </Page>
  );
}

/** `a` approves: the selected stage, or the first that waits for a decision of the caller. */
function ApproveKey({ live, selected }: { live: Execution; selected: string | undefined }) {
  const [open, setOpen] = useState<string>();
  const waiting = live.stages.filter((stage) => isJudgeable(stage) && stage.allowedActions.includes(StageAction.SUBMIT_JUDGMENT));
  const next = waiting.find((stage) => stage.id === selected) ?? waiting[0];
  useShortcut("a", (event) => {
    event.preventDefault();
    setOpen(next?.id);
  }, next !== undefined);
  const stage = waiting.find((one) => one.id === open);
  return stage ? <Suspense><ApproveDialog execution={live.name} stage={stage} onClose={() => setOpen(undefined)} /></Suspense> : null;
}
