import { expect, test } from "vitest";
import { stepsOf, type Problem } from "./model/paths.ts";
import { countByStage, together } from "./problems.ts";

const document = { stages: [{ id: "a", wait: { skipText: "long" } }] };
const SKIP = "stages[0].wait.skip_text";
const problem = (field: string, text: string, severity: Problem["severity"] = "error"): Problem => ({ path: stepsOf(document, field), field, text, severity });
const own = [problem(SKIP, "too long")];

test("a rule is known at the stage before the server has answered", () => {
  const problems = together([], own, [], false);
  expect(problems).toEqual(own);
  expect(countByStage(document, problems)).toEqual(new Map([["a", 1]]));
});

test("what both say of a field is said once, and warnings are kept", () => {
  const warning = problem(SKIP, "odd", "warning");
  const answered = [problem(SKIP, "must have at most 3 characters"), warning, problem("stages[0].wait.duration", "must be set")];
  for (const judged of [false, true]) expect(together([], own, answered, judged)).toEqual([...own, warning, answered[2]]);
});

test("the server is the judge", () => {
  expect(together([], own, [], true)).toEqual([]);
});

test("what could not be sent is not missing", () => {
  const refused = [problem("stages[0].wait.duration", "no duration")];
  const missing = problem("stages[0].wait.duration", "must be set");
  expect(together(refused, [missing], [missing], false)).toEqual(refused);
});
