/** Both languages say the same: every text is there in both, with the same places for values. */
import { expect, test } from "vitest";
import { en } from "./messages/en.ts";
import { ko } from "./messages/ko.ts";

function texts(messages: object): Map<string, string> {
  const areas = Object.entries(messages).map(([area, all]): [string, Record<string, string>] => [area, all]);
  return new Map(areas.flatMap(([area, all]) => Object.entries(all).map(([key, text]) => [`${area}.${key}`, text])));
}

const [english, korean] = [texts(en), texts(ko)];
const names = (text: string) => [...new Set([...text.matchAll(/\{(\w+)/g)].map(([, name]) => name))].sort();

/** Texts that are the same in every language: names, formats, and values with nothing but signs between them. */
const SAME = /^(ID|JSON|UTC|Gennaker|GET |90, 1m30s, 2h|[^\p{Letter}]*)$/u;

test("both languages have the same texts", () => {
  expect([...korean.keys()].sort()).toEqual([...english.keys()].sort());
});

test("a text takes the same values in both languages", () => {
  const differing = [...english].filter(([key, text]) => String(names(text)) !== String(names(korean.get(key) ?? ""))).map(([key]) => key);
  expect(differing).toEqual([]);
});

test("every text is translated", () => {
  const bare = [...korean].filter(([, text]) => !/\p{Script=Hangul}/u.test(text) && !SAME.test(text.replace(/\{\w+\}/g, "")));
  expect(bare).toEqual([]);
});

test("no text is empty", () => {
  expect([...english, ...korean].filter(([, text]) => text.trim() === "")).toEqual([]);
});
