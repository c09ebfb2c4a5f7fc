/** Points in time: a field of the browser has local time, JSON has UTC. */
const SHAPE = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/;

/** Whether a text is a point in time as JSON has it. */
export function isInstant(json: string): boolean {
  return SHAPE.test(json) && !Number.isNaN(Date.parse(json));
}

/** The local time of a point in time, for `<input type="datetime-local">`; empty where it is none. */
export function localInput(json: string): string {
  if (!isInstant(json)) return "";
  const time = new Date(json);
  const two = (part: number) => String(part).padStart(2, "0");
  const day = `${String(time.getFullYear()).padStart(4, "0")}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${day}T${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

/** The point in time that a local time stands for; undefined where it is none. */
export function instantOf(local: string): string | undefined {
  const time = new Date(local);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString().replace(".000Z", "Z");
}
