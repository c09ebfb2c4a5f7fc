import { memo } from "react";
import { useLanguage, useText } from "~/i18n/index.tsx";
import { Icon, local, span, StatusBadge, type Tone, utc } from "~/ui/index.ts";
import { type Phase, spent } from "./phases.ts";
import type { Row } from "./rows.ts";
import { barOf, type Range } from "./scale.ts";

interface Props {
  readonly row: Row;
  readonly index: number;
  readonly top: number;
  readonly range: Range;
  /** The time now; for a stage that is over, any time after its end. */
  readonly now: number;
  readonly active: boolean;
  readonly selected: boolean;
  readonly onToggle: (id: string) => void;
}

/** A stage of the timeline: its name, how it stands, how long it took, and its bars. */
export const TimelineRow = memo(function TimelineRow({ row, index, top, range, now, active, selected, onToggle }: Props) {
  const t = useText();
  const { stage, level, open } = row;
  return (
    <div role="row" className="timeline-row" data-row={stage.id} tabIndex={active ? 0 : -1} aria-level={level} aria-posinset={row.place}
      aria-setsize={row.siblings} aria-expanded={open} aria-selected={selected} aria-rowindex={index + 2} style={{ transform: `translateY(${top}px)` }}>
      <span role="gridcell" className="timeline-name" style={{ paddingInlineStart: 4 + (level - 1) * 18 }}>
        {open === undefined ? <span className="timeline-leaf" /> : (
          <button type="button" className="timeline-toggle" tabIndex={-1} data-open={open || undefined}
            aria-label={t(open ? "graph.collapseStage" : "graph.expandStage", { name: stage.title })}
            onClick={(event) => { event.stopPropagation(); onToggle(stage.id); }}>
            <Icon name="chevron" size={14} />
          </button>
        )}
        <span className="ellipsis" title={`${stage.title}\n${stage.subtitle}`}>{stage.title}</span>
      </span>
      <span role="gridcell" className="timeline-status"><StatusBadge look={stage.look} bare /></span>
      <span role="gridcell" className="timeline-took">{tookOf(stage.phases, now)}</span>
      <span role="gridcell" className="timeline-chart">
        <Bars phases={stage.phases} tone={stage.look.tone} range={range} now={now} />
        <Course phases={stage.phases} now={now} />
      </span>
    </div>
  );
});

/** From the first start to the last end: what the clock on the wall showed. */
function tookOf(phases: readonly Phase[], now: number): string {
  const [first, last] = [phases[0], phases.at(-1)];
  return first && last ? span((last.end ?? now) - first.start) : "–";
}

function Bars({ phases, tone, range, now }: { phases: readonly Phase[]; tone: Tone; range: Range; now: number }) {
  const t = useText();
  const language = useLanguage();
  const attempt = phases.at(-1)?.attempt ?? 1;
  return (
    <span aria-hidden="true">
      {phases.map((phase, at) => {
        const bar = barOf(phase, range, now);
        if (!bar) return null;
        const end = phase.end ?? now;
        const title = [
          attempt > 1 && t("graph.attempt", { number: phase.attempt }),
          phase.reason,
          `${local(phase.start, language, now)} – ${local(end, language, now)} (${span(end - phase.start)})`,
          `${utc(phase.start)} – ${utc(end)}`,
        ];
        return (
          <span key={at} className="timeline-bar" data-doing={phase.doing} data-tone={phase.tone ?? (phase.attempt === attempt ? tone : "idle")}
            data-past={phase.attempt < attempt || undefined} data-open={phase.end === undefined || undefined} title={title.filter(Boolean).join("\n")}
            style={{ left: `${bar.left * 100}%`, width: `max(3px, ${bar.width * 100}%)` }} />
        );
      })}
    </span>
  );
}

/** The same in words, for those who don't see the bars. */
function Course({ phases, now }: { phases: readonly Phase[]; now: number }) {
  const t = useText();
  const language = useLanguage();
  const [first, last] = [phases[0], phases.at(-1)];
  if (!first || !last) return <span className="unseen">{t("graph.notYet")}</span>;
  const sums = spent(phases, now);
  const parts = [
    local(first.start, language, now),
    last.attempt > 1 && t("graph.attempt", { number: last.attempt }),
    sums.wait > 0 && t("graph.waited", { time: span(sums.wait) }),
    sums.pause > 0 && t("graph.paused", { time: span(sums.pause) }),
    t("graph.ran", { time: span(sums.run) }),
  ];
  return <span className="unseen">{parts.filter(Boolean).join(", ")}</span>;
}
