/** Notes in the page when the tone of a stage in the graph was painted: the frame after the change, plus the time to draw it. */
import type { Page } from "@playwright/test";

/** What was painted when, in milliseconds of the clock of this machine. */
export interface Painted {
  node: string;
  tone: string;
  at: number;
  /** It was in the page before, and has changed. */
  changed: boolean;
}

/** Begins to take notes, on this page and those that it goes to. */
export async function watchPaints(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const notes: Painted[] = [];
    Reflect.set(window, "painted", notes);
    const note = (element: Element, changed: boolean) => {
      const box = element.closest<HTMLElement>("[data-node]");
      if (!box?.dataset.node) return;
      const { node, tone = "" } = box.dataset;
      requestAnimationFrame(() => {
        const channel = new MessageChannel();
        channel.port1.onmessage = () => notes.push({ node, tone, at: performance.timeOrigin + performance.now(), changed });
        channel.port2.postMessage(null);
      });
    };
    new MutationObserver((mutations) => {
      for (const { type, target, addedNodes } of mutations) {
        if (type === "attributes" && target instanceof Element) note(target, true);
        for (const added of addedNodes) {
          if (added instanceof Element) for (const box of [added, ...added.querySelectorAll("[data-node]")]) note(box, false);
        }
      }
    }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-tone"] });
  });
}

/** The notes so far. */
export async function paints(page: Page): Promise<Painted[]> {
  return page.evaluate(() => Reflect.get(window, "painted") as Painted[]);
}

/** Clicks and gives the milliseconds until a number of stages has been painted, measured in the page. */
export async function clickToPainted(page: Page, selector: string, stages: number): Promise<number> {
  return page.evaluate(([click, wanted]) => new Promise<number>((resolve) => {
    const target = document.querySelector<HTMLElement>(click);
    if (!target) throw new Error(`nothing is at ${click}`);
    const begun = performance.now();
    const look = () => requestAnimationFrame(() => {
      if (document.querySelectorAll("[data-node]").length < wanted) return look();
      const channel = new MessageChannel();
      channel.port1.onmessage = () => resolve(performance.now() - begun);
      channel.port2.postMessage(null);
    });
    target.click();
    look();
  }), [selector, stages] as const);
}
