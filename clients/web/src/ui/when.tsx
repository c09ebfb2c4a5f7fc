/** Times on the page. */
import type { Timestamp } from "@bufbuild/protobuf/wkt";
import { useLanguage, useText } from "~/i18n/index.tsx";
import { useNow } from "./clock.ts";
import { local, millis, span, utc } from "./time.ts";

/** A point in time, local; in UTC on hover. With `relative`, as a distance from now. */
export function Time({ at, relative }: { at: Timestamp | number | undefined; relative?: boolean }) {
  const language = useLanguage();
  const t = useText();
  const now = useNow(relative ?? false);
  const time = typeof at === "number" ? at : millis(at);
  if (time === undefined) return <span className="muted">–</span>;
  const distance = now - time;
  const near = Math.abs(distance) < 1000 ? t("common.justNow") : t(distance > 0 ? "common.ago" : "common.in", { time: coarse(Math.abs(distance), language) });
  const exact = local(time, language, now);
  return <time dateTime={new Date(time).toISOString()} title={relative ? `${exact}\n${utc(time)}` : utc(time)}>{relative ? near : exact}</time>;
}

/** Distances need no seconds beyond the first minute. */
function coarse(milliseconds: number, language: string): string {
  const minute = 60_000;
  const whole = milliseconds >= minute && milliseconds < 60 * minute;
  return whole ? (/^.*?(?= \d)/.exec(span(milliseconds, language))?.[0] ?? "") : span(milliseconds, language);
}

/** How long something took, or has been taking: it goes on while there is no end. */
export function Elapsed({ start, end }: { start: Timestamp | undefined; end?: Timestamp | undefined }) {
  const language = useLanguage();
  const running = start !== undefined && end === undefined;
  const now = useNow(running);
  const from = millis(start);
  if (from === undefined) return null;
  return <span className="elapsed">{span(Math.max(0, (millis(end) ?? now) - from), language)}</span>;
}
