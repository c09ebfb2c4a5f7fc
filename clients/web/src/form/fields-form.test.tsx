import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { fireEvent as domEvent } from "@testing-library/dom";
import { act, cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { useState } from "react";
import { afterEach, expect, test } from "vitest";
import { LocaleProvider } from "~/i18n/index.tsx";
import { en } from "~/i18n/messages/en.ts";
import { FieldsForm } from "./fields-form.tsx";
import { CLUSTERS, PRECONDITIONS } from "./samples.ts";
import type { JsonObject } from "./values.ts";

// A select hears `change`, which the helper of Preact sends as `input`.
const { change } = domEvent;

afterEach(cleanup);

interface Document {
  value: JsonObject;
  expressions: Record<string, string>;
}

function show(start: JsonObject, expressions: Record<string, string> = {}, fields = [CLUSTERS]) {
  const seen: { current: Document } = { current: { value: start, expressions } };
  function Form() {
    const [document, setDocument] = useState(seen.current);
    seen.current = document;
    return <FieldsForm fields={fields} {...document} path="deploy" onChange={(value, written) => setDocument({ value, expressions: written })} />;
  }
  render(<QueryClientProvider client={new QueryClient()}><LocaleProvider language="en" messages={en}><Form /></LocaleProvider></QueryClientProvider>);
  return seen;
}

/** Chooses in a select, as a browser does. */
function choose(select: HTMLElement, value: string) {
  act(() => void change(select, { target: { value } }));
}

const clusters = { clusters: [{ account: "a", region: "x" }, { account: "b", region: "y" }] };

test("elements are added and moved, and expressions go with them", () => {
  const seen = show(clusters, { "deploy.clusters[0].capacity.desired": "${ one }", "other.field": "${ two }" });
  fireEvent.click(screen.getByLabelText("Move down: clusters 1"));
  expect(seen.current.value).toEqual({ clusters: [{ account: "b", region: "y" }, { account: "a", region: "x" }] });
  expect(seen.current.expressions).toEqual({ "deploy.clusters[1].capacity.desired": "${ one }", "other.field": "${ two }" });
  fireEvent.click(screen.getByLabelText("Remove: clusters 2"));
  expect(seen.current).toEqual({ value: { clusters: [{ account: "b", region: "y" }] }, expressions: { "other.field": "${ two }" } });
  fireEvent.click(screen.getByText("Add: clusters"));
  expect(seen.current.value).toEqual({ clusters: [{ account: "b", region: "y" }, {}] });
});

test("an expression takes the place of a value, and gives it back", () => {
  const seen = show({ clusters: [{ account: "a", region: "x", targetHealthyPercent: 50 }] });
  fireEvent.click(screen.getByLabelText("Use an expression: target_healthy_percent"));
  expect(seen.current).toEqual({ value: { clusters: [{ account: "a", region: "x" }] }, expressions: { "deploy.clusters[0].target_healthy_percent": "${  }" } });
  fireEvent.click(screen.getByLabelText("Use a value: target_healthy_percent"));
  expect(seen.current.expressions).toEqual({});
});

test("one field of a oneof is chosen, and what was in another comes back", () => {
  const seen = show({ clusters: [{ account: "a", region: "x", redBlack: { scaleDown: true } }] });
  const strategy = screen.getByLabelText("Strategy");
  choose(strategy, "clusters.none");
  expect(seen.current.value).toEqual({ clusters: [{ account: "a", region: "x", none: {} }] });
  choose(strategy, "clusters.red_black");
  expect(seen.current.value).toEqual({ clusters: [{ account: "a", region: "x", redBlack: { scaleDown: true } }] });
});

test("what is wrong is tied to its control", () => {
  show({ clusters: [{ account: "a", region: "" }] });
  const region = screen.getByLabelText(/^region/);
  expect(region.getAttribute("aria-invalid")).toBe("true");
  expect(document.getElementById(region.getAttribute("aria-describedby")?.split(" ")[0] ?? "")?.textContent).toBe("Must be set");
});

test("a length of time is written as people do, and kept as JSON", () => {
  const seen = show({ clusters: [{ account: "a", region: "x", redBlack: { scaleDown: true } }] });
  const delay = screen.getByLabelText("delay");
  fireEvent.change(delay, { target: { value: "1m30s" } });
  expect(seen.current.value).toMatchObject({ clusters: [{ redBlack: { delay: "90s" } }] });
});

test("a field of a kind that nobody knew is shown like any other", () => {
  show({ preconditions: [{}] }, {}, [PRECONDITIONS]);
  expect(screen.getByText("One must be chosen")).toBeDefined();
});
