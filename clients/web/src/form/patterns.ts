/** The server's regular expressions, in the syntax of RE2, as the browser's. */
const known = new Map<string, RegExp | undefined>();

/** Matches what the pattern matches; undefined where the browser can't say, and the server will. */
export function matcher(pattern: string): RegExp | undefined {
  if (!known.has(pattern)) known.set(pattern, compile(pattern));
  return known.get(pattern);
}

function compile(pattern: string): RegExp | undefined {
  // Flags are written inside of RE2's patterns, and `\A`, `\z`, `\Q` and classes in brackets are no part of JavaScript's.
  if (/\(\?[a-zA-Z-]*[):]|\\[AzZQEpPC]|\[\[:/.test(pattern.replaceAll("(?:", "("))) return undefined;
  try {
    return new RegExp(pattern, "u");
  } catch {
    return undefined;
  }
}
