import { expect, test } from "vitest";
import { curlLine, masked } from "./webhook.ts";

test("a line for the shell posts, and signs where it has to", () => {
  expect(curlLine("http://h/webhooks/a/b/to'ken", { hmacSecret: "", signatureHeader: "" })).toBe(
    `curl -X POST 'http://h/webhooks/a/b/to'\\''ken' -H 'Content-Type: application/json' -d '{"parameters": {}}'`);
  expect(curlLine("http://h/x", { hmacSecret: "env:S", signatureHeader: "X-Sig" })).toContain('-H "X-Sig: sha256=$signature"');
});

test("the token is not shown", () => {
  expect(masked("a/secret/b", "secret")).toBe("a/••••••••/b");
  expect(masked("a/b", "")).toBe("a/b");
});
