/** What happens on the whole server: all executions, and what people did. */
import { ALL_APPLICATIONS } from "~/api/index.ts";
import { useText } from "~/i18n/index.tsx";
import { ExecutionList } from "~/screens/executions/execution-list.tsx";
import { useExecutionFilter } from "~/screens/executions/filter-address.ts";
import { FilterBar } from "~/screens/executions/filter-bar.tsx";
import { isFiltered } from "~/screens/executions/filter.ts";
import { GroupingSwitch, useGrouping } from "~/screens/executions/grouping.tsx";
import { useFilteredExecutions } from "~/screens/executions/use-history.ts";
import { EmptyState, Page, Panel, Tabs } from "~/ui/index.ts";
import { useParameter } from "~/ui/parameters.ts";
import { People } from "./people.tsx";

export default function Operations() {
  const t = useText();
  const [tab, setTab] = useParameter("tab", { push: true });
  const selected = tab === "people" ? "people" : "executions";
  return (
    <Page title={t("operations.title")}>
      <Tabs label={t("operations.title")} selected={selected} onSelect={(id) => setTab(id === "people" ? id : "")}
        tabs={[{ id: "executions", label: t("operations.executions") }, { id: "people", label: t("operations.people") }]}>
        {selected === "people" ? <People /> : <AllExecutions />}
      </Tabs>
    </Page>
  );
}

function AllExecutions() {
  const t = useText();
  const { filter } = useExecutionFilter();
  const [byPipeline] = useGrouping();
  const executions = useFilteredExecutions(ALL_APPLICATIONS, filter, byPipeline ? "pipeline" : "time");
  return (
    <div className="stack">
      <FilterBar />
      <Panel title={t("lists.executions")} actions={<GroupingSwitch />} flush>
        <ExecutionList executions={executions} byPipeline={byPipeline} showApplication empty={isFiltered(filter)
          ? <EmptyState icon="search" title={t("lists.noMatch")}>{t("lists.noMatchText")}</EmptyState>
          : <EmptyState icon="play" title={t("lists.noExecutions")} command="gennaker run APPLICATION/PIPELINE --follow">{t("lists.noExecutionsText")}</EmptyState>} />
      </Panel>
    </div>
  );
}
