/** The events of one stage. */
import { useMemo } from "react";
import { useText } from "~/i18n/index.tsx";
import { useEvents } from "~/live/index.ts";
import { Spinner, Time } from "~/ui/index.ts";

/** How many of the last ones are shown; the tab of events has them all. */
const SHOWN = 100;

export function StageEvents({ execution, stage }: { execution: string; stage: string }) {
  const t = useText();
  const { rows, complete } = useEvents(execution);
  const own = useMemo(() => rows.filter((row) => row.stage === stage).slice(-SHOWN).reverse(), [rows, stage]);
  if (!complete && own.length === 0) return <Spinner />;
  if (own.length === 0) return <p className="muted">{t("execution.noEvents")}</p>;
  return (
    <ol className="stage-events">
      {own.map((row) => <li key={row.sequence}><span className="muted"><Time at={row.time} /></span> <span>{row.message}{row.actor && <strong> {row.actor}</strong>}</span></li>)}
    </ol>
  );
}
