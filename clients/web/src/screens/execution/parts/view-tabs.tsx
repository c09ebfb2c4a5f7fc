/** The ways to look at an execution. */
import type { Execution } from "@gennaker/client/gen/execution";
import { lazy, Suspense } from "react";
import type { TextKey } from "~/i18n/index.tsx";
import { useText } from "~/i18n/index.tsx";
import { Button, Spinner, Tabs } from "~/ui/index.ts";
import { GraphTab } from "./graph-tab.tsx";
import type { Past } from "./past.ts";
import type { Selection } from "./selection.ts";
import { type TabId, TABS, type View } from "./view.ts";

// The graph is seen first; the others are loaded when they are looked at.
const EventsTab = lazy(async () => ({ default: (await import("./events-tab.tsx")).EventsTab }));
const JsonTab = lazy(async () => ({ default: (await import("./json-tab.tsx")).JsonTab }));
const Replay = lazy(async () => ({ default: (await import("./replay.tsx")).Replay }));
const TimelineTab = lazy(async () => ({ default: (await import("./timeline-tab.tsx")).TimelineTab }));

const TEXTS: Record<TabId, TextKey> = { graph: "execution.graph", timeline: "execution.timeline", events: "execution.events", json: "execution.json" };

interface Props {
  live: Execution;
  shown: Execution;
  past: Past;
  view: View;
  /** The event up to which it is shown. */
  at: number | undefined;
  onReplay: (at: number | undefined) => void;
  change: (view: Partial<View>) => void;
  selection: Selection;
  kindLabel: (kind: string) => string;
}

export function ViewTabs({ live, shown, past, view, at, onReplay, change, selection, kindLabel }: Props) {
  const t = useText();
  return (
    <div className="execution-main" data-past={at !== undefined || undefined}>
      {at === undefined && <span className="replay-button"><Button small icon="history" onClick={() => onReplay(Number(live.sequence))}>{t("execution.replay")}</Button></span>}
      <Tabs label={t("execution.views")} selected={view.tab} onSelect={(tab) => change({ tab })} tabs={TABS.map((id) => ({ id, label: t(TEXTS[id]) }))}>
        <div className="execution-tab">
          <Suspense fallback={<Spinner />}>
            {at !== undefined && <Replay past={past} at={at} onChange={onReplay} />}
            {view.tab === "graph" && <GraphTab execution={shown} stopped={past.time} kindLabel={kindLabel} selected={view.stage} selection={selection} />}
            {view.tab === "timeline" && <TimelineTab execution={shown} stopped={past.time} kindLabel={kindLabel} selected={view.stage} onSelect={selection.select} />}
            {view.tab === "events" && <EventsTab execution={live} until={at} stage={view.stage} onStage={selection.select} onReplay={onReplay} />}
            {view.tab === "json" && <JsonTab execution={shown} />}
          </Suspense>
        </div>
      </Tabs>
    </div>
  );
}
