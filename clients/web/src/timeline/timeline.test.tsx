import { fireEvent as domEvent } from "@testing-library/dom";
import { act, cleanup, fireEvent, render, screen, within } from "@testing-library/preact";
import { StageStatus } from "@gennaker/client/gen/status";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LocaleProvider } from "~/i18n/index.tsx";
import { en } from "~/i18n/messages/en.ts";
import { STAGE_LOOKS } from "~/ui/index.ts";
import { Scrubber, Timeline, type TimelineStage } from "./index.ts";

// A select hears `change`, which the helper of Preact sends as `input`.
const { change } = domEvent;

beforeEach(() => {
  vi.stubGlobal("ResizeObserver", class {
    observe() {}
    disconnect() {}
  });
  vi.spyOn(Element.prototype, "clientWidth", "get").mockReturnValue(1000);
  vi.spyOn(Element.prototype, "clientHeight", "get").mockReturnValue(340);
});

afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const start = Date.UTC(2026, 10, 24, 8);
const stage = (id: string, parent?: string): TimelineStage => ({
  id,
  title: `Stage ${id}`,
  subtitle: "Wait",
  parent,
  look: STAGE_LOOKS[StageStatus.SUCCEEDED],
  phases: [
    { doing: "wait", start, end: start + 5_000, attempt: 1, reason: "the window" },
    { doing: "run", start: start + 5_000, end: start + 65_000, attempt: 1, tone: "ok" },
  ],
});
const localised = (children: React.ReactNode) => <LocaleProvider language="en" messages={en}>{children}</LocaleProvider>;

describe("the timeline", () => {
  const stages = [stage("a"), stage("a1", "a"), stage("a2", "a"), stage("b")];
  const press = (key: string) => fireEvent.keyDown(document.activeElement ?? document.body, { key });
  const focused = () => (document.activeElement instanceof HTMLElement ? document.activeElement.dataset.row : undefined);

  it("is a tree that says all in words", () => {
    render(localised(<Timeline stages={stages} label="Timeline" selected="a2" onSelect={() => {}} />));
    expect(screen.getByRole("treegrid", { name: "Timeline" }).getAttribute("aria-rowcount")).toBe("5");
    const inner = screen.getAllByRole("row")[3];
    expect(inner?.getAttribute("aria-level")).toBe("2");
    expect(inner?.getAttribute("aria-selected")).toBe("true");
    const text = within(inner ?? document.body).getAllByRole("gridcell").map((cell) => cell.textContent);
    expect(text.slice(0, 3)).toEqual(["Stage a2", "Succeeded", "1 m 05 s"]);
    expect(text[3]).toContain("waited 5 s, ran 1 m 00 s");
  });

  it("is walked by the keys", () => {
    const onSelect = vi.fn();
    render(localised(<Timeline stages={stages} label="Timeline" onSelect={onSelect} />));
    act(() => screen.getAllByRole("row")[1]?.focus());
    press("j");
    expect(focused()).toBe("a1");
    press("ArrowLeft");
    expect(focused()).toBe("a");
    press("ArrowLeft");
    expect(screen.queryByText("Stage a1")).toBeNull();
    press("ArrowDown");
    expect(focused()).toBe("b");
    press("Enter");
    expect(onSelect).toHaveBeenCalledWith("b");
  });

  it("draws only the rows in sight", () => {
    const many = Array.from({ length: 1000 }, (_, at) => stage(`n${at}`));
    render(localised(<Timeline stages={many} label="Timeline" onSelect={() => {}} />));
    expect(screen.getAllByRole("row").length).toBeLessThan(60);
  });
});

describe("the scrubber", () => {
  const times = [0, 1000, 2000, 3000].map((offset) => start + offset);

  it("goes event by event, and back to now", () => {
    const onChange = vi.fn();
    const { rerender } = render(localised(<Scrubber times={times} position={undefined} onChange={onChange} />));
    fireEvent.click(screen.getByRole("button", { name: "One event back" }));
    expect(onChange).toHaveBeenLastCalledWith(3);
    rerender(localised(<Scrubber times={times} position={3} onChange={onChange} />));
    fireEvent.change(screen.getByRole("slider"), { target: { value: "1" } });
    expect(onChange).toHaveBeenLastCalledWith(1);
    expect(screen.getByRole("slider").getAttribute("aria-valuetext")).toContain("Event 3 of 4");
    fireEvent.click(screen.getByRole("button", { name: "Go to now" }));
    expect(onChange).toHaveBeenLastCalledWith(undefined);
  });

  it("plays the events as they came", () => {
    vi.useFakeTimers();
    const onChange = vi.fn();
    const view = (position: number | undefined) => localised(<Scrubber times={times} position={position} onChange={onChange} />);
    const { rerender } = render(view(1));
    act(() => void change(screen.getByRole("combobox"), { target: { value: "1" } }));
    fireEvent.click(screen.getByRole("button", { name: "Play" }));
    act(() => void vi.advanceTimersByTime(999));
    expect(onChange).not.toHaveBeenCalled();
    act(() => void vi.advanceTimersByTime(1));
    expect(onChange).toHaveBeenLastCalledWith(2);
    rerender(view(2));
    fireEvent.click(screen.getByRole("button", { name: "Pause" }));
    act(() => void vi.advanceTimersByTime(5000));
    expect(onChange).toHaveBeenCalledTimes(1);
  });
});
