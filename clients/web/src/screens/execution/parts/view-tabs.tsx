/** The ways to look at an execution. */
import type { Execution } from "@gennaker/client/gen/execution";
import { useCallback } from "react";
import type { TextKey } from "~/i18n/index.tsx";
import { useText } from "~/i18n/index.tsx";
import { Tabs } from "~/ui/index.ts";
import { EventsTab } from "./events-tab.tsx";
import { GraphTab } from "./graph-tab.tsx";
import { JsonTab } from "./json-tab.tsx";
import type { Past } from "./past.ts";
import type { Selection } from "./selection.ts";
import { type TabId, TABS, type View } from "./view.ts";

const TEXTS: Record<TabId, TextKey> = { graph: "execution.graph", timeline: "execution.timeline", events: "execution.events", json: "execution.json" };

interface Props {
  live: Execution;
  shown: Execution;
  past: Past;
  view: View;
  change: (view: Partial<View>) => void;
  selection: Selection;
  kindLabel: (kind: string) => string;
}

export function ViewTabs({ live, shown, past, view, change, selection, kindLabel }: Props) {
  const t = useText();
  const replay = useCallback((at: number | undefined) => change({ at }), [change]);
  return (
    <div className="execution-main">
      <Tabs label={t("execution.views")} selected={view.tab} onSelect={(tab) => change({ tab })} tabs={TABS.map((id) => ({ id, label: t(TEXTS[id]) }))}>
        <div className="execution-tab">
          {view.tab === "graph" && <GraphTab execution={shown} stopped={past.time} kindLabel={kindLabel} selected={view.stage} selection={selection} />}
          {view.tab === "events" && <EventsTab execution={live} until={view.at} stage={view.stage} onStage={selection.select} onReplay={replay} />}
          {view.tab === "json" && <JsonTab execution={shown} />}
        </div>
      </Tabs>
    </div>
  );
}
