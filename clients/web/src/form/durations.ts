/** Lengths of time: people write `90`, `1m30s` or `2h`, JSON has `"90s"`. */
const UNITS = { d: 86_400, h: 3_600, m: 60, s: 1, ms: 0.001 } as const;
type Unit = keyof typeof UNITS;
const PART = /(\d+(?:\.\d+)?|\.\d+)\s*(ms|[dhms])?\s*/y;

/** The seconds of what a person wrote; a number alone is seconds. Undefined where it is no length of time. */
export function secondsOf(text: string): number | undefined {
  const written = text.trim().toLowerCase();
  const negative = written.startsWith("-");
  const body = negative ? written.slice(1).trim() : written;
  let seconds = 0;
  PART.lastIndex = 0;
  if (body === "") return undefined;
  while (PART.lastIndex < body.length) {
    const start = PART.lastIndex;
    const match = PART.exec(body);
    // Only a number that is all there is needs no unit.
    if (!match || (!match[2] && (start > 0 || PART.lastIndex < body.length))) return undefined;
    seconds += Number(match[1]) * UNITS[isUnit(match[2]) ? match[2] : "s"];
  }
  return negative ? -seconds : seconds;
}

function isUnit(text: string | undefined): text is Unit {
  return text !== undefined && text in UNITS;
}

/** The JSON of a number of seconds. */
export function durationJson(seconds: number): string {
  return `${Number(seconds.toFixed(9))}s`;
}

/** The seconds of a duration in JSON; undefined where it is none. */
export function secondsOfJson(json: string): number | undefined {
  return /^-?\d+(\.\d{1,9})?s$/.test(json) ? Number(json.slice(0, -1)) : undefined;
}

/** A duration in JSON as people write it: `"5400s"` is `1h30m`. What is no duration stays as it is. */
export function writtenDuration(json: string): string {
  const all = secondsOfJson(json);
  if (all === undefined) return json;
  if (all === 0) return "0s";
  let rest = Math.abs(all);
  const parts: string[] = [];
  for (const unit of ["d", "h", "m"] as const) {
    const count = Math.floor(rest / UNITS[unit]);
    if (count > 0) parts.push(`${count}${unit}`);
    rest -= count * UNITS[unit];
  }
  if (rest > 0) parts.push(all < 1 && Number.isInteger(Math.round(rest * 1e9) / 1e6) ? `${Math.round(rest * 1000)}ms` : `${Number(rest.toFixed(9))}s`);
  return (all < 0 ? "-" : "") + parts.join("");
}
