/** Finding a kind of stage by words. */
import type { StageKindDescriptor } from "@gennaker/client/gen/kinds";

/** Kinds that belong together. */
export interface Category {
  name: string;
  kinds: StageKindDescriptor[];
}

/** The kinds that match all words of a query, by category; those whose name begins with it stand first. */
export function found(kinds: readonly StageKindDescriptor[], query: string): Category[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const matches = (kind: StageKindDescriptor) => {
    const all = `${kind.label} ${kind.kind} ${kind.description} ${kind.category}`.toLowerCase();
    return words.every((word) => all.includes(word));
  };
  const rank = (kind: StageKindDescriptor) => {
    const label = kind.label.toLowerCase();
    return words.length === 0 ? 0 : label.startsWith(words.join(" ")) ? 0 : words.every((word) => label.includes(word)) ? 1 : 2;
  };
  const ranked = kinds.filter(matches).sort((a, b) => rank(a) - rank(b));
  const groups = new Map<string, StageKindDescriptor[]>();
  for (const kind of ranked) groups.set(kind.category, [...(groups.get(kind.category) ?? []), kind]);
  return [...groups].map(([name, members]) => ({ name, kinds: members }));
}
