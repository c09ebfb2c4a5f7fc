/** Fuzzy search: every word of the query must be in the text, or its letters in order; nearer matches come first. */

/** How well a text matches a word: greater is better, 0 is not at all. */
export function score(word: string, text: string): number {
  const at = text.indexOf(word);
  if (at === 0) return 4;
  if (at > 0) return /[\s/._-]/.test(text[at - 1] ?? "") ? 3 : 2;
  let from = 0;
  for (const letter of word) {
    from = text.indexOf(letter, from) + 1;
    if (from === 0) return 0;
  }
  return 1;
}

/** The items that match, best first; items that match alike keep their order. O(items × length). */
export function match<Item>(query: string, items: readonly Item[], textOf: (item: Item) => string): Item[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const scored = items.map((item) => {
    const text = textOf(item).toLowerCase();
    const scores = words.map((word) => score(word, text));
    return { item, total: scores.includes(0) ? -1 : scores.reduce((sum, one) => sum + one, 0) };
  });
  return scored.filter(({ total }) => total >= 0).sort((a, b) => b.total - a.total).map(({ item }) => item);
}
