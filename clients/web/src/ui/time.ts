/** Times and lengths of time as text. */
import type { Duration, Timestamp } from "@bufbuild/protobuf/wkt";
import { durationMs, timestampMs } from "@bufbuild/protobuf/wkt";

/** The milliseconds of an API time. */
export function millis(time: Timestamp | undefined): number | undefined {
  return time && timestampMs(time);
}

/** The milliseconds of an API duration. */
export function durationMillis(duration: Duration | undefined): number | undefined {
  return duration && durationMs(duration);
}

/** How units of time are written after a number. */
const UNITS: Record<string, readonly [millisecond: string, second: string, minute: string, hour: string, day: string]> = {
  en: [" ms", " s", " m", " h", " d"],
  ko: ["밀리초", "초", "분", "시간", "일"],
};

/** A length of time, short: `850 ms`, `12 s`, `3 m 04 s`, `2 h 05 m`, `3 d 4 h`. */
export function span(milliseconds: number, language = "en"): string {
  const [millisecond, second, minute, hour, day] = UNITS[language] ?? [" ms", " s", " m", " h", " d"];
  if (milliseconds < 1000) return `${Math.max(0, Math.round(milliseconds))}${millisecond}`;
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds < 60) return `${seconds}${second}`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}${minute} ${two(seconds % 60)}${second}`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours}${hour} ${two(minutes % 60)}${minute}`;
  return `${Math.floor(hours / 24)}${day} ${hours % 24}${hour}`;
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}

/** A point in time where the user is: the time today, else with the day. */
export function local(milliseconds: number, locale: string, now: number): string {
  const time = new Date(milliseconds);
  const today = new Date(now).toDateString() === time.toDateString();
  const clock: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };
  const day: Intl.DateTimeFormatOptions = { month: "short", day: "numeric" };
  if (new Date(now).getFullYear() !== time.getFullYear()) day.year = "numeric";
  return new Intl.DateTimeFormat(locale, today ? clock : { ...day, ...clock }).format(time);
}

/** The same in UTC, whole: `2026-11-24 08:00:00.123 UTC`. */
export function utc(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().replace("T", " ").replace("Z", "")} UTC`;
}
