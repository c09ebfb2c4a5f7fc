import { expect, test } from "vitest";
import { linesOf, linesWith, piecesOf, stepIn } from "./log-lines.ts";

test("a log is lines, without colours and without the empty one at the end", () => {
  expect(linesOf("a\r\n\u001b[31mred\u001b[0m\n")).toEqual(["a", "red"]);
  expect(linesOf("")).toEqual([]);
  expect(linesOf("a\n\nb")).toEqual(["a", "", "b"]);
});

test("a text is found in any case, in all its places", () => {
  expect(linesWith(["Error: x", "fine", "no error"], "error")).toEqual([0, 2]);
  expect(linesWith(["a"], "")).toEqual([]);
  expect(piecesOf("aXbxc", "x")).toEqual(["a", "X", "b", "x", "c"]);
  expect(piecesOf("abc", "")).toEqual(["abc"]);
  expect(piecesOf("İx", "x")).toEqual(["İx"]);
});

test("going on from the last match begins again", () => {
  expect([stepIn(3, undefined, 1), stepIn(3, undefined, -1), stepIn(3, 2, 1), stepIn(3, 0, -1)]).toEqual([0, 2, 0, 2]);
});
