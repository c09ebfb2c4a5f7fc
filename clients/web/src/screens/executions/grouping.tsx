/** How a list of executions is arranged: by time, or by pipeline. It is in the address. */
import { useText } from "~/i18n/index.tsx";
import { Button } from "~/ui/index.ts";
import { useParameter } from "~/ui/parameters.ts";

/** Whether the list is grouped by pipeline, and how that is changed. */
export function useGrouping(): [byPipeline: boolean, set: (byPipeline: boolean) => void] {
  const [group, setGroup] = useParameter("group");
  return [group === "pipeline", (byPipeline) => setGroup(byPipeline ? "pipeline" : "")];
}

export function GroupingSwitch() {
  const t = useText();
  const [byPipeline, set] = useGrouping();
  return (
    <div className="row" role="group" aria-label={t("lists.arrange")}>
      <Button small icon="clock" aria-pressed={!byPipeline} onClick={() => set(false)}>{t("lists.byTime")}</Button>
      <Button small icon="pipeline" aria-pressed={byPipeline} onClick={() => set(true)}>{t("lists.byPipeline")}</Button>
    </div>
  );
}
