/** A small part of Markdown (paragraphs, lists, headings, code, emphasis, links), built as elements: no HTML passes through. */
import { Fragment, type ReactNode } from "react";
import { SafeLink } from "./safe-link.tsx";

const INLINE = /(`[^`]+`)|(\*\*[^*]+\*\*)|(\*[^*\s][^*]*\*)|\[([^\]]+)\]\(([^)\s]+)\)|(https?:\/\/[^\s<>)]+)/;

function inline(text: string): ReactNode {
  const found = INLINE.exec(text);
  if (!found) return text;
  const [whole, code, strong, emphasis, label, target, address] = found;
  const before = text.slice(0, found.index);
  const after = inline(text.slice(found.index + whole.length));
  const element = code ? <code>{code.slice(1, -1)}</code>
    : strong ? <strong>{strong.slice(2, -2)}</strong>
    : emphasis ? <em>{emphasis.slice(1, -1)}</em>
    : <SafeLink href={target ?? address ?? ""}>{label ?? address}</SafeLink>;
  return <>{before}{element}{after}</>;
}

function block(text: string): ReactNode {
  const lines = text.split("\n");
  if (text.startsWith("```")) return <pre>{lines.slice(1, lines.at(-1)?.startsWith("```") ? -1 : undefined).join("\n")}</pre>;
  if (lines.every((line) => /^\s*[-*] /.test(line))) {
    return <ul>{lines.map((line) => <li key={line}>{inline(line.replace(/^\s*[-*] /, ""))}</li>)}</ul>;
  }
  if (lines.every((line) => /^\s*\d+[.)] /.test(line))) {
    return <ol>{lines.map((line) => <li key={line}>{inline(line.replace(/^\s*\d+[.)] /, ""))}</li>)}</ol>;
  }
  const heading = /^#{1,4} (.*)$/.exec(text);
  if (heading?.[1]) return <p><strong>{inline(heading[1])}</strong></p>;
  return <p>{lines.map((line, index) => <Fragment key={`${index} ${line}`}>{index > 0 && <br />}{inline(line)}</Fragment>)}</p>;
}

/** Text that people have written for people. */
export function Markdown({ text }: { text: string }) {
  const blocks = text.trim().split(/\n{2,}/);
  return <div className="stack">{blocks.map((one, index) => <Fragment key={`${index} ${one}`}>{block(one)}</Fragment>)}</div>;
}
