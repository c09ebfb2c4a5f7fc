import { expect, test } from "vitest";
import { slug } from "./slug.ts";

test("a name gives an id", () => {
  expect(slug("Deploy to EU!")).toBe("deploy-to-eu");
  expect(slug("  Überprüfung  ")).toBe("uberprufung");
  expect(slug("배포")).toBe("");
  expect(slug("배포 v2")).toBe("v2");
});
