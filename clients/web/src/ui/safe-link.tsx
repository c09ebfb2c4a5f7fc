/** A link to somewhere else. What is no http(s) address is shown as text, wherever it came from. */
import type { ReactNode } from "react";

/** Whether a text is an address that may be followed. */
export function isSafe(address: string): boolean {
  try {
    return ["http:", "https:"].includes(new URL(address).protocol);
  } catch {
    return false;
  }
}

export function SafeLink({ href, children }: { href: string; children?: ReactNode }) {
  if (!isSafe(href)) return <span>{children ?? href}</span>;
  return <a href={href} target="_blank" rel="noopener noreferrer">{children ?? href}</a>;
}
