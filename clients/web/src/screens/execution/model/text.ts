/** Small helpers for texts that come from people and programs. */

/** The first line of a text, with a sign that there is more. */
export function firstLine(text: string): string {
  const line = text.trimStart().split("\n", 1)[0] ?? "";
  return line.length < text.trim().length ? `${line.trimEnd()} …` : line;
}

/** Markdown as a plain line: without the signs of emphasis and code, and links by their words. */
export function plain(text: string): string {
  return text.replace(/\[([^\]]+)\]\([^)\s]+\)/g, "$1").replace(/[*`]+/g, "").replace(/^#+\s*/gm, "");
}

/** The end of an id, enough to tell executions of a day apart. */
export function shortId(id: string): string {
  return id.slice(-6);
}

/** A constant of the API as words: `run_job` becomes `run job`. */
export function words(constant: string): string {
  return constant.replaceAll("_", " ").toLowerCase();
}

/** A kind of stage as words. The server has labels, but with the descriptions of all kinds, which are more than the whole view. */
export function kindLabel(kind: string): string {
  const text = words(kind);
  return text.charAt(0).toUpperCase() + text.slice(1);
}
