import { expect, test } from "vitest";
import { cursorAfter, differenceOf } from "./difference.ts";

test("only what differs is changed", () => {
  expect(differenceOf("a b c", "a x c")).toEqual({ from: 2, to: 3, insert: "x" });
  expect(differenceOf("same", "same")).toEqual({ from: 4, to: 4, insert: "" });
  expect(differenceOf("aa", "aaa")).toEqual({ from: 2, to: 2, insert: "a" });
  expect(differenceOf("aaa", "aa")).toEqual({ from: 2, to: 3, insert: "" });
  expect(differenceOf("", "true")).toEqual({ from: 0, to: 0, insert: "true" });
});

test("a cursor stays at the text that it stood at", () => {
  const at = (before: string, after: string, cursor: number) => cursorAfter(differenceOf(before, after), cursor);
  // A text that arrives in an empty field is before the cursor: what is typed next follows it.
  expect(at("", "true", 0)).toBe(4);
  expect(at("true", "true && ok", 4)).toBe(10);
  expect(at("one two", "one 2", 1)).toBe(1);
  expect(at("one two", "1 two", 7)).toBe(5);
  expect(at("one two", "one", 7)).toBe(3);
});
