/** Texts with places for values: `{name}`, and `{count|one form|other form}` for a number. */
export type Values = Record<string, string | number>;

/** Fills in a text. Plural forms are chosen by the rules of the locale; a language without plurals gives one form. */
export function fill(text: string, values: Values | undefined, locale: string): string {
  if (!values) return text;
  return text.replace(/\{(\w+)(?:\|([^{}|]*)(?:\|([^{}|]*))?)?\}/g, (whole, name: string, one?: string, other?: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    if (one === undefined) return typeof value === "number" ? value.toLocaleString(locale) : value;
    const number = Number(value);
    const form = new Intl.PluralRules(locale).select(number) === "one" ? one : (other ?? one);
    return form.replaceAll("#", number.toLocaleString(locale));
  });
}
