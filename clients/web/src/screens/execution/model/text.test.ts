import { expect, test } from "vitest";
import { firstLine, plain, shortId, words } from "./text.ts";

test("texts get short", () => {
  expect(firstLine("one\ntwo")).toBe("one …");
  expect(firstLine(" one \n")).toBe("one ");
  expect(plain("# Is **7** [good](https://x.test) `x`?")).toBe("Is 7 good x?");
  expect(shortId("01M87BTKFT0EBG2N6BXKEZDBCK")).toBe("EZDBCK");
  expect(words("RUN_JOB")).toBe("run job");
});
