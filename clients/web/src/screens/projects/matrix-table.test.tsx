import { create } from "@bufbuild/protobuf";
import { ServerGroupSchema } from "@gennaker/client/gen/server_group";
import { cleanup, render, screen } from "@testing-library/preact";
import type { ReactNode } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LocaleProvider } from "~/i18n/index.tsx";
import { en } from "~/i18n/messages/en.ts";
import { type Matrix, matrixOf } from "./matrix.ts";
import { MatrixTable } from "./matrix-table.tsx";

// Links alone: where they lead is for the router's own tests.
vi.mock("wouter", () => ({ Link: (props: { href: string; children: ReactNode }) => <a href={props.href}>{props.children}</a> }));

// What jsdom does not have: heights.
beforeEach(() => {
  vi.stubGlobal("ResizeObserver", class { observe() {} unobserve() {} disconnect() {} });
  vi.spyOn(HTMLElement.prototype, "offsetHeight", "get").mockReturnValue(71);
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const matrix = (applications: number): Matrix => matrixOf(
  Array.from({ length: applications }, (_, index) => `applications/a${index}`),
  [{ $typeName: "gennaker.v1.ProjectCluster", account: "a", stack: "*", detail: "*", applications: [] }],
  [create(ServerGroupSchema, { name: "accounts/a/regions/r/serverGroups/a0-v000", application: "applications/a0", account: "a", region: "r", image: "accounts/a/regions/r/images/a:v1" })],
);
const show = (of: Matrix, whole = false) => render(<LocaleProvider language="en" messages={en}><MatrixTable matrix={of} whole={whole} /></LocaleProvider>);
const count = () => screen.getAllByRole("row").length;

test("of many rows, only those in sight are in the page", () => {
  show(matrix(400));
  expect(count()).toBeLessThan(60);
  expect(screen.getByRole("table").getAttribute("aria-rowcount")).toBe("401");
  expect(screen.getByRole("link", { name: "a0" }).closest("tr")?.getAttribute("aria-rowindex")).toBe("2");
});

test("few rows are all there, and all of them on the wall", () => {
  show(matrix(100));
  expect(count()).toBe(101);
  cleanup();
  show(matrix(400), true);
  expect(count()).toBe(401);
});
