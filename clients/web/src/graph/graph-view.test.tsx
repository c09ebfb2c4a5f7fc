import { act, cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LocaleProvider } from "~/i18n/index.tsx";
import { en } from "~/i18n/messages/en.ts";
import { STAGE_LOOKS } from "~/ui/index.ts";
import { StageStatus } from "@gennaker/client/gen/status";
import { type GraphEditing, type GraphNode, GraphView } from "./index.ts";
import { graphOf, PIPELINES } from "./samples.ts";

beforeEach(() => {
  vi.stubGlobal("ResizeObserver", class {
    observe() {}
    disconnect() {}
  });
  vi.spyOn(Element.prototype, "clientWidth", "get").mockReturnValue(1200);
  vi.spyOn(Element.prototype, "clientHeight", "get").mockReturnValue(500);
});

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const nodes: GraphNode[] = graphOf(PIPELINES.canary).map((node, at) => ({
  ...node,
  title: `Stage ${node.id}`,
  subtitle: "Wait",
  look: STAGE_LOOKS[at === 0 ? StageStatus.SUCCEEDED : StageStatus.NOT_STARTED],
}));

function show(props: Partial<Parameters<typeof GraphView>[0]> = {}) {
  const onSelect = vi.fn();
  const onOpen = vi.fn();
  const view = (more: typeof props) => (
    <LocaleProvider language="en" messages={en}>
      <GraphView nodes={nodes} label="Stages" onSelect={onSelect} onOpen={onOpen} {...props} {...more} />
    </LocaleProvider>
  );
  const { rerender } = render(view({}));
  return { onSelect, onOpen, again: (more: typeof props) => rerender(view(more)) };
}

const box = (name: RegExp) => screen.getByRole("button", { name });
const focused = () => (document.activeElement instanceof HTMLElement ? document.activeElement.dataset.node : undefined);

describe("the graph", () => {
  it("names each stage with its kind, status and what it comes after", () => {
    show();
    expect(box(/^Stage find/).textContent).toBe("Stage find, Wait, Succeeded, at the beginning");
    expect(box(/^Stage integration/).textContent).toContain("after Stage dev, Stage test");
    expect(screen.getByRole("group", { name: "Stages" })).toBeTruthy();
  });

  it("is one tab stop, and the arrows follow the connections", () => {
    show();
    const stops = () => [...document.querySelectorAll("[data-node]")].filter((element) => element instanceof HTMLElement && element.tabIndex === 0);
    expect(stops()).toHaveLength(1);
    act(() => box(/^Stage find/).focus());
    fireEvent.keyDown(box(/^Stage find/), { key: "ArrowRight" });
    expect(focused()).toBe("dev");
    fireEvent.keyDown(box(/^Stage dev/), { key: "ArrowDown" });
    expect(focused()).toBe("test");
    fireEvent.keyDown(box(/^Stage test/), { key: "End" });
    expect(focused()).toBe("notify");
    expect(stops()).toHaveLength(1);
  });

  it("selects by a click, opens by Enter, and lets its owner see the keys first", () => {
    const onKey = vi.fn((event: { key: string; preventDefault: () => void }) => event.key === "d" && event.preventDefault());
    const { onSelect, onOpen } = show({ onKey });
    fireEvent.click(box(/^Stage dev/));
    expect(onSelect).toHaveBeenCalledWith("dev");
    fireEvent.keyDown(box(/^Stage dev/), { key: "Enter" });
    expect(onOpen).toHaveBeenCalledWith("dev");
    act(() => box(/^Stage find/).focus());
    fireEvent.keyDown(box(/^Stage find/), { key: "d" });
    expect(focused()).toBe("find");
    expect(onKey).toHaveBeenCalledTimes(2);
  });

  it("gives the focus to the same stage when statuses change", () => {
    const { again } = show();
    act(() => box(/^Stage judge/).focus());
    again({ nodes: nodes.map((node) => ({ ...node, look: STAGE_LOOKS[StageStatus.RUNNING] })) });
    expect(focused()).toBe("judge");
  });

  it("keeps a thousand stages out of the page but those in sight", () => {
    const many = Array.from({ length: 1000 }, (_, at) => ({ id: `${at}`, title: `S${at}`, subtitle: "Wait", dependsOn: at < 20 ? [] : [`${at - 20}`] }));
    show({ nodes: many, selected: "999" });
    const drawn = document.querySelectorAll("[data-node]").length;
    expect(drawn).toBeGreaterThan(0);
    expect(drawn).toBeLessThan(150);
    expect(document.querySelector('[data-node="999"]')).toBeTruthy();
  });

  it("says that it is empty", () => {
    show({ nodes: [] });
    expect(screen.getByText(en.graph.empty)).toBeTruthy();
  });
});

describe("editing", () => {
  const editing = (): GraphEditing => ({
    canConnect: (_, to) => to === "notify",
    onConnect: vi.fn(),
    onInsertAfter: vi.fn(),
    onInsertOnEdge: vi.fn(),
    onNodeMenu: vi.fn(),
  });

  /** Presses the handle after a stage, moves over another one, and lets go. */
  function drag(from: string, over: string) {
    const handle = screen.getByRole("button", { name: `Add or connect after Stage ${from}` });
    handle.setPointerCapture = () => {};
    document.elementFromPoint = () => document.querySelector(`[data-node="${over}"]`);
    fireEvent.pointerDown(handle, { button: 0, clientX: 0, clientY: 0 });
    fireEvent.pointerMove(handle, { clientX: 90, clientY: 90 });
    const dimmed = [...document.querySelectorAll("[data-dimmed]")].length;
    fireEvent.pointerUp(handle, { clientX: 90, clientY: 90 });
    return dimmed;
  }

  it("connects by dragging to a stage that may come after, and dims the others meanwhile", () => {
    const edit = editing();
    show({ editing: edit });
    expect(drag("dev", "notify")).toBe(nodes.length - 2);
    expect(edit.onConnect).toHaveBeenCalledWith("dev", "notify");
    drag("dev", "find");
    expect(edit.onConnect).toHaveBeenCalledTimes(1);
    expect(document.querySelectorAll("[data-dimmed]")).toHaveLength(0);
  });

  it("adds on an edge, and offers the menu of a stage", () => {
    const edit = editing();
    show({ editing: edit, selected: "dev" });
    fireEvent.click(screen.getByRole("button", { name: "Add a stage between Stage find and Stage dev" }));
    expect(edit.onInsertOnEdge).toHaveBeenCalledWith({ from: "find", to: "dev" }, expect.anything());
    fireEvent.contextMenu(box(/^Stage judge/));
    fireEvent.click(screen.getByRole("button", { name: "Actions for Stage dev" }));
    expect(edit.onNodeMenu).toHaveBeenCalledTimes(2);
  });
});
