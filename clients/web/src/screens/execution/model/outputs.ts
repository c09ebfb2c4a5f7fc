/** What a stage has put out, sorted by how it is best looked at. */
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { isSafe } from "~/ui/safe-link.tsx";
import { leaves } from "./sources.ts";

/** Outputs: logs are read by line, links are followed, the rest is a tree. */
export interface SortedOutputs {
  logs: readonly { name: string; text: string }[];
  links: readonly { name: string; address: string }[];
  rest: JsonObject;
}

/** From how many lines on a text is shown as a log. */
const LOG_LINES = 4;

export function sortOutputs(outputs: JsonObject | undefined): SortedOutputs {
  const entries = Object.entries(outputs ?? {});
  const logs = entries.flatMap(([name, value]) => (isLog(name, value) ? [{ name, text: value }] : []));
  const rest = Object.fromEntries(entries.filter(([name, value]) => !isLog(name, value)));
  const found = leaves(rest, "").flatMap(([name, value]) => (typeof value === "string" && isSafe(value) ? [{ name, address: value }] : []));
  const links = found.filter(({ address }, index) => found.findIndex((other) => other.address === address) === index);
  return { logs, links, rest };
}

function isLog(name: string, value: JsonValue): value is string {
  return typeof value === "string" && value !== "" && (name === "log" || value.split("\n", LOG_LINES).length === LOG_LINES);
}
