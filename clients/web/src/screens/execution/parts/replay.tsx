/** Looking back: the bar that walks through what happened, and says that it is the past. */
import { useMemo } from "react";
import { useText } from "~/i18n/index.tsx";
import { Icon, Spinner, Time } from "~/ui/index.ts";
import { Scrubber } from "~/timeline/index.ts";
import { positionOf, sequenceAt } from "../model/timeline.ts";
import type { Past } from "./past.ts";

interface Props {
  past: Past;
  /** The number of the event that is shown. */
  at: number;
  onChange: (at: number | undefined) => void;
}

export function Replay({ past, at, onChange }: Props) {
  const t = useText();
  const { rows, complete } = past.log;
  const times = useMemo(() => rows.map((row) => row.time), [rows]);
  const position = positionOf(rows, at);
  return (
    <section className="replay" aria-label={t("execution.replay")}>
      <p><Icon name="history" /> <strong>{t("execution.pastNote", { number: String(at) })}</strong> {past.time && <><span className="muted">{t("execution.pastAt")}</span> <Time at={past.time} /></>}</p>
      {complete || rows.length > 0
        ? <Scrubber times={times} position={position} onChange={(to) => onChange(to === undefined ? undefined : sequenceAt(rows, to))} />
        : <Spinner />}
    </section>
  );
}
