/** Logs: any number of lines as text, with what one needs to read them. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { useSearchParams } from "wouter";
import { useText } from "~/i18n/index.tsx";
import { Button, IconButton } from "./button.tsx";
import { SearchBox } from "./field.tsx";
import { linesOf, linesWith, piecesOf, stepIn } from "./log-lines.ts";
import "./log-view.css";

interface Props {
  /** What was written. */
  text: string;
  /** The name of the log for screen readers; also tells its lines from those of other logs in the address. */
  name: string;
  /** There was more, before what is here. */
  truncated?: boolean | undefined;
  /** It is what the screen is for, and takes the height that there is. */
  tall?: boolean | undefined;
  /** Reads it again. */
  onRefresh?: (() => void) | undefined;
}

const LINE_HEIGHT = 20;

/** A log in a frame of its own: only the lines in sight are in the page. `n` and `N` go to the next and the previous match. */
export function LogView({ text, name, truncated, tall, onRefresh }: Props) {
  const t = useText();
  const frame = useRef<HTMLDivElement>(null);
  const lines = useMemo(() => linesOf(text), [text]);
  const [wrapped, wrap] = useState(false);
  const [following, follow] = useState(false);
  const [linked, link] = useLinkedLine(name);
  const rows = useVirtualizer({
    count: lines.length, getScrollElement: () => frame.current, estimateSize: () => LINE_HEIGHT, overscan: 12,
    initialRect: { width: 600, height: 320 },
  });
  const find = useFind(lines, (line) => {
    follow(false);
    rows.scrollToIndex(line, { align: "center" });
  });
  useEffect(() => {
    if (following && lines.length > 0) rows.scrollToIndex(lines.length - 1, { align: "end" });
  }, [following, lines.length]);
  useEffect(() => {
    if (linked !== undefined && linked < lines.length) rows.scrollToIndex(linked, { align: "center" });
  }, []);
  useEffect(() => rows.measure(), [wrapped]);
  return (
    <div className="log" onKeyDown={find.onKey}>
      <div className="log-tools">
        <SearchBox label={t("common.find")} value={find.wanted} onChange={find.want} />
        {find.wanted && <span className="muted" role="status">{find.at === undefined ? "" : `${find.at + 1} / `}{t("common.matches", { count: find.count })}</span>}
        {find.count > 0 && <IconButton small icon="up" label={t("execution.logPrevious")} onClick={() => find.go(-1)} />}
        {find.count > 0 && <IconButton small icon="down" label={t("execution.logNext")} onClick={() => find.go(1)} />}
        <span className="grow" />
        <Button small tone="quiet" aria-pressed={wrapped} onClick={() => wrap(!wrapped)}>{t("common.wrap")}</Button>
        <Button small tone="quiet" aria-pressed={following} onClick={() => follow(!following)}>{t("common.follow")}</Button>
        {onRefresh && <IconButton small icon="refresh" label={t("execution.logRefresh")} onClick={onRefresh} />}
      </div>
      {truncated && <p className="log-note muted">{t("execution.logTruncated")}</p>}
      <div ref={frame} className="log-lines" role="region" aria-label={t("execution.logOf", { name, count: lines.length })} tabIndex={0} data-tall={tall || undefined} data-wrapped={wrapped || undefined}
        onWheel={() => following && follow(false)}>
        {lines.length === 0 && <p className="log-note muted">{t("execution.logEmpty")}</p>}
        <div style={{ height: rows.getTotalSize(), position: "relative" }}>
          {rows.getVirtualItems().map((row) => (
            <div key={row.key} ref={rows.measureElement} data-index={row.index} className="log-line" data-linked={row.index === linked || undefined}
              data-found={row.index === find.line || undefined} style={{ transform: `translateY(${row.start}px)` }}>
              <button type="button" tabIndex={-1} aria-label={t("execution.logLine", { number: row.index + 1 })} onClick={() => link(row.index)}>{row.index + 1}</button>
              <span><Line text={lines[row.index] ?? ""} wanted={find.wanted} /></span>
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}

function Line({ text, wanted }: { text: string; wanted: string }) {
  // The pieces have no identity but their place.
  return piecesOf(text, wanted).map((piece, index) => (index % 2 ? <mark key={index}>{piece}</mark> : piece));
}

/** The line that the address names, and a way to name one. */
function useLinkedLine(name: string): [number | undefined, (line: number) => void] {
  const [search, setSearch] = useSearchParams();
  const value = search.get("line") ?? "";
  const number = value.startsWith(`${name}:`) ? Number(value.slice(name.length + 1)) : Number.NaN;
  const link = (line: number) => setSearch((current) => {
    const next = new URLSearchParams(current);
    next.set("line", `${name}:${line + 1}`);
    return next;
  }, { replace: true });
  return [Number.isInteger(number) && number > 0 ? number - 1 : undefined, link];
}

/** Finding a text: what is wanted, how often it is there, and at which place one is. */
function useFind(lines: readonly string[], show: (line: number) => void) {
  const [wanted, setWanted] = useState("");
  const [at, setAt] = useState<number>();
  const found = useMemo(() => linesWith(lines, wanted), [lines, wanted]);
  const go = (step: 1 | -1) => {
    if (found.length === 0) return;
    const next = stepIn(found.length, at, step);
    setAt(next);
    show(found[next] ?? 0);
  };
  const want = (text: string) => {
    setWanted(text);
    const first = linesWith(lines, text)[0];
    setAt(first === undefined ? undefined : 0);
    if (first !== undefined) show(first);
  };
  const onKey = (event: KeyboardEvent) => {
    const typing = event.target instanceof HTMLInputElement;
    const step = typing ? (event.key === "Enter" ? (event.shiftKey ? -1 : 1) : undefined) : { n: 1 as const, N: -1 as const }[event.key];
    if (!step) return;
    event.preventDefault();
    go(step);
  };
  return { wanted, want, go, onKey, count: found.length, at, line: at === undefined ? undefined : found[at] };
}
