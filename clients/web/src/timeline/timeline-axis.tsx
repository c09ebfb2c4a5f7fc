import { type PointerEvent, useRef, useState } from "react";
import { useLanguage } from "~/i18n/index.tsx";
import { local, utc } from "~/ui/index.ts";
import { placeOf, type Range, stepOf, type Tick, ticksOf } from "./scale.ts";

/** The room that a label needs. */
const LABEL = 84;

/** A label that has less room than this before the end is left out. */
const SHORT = 44;

/** How many labels fit on an axis of this width. */
export function labelsOn(width: number): number {
  return Math.max(2, Math.floor(width / LABEL));
}

interface Props {
  readonly range: Range;
  readonly width: number;
  readonly now: number;
  /** A stretch of the axis was marked by dragging. */
  readonly onRange: (range: Range) => void;
}

/** The axis of time: marks in the user's time, UTC on hover. Dragging over it shows the stretch that was marked. */
export function TimelineAxis({ range, width, now, onRange }: Props) {
  const language = useLanguage();
  const most = labelsOn(width);
  const step = stepOf(range, most);
  const from = useRef<number | undefined>(undefined);
  const [marked, setMarked] = useState<{ left: number; right: number }>();
  const placeIn = (event: PointerEvent<HTMLElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - box.left) / (box.width || 1)));
  };
  const end = () => {
    from.current = undefined;
    setMarked(undefined);
  };
  return (
    <span className="timeline-axis"
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        from.current = placeIn(event);
      }}
      onPointerMove={(event) => {
        const [a, b] = [from.current, placeIn(event)];
        if (a !== undefined) setMarked({ left: Math.min(a, b), right: Math.max(a, b) });
      }}
      onPointerUp={() => {
        const length = range.end - range.start;
        if (marked && (marked.right - marked.left) * width > 8) {
          onRange({ start: range.start + marked.left * length, end: range.start + marked.right * length });
        }
        end();
      }}
      onPointerCancel={end}>
      {ticksOf(range, most).map((tick) => (
        <span key={tick.time} className="timeline-tick" title={`${local(tick.time, language, now)}\n${utc(tick.time)}`}
          style={{ left: `${placeOf(tick.time, range) * 100}%` }}>
          {(1 - placeOf(tick.time, range)) * width > SHORT && labelOf(tick, step, language)}
        </span>
      ))}
      {marked && <span className="timeline-marked" style={{ left: `${marked.left * 100}%`, right: `${(1 - marked.right) * 100}%` }} />}
    </span>
  );
}

/** As much of a time as tells it from its neighbours. */
function labelOf({ time, day }: Tick, step: number, language: string): string {
  if (day) return new Intl.DateTimeFormat(language, { month: "short", day: "numeric" }).format(time);
  const format: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  if (step < 60_000) format.second = "2-digit";
  if (step < 1000) format.fractionalSecondDigits = 1;
  return new Intl.DateTimeFormat(language, format).format(time);
}
