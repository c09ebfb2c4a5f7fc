import { type RefObject, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useSize } from "~/graph/viewport.ts";
import { useLanguage, useText } from "~/i18n/index.tsx";
import { Button, IconButton, local, useNow } from "~/ui/index.ts";
import { ancestorsOf, type Row, rowsOf, type TimelineStage } from "./rows.ts";
import { extentOf, panned, placeOf, type Range, ticksOf, zoomed } from "./scale.ts";
import { labelsOn, TimelineAxis } from "./timeline-axis.tsx";
import { onTimelineKey } from "./timeline-keys.ts";
import { TimelineRow } from "./timeline-row.tsx";
import "./timeline.css";

const NARROW = 640;
const ROW = { wide: 34, narrow: 56 };
const HEAD = 34;

/** Rows that are drawn above and below those in sight. */
const SPARE = 8;

interface Props {
  /** The stages, parents in the order in which they are to be shown. */
  readonly stages: readonly TimelineStage[];
  /** The name of the timeline for screen readers. */
  readonly label: string;
  readonly selected?: string | undefined;
  readonly onSelect: (id: string) => void;
}

/** When each stage waited and ran: a row a stage, those that other stages made inside these, and a line for now. */
export function Timeline({ stages, label, selected, onSelect }: Props) {
  const t = useText();
  const frame = useRef<HTMLDivElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const chart = useRef<HTMLSpanElement>(null);
  const narrow = useSize(frame).width < NARROW;
  const { width } = useSize(chart);

  const going = useMemo(() => stages.some(({ phases }) => phases.at(-1)?.end === undefined && phases.length > 0), [stages]);
  const now = useNow(going);
  const whole = useMemo(() => extentOf(stages.flatMap((stage) => stage.phases), now), [stages, now]);
  const [zoom, setZoom] = useState<Range>();
  const range = zoom ?? whole;
  const change = (next: Range) => setZoom(next.start <= whole.start && next.end >= whole.end ? undefined : next);
  const onZoom = (factor: number, at = 0.5) => change(zoomed(range, whole, factor, at));
  useWheel(chart, scroller, { onZoom, onPan: (by) => change(panned(range, whole, by)) });

  const { rows, onToggle } = useRows(stages, selected);
  const height = narrow ? ROW.narrow : ROW.wide;
  const { active, focus, came, first, last } = useRoving(rows, scroller, height, selected);
  const drawn = rows.map((row, index) => ({ row, index })).filter(({ row, index }) => (index >= first && index <= last) || row.stage.id === active);
  const actions = { onFocus: focus, onSelect, onToggle, onZoom, onWhole: () => setZoom(undefined) };
  return (
    <div className="timeline" data-narrow={narrow || undefined} ref={frame}>
      <div className="timeline-scroll" role="treegrid" aria-label={label} aria-rowcount={rows.length + 1} ref={scroller}
        onFocus={(event) => came(idOf(event.target))}
        onClick={(event) => { const id = idOf(event.target); if (id !== undefined) onSelect(id); }}
        onKeyDown={(event) => { const id = idOf(event.target); if (id !== undefined) onTimelineKey(event, rows, id, actions); }}>
        <div role="rowgroup" className="timeline-heads">
          <div role="row" className="timeline-head" aria-rowindex={1} style={{ height: HEAD }}>
            <span role="columnheader" className="timeline-name">{t("graph.stage")}</span>
            <span role="columnheader" className="timeline-status">{t("graph.status")}</span>
            <span role="columnheader" className="timeline-took">{t("graph.took")}</span>
            <span role="columnheader" className="timeline-chart" aria-label={t("graph.chart")} ref={chart}>
              <TimelineAxis range={range} width={width} now={now} onRange={change} />
            </span>
          </div>
        </div>
        <div role="rowgroup" className="timeline-rows" style={{ height: rows.length * height }}>
          <Lines range={range} width={width} now={going ? now : undefined} />
          {drawn.map(({ row, index }) => (
            <TimelineRow key={row.stage.id} row={row} index={index} top={index * height} range={range} onToggle={onToggle}
              now={row.stage.phases.at(-1)?.end ?? now} active={row.stage.id === active} selected={row.stage.id === selected} />
          ))}
        </div>
      </div>
      <Tools range={range} now={now} zoomed={zoom !== undefined} onZoom={onZoom} onWhole={actions.onWhole} />
    </div>
  );
}

function idOf(element: EventTarget): string | undefined {
  const row = element instanceof Element ? element.closest("[data-row]") : null;
  return row instanceof HTMLElement ? row.dataset.row : undefined;
}

/** The lines of the axis and of now, behind all rows. */
function Lines({ range, width, now }: { range: Range; width: number; now: number | undefined }) {
  const t = useText();
  const at = now === undefined ? -1 : placeOf(now, range);
  return (
    <div className="timeline-lines" aria-hidden="true">
      <span className="timeline-chart">
        {ticksOf(range, labelsOn(width)).map(({ time, day }) => (
          <span key={time} className="timeline-line" data-day={day || undefined} style={{ left: `${placeOf(time, range) * 100}%` }} />
        ))}
        {at >= 0 && at <= 1 && <span className="timeline-now" title={t("graph.now")} style={{ left: `${at * 100}%` }} />}
      </span>
    </div>
  );
}

