/** The language of the UI: texts, and how numbers and times are written. */
import { createContext, type ReactNode, use, useCallback, useMemo } from "react";
import type { En } from "./messages/en.ts";
import { type Values, fill } from "./text.ts";

/** The languages there are. */
export const LANGUAGES = { en: "English", ko: "한국어" } as const;
export type Language = keyof typeof LANGUAGES;

/** The key of a text: `area.name`. */
export type TextKey = { [Area in keyof En & string]: `${Area}.${keyof En[Area] & string}` }[keyof En & string];

/** The texts of a language. */
export type Messages = { [Area in keyof En]: { [Key in keyof En[Area]]: string } };

/** Gives the text of a key in the user's language. */
export type Text = (key: TextKey, values?: Values) => string;

/** A language with those of its texts that are there. */
export interface Locale {
  language: Language;
  messages: Partial<Messages>;
}

const LocaleContext = createContext<Locale | undefined>(undefined);

/** The language that the browser asks for, as far as there are texts for it. */
export function preferredLanguage(): Language {
  return navigator.languages.some((tag) => tag.startsWith("ko")) && !navigator.languages[0]?.startsWith("en") ? "ko" : "en";
}

/** Loads the texts of a language that the first view needs; those of other languages are never loaded. */
export async function loadFirst(language: Language): Promise<Partial<Messages>> {
  return language === "ko" ? (await import("./messages/ko-first.ts")).first : (await import("./messages/en-first.ts")).first;
}

/** Loads all texts of a language. */
export async function loadMessages(language: Language): Promise<Messages> {
  const [first, { rest }] = await Promise.all([loadFirst(language), language === "ko" ? import("./messages/ko-rest.ts") : import("./messages/en-rest.ts")]);
  // Together they are all areas: `messages/{en,ko}.ts` say so to the compiler.
  return { ...first, ...rest } as Messages;
}

/** Gives everything below it a language. */
export function LocaleProvider({ language, messages, children }: Locale & { children: ReactNode }) {
  const locale = useMemo(() => ({ language, messages }), [language, messages]);
  return <LocaleContext value={locale}>{children}</LocaleContext>;
}

function useLocale(): Locale {
  const locale = use(LocaleContext);
  if (!locale) throw new Error("there is no LocaleProvider above");
  return locale;
}

/** The language in use. */
export function useLanguage(): Language {
  return useLocale().language;
}

/** The function that gives texts in the user's language. */
export function useText(): Text {
  const { language, messages } = useLocale();
  return useCallback((key, values) => fill(lookUp(messages, key), values, language), [language, messages]);
}

function lookUp(messages: Partial<Messages>, key: TextKey): string {
  const dot = key.indexOf(".");
  const area: Record<string, string> | undefined = Reflect.get(messages, key.slice(0, dot));
  return area?.[key.slice(dot + 1)] ?? key;
}