function Tools({ range, now, zoomed: isZoomed, onZoom, onWhole }: { range: Range; now: number; zoomed: boolean; onZoom: (factor: number) => void; onWhole: () => void }) {
  const t = useText();
  const language = useLanguage();
  return (
    <div className="timeline-tools">
      <span className="muted">{t("graph.zoomRange", { start: local(range.start, language, now), end: local(range.end, language, now) })}</span>
      <IconButton small icon="dash" label={t("graph.zoomOut")} disabled={!isZoomed} onClick={() => onZoom(2)} />
      <IconButton small icon="add" label={t("graph.zoomIn")} onClick={() => onZoom(0.5)} />
      <Button small tone="quiet" disabled={!isZoomed} onClick={onWhole}>{t("graph.zoomFit")}</Button>
    </div>
  );
}

/** The rows, and which stages are closed. What is around the selected stage opens. */
function useRows(stages: readonly TimelineStage[], selected: string | undefined) {
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const rows = useMemo(() => rowsOf(stages, closed), [stages, closed]);
  const onToggle = useCallback((id: string) => setClosed((last) => (last.has(id) ? new Set([...last].filter((other) => other !== id)) : new Set([...last, id]))), []);
  useEffect(() => {
    if (selected === undefined) return;
    const around = new Set(ancestorsOf(stages, selected));
    setClosed((last) => ([...last].some((id) => around.has(id)) ? new Set([...last].filter((id) => !around.has(id))) : last));
  }, [selected]);
  return { rows, onToggle };
}

/** The one row that Tab reaches, moving it, and which rows are in sight. */
function useRoving(rows: readonly Row[], scroller: RefObject<HTMLDivElement | null>, height: number, selected: string | undefined) {
  const [last, setLast] = useState<string>();
  const [wanted, setWanted] = useState<{ id: string }>();
  const [seen, setSeen] = useState({ first: 0, last: 30 });
  const known = [last, selected].find((id) => id !== undefined && rows.some(({ stage }) => stage.id === id));
  const active = known ?? rows[0]?.stage.id;
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return undefined;
    const look = () => {
      const first = Math.max(0, Math.floor(element.scrollTop / height / SPARE) * SPARE - SPARE);
      const end = Math.ceil((element.scrollTop + element.clientHeight) / height / SPARE) * SPARE + SPARE;
      setSeen((old) => (old.first === first && old.last === end ? old : { first, last: end }));
    };
    look();
    element.addEventListener("scroll", look, { passive: true });
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => {
      element.removeEventListener("scroll", look);
      observer.disconnect();
    };
  }, [scroller, height]);
  const show = (id: string | undefined) => {
    const [element, at] = [scroller.current, rows.findIndex(({ stage }) => stage.id === id)];
    if (!element || at < 0) return;
    const [top, bottom] = [at * height, (at + 1) * height + HEAD];
    if (top < element.scrollTop) element.scrollTop = top;
    else if (bottom > element.scrollTop + element.clientHeight) element.scrollTop = bottom - element.clientHeight;
  };
  useLayoutEffect(() => {
    if (!wanted) return;
    for (const row of scroller.current?.querySelectorAll("[data-row]") ?? []) {
      if (row instanceof HTMLElement && row.dataset.row === wanted.id) row.focus({ preventScroll: true });
    }
    show(wanted.id);
  }, [wanted]);
  useLayoutEffect(() => show(selected), [selected, height]);
  const focus = (id: string) => {
    setLast(id);
    setWanted({ id });
  };
  return { active, focus, came: (id: string | undefined) => id !== undefined && setLast(id), ...seen };
}

/** Ctrl and the wheel zoom around the pointer, the wheel sideways moves. */
function useWheel(
  chart: RefObject<HTMLElement | null>,
  scroller: RefObject<HTMLElement | null>,
  actions: { onZoom: (factor: number, at: number) => void; onPan: (by: number) => void },
) {
  const latest = useRef(actions);
  latest.current = actions;
  useEffect(() => {
    const element = scroller.current;
    if (!element) return undefined;
    const onWheel = (event: WheelEvent) => {
      const box = chart.current?.getBoundingClientRect();
      if (!box || box.width === 0) return;
      const aside = event.shiftKey ? event.deltaY : event.deltaX;
      if (event.ctrlKey || event.metaKey) {
        event.preventDefault();
        latest.current.onZoom(Math.exp(Math.max(-60, Math.min(60, event.deltaY)) / 150), Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)));
      } else if (Math.abs(aside) > Math.abs(event.shiftKey ? 0 : event.deltaY)) {
        event.preventDefault();
        latest.current.onPan(aside / box.width);
      }
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => element.removeEventListener("wheel", onWheel);
  }, [chart, scroller]);
}
