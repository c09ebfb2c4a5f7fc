import { type RefObject, useEffect } from "react";

interface Gestures {
  readonly zoomBy: (factor: number, at: { x: number; y: number }) => void;
  /** The user moved the picture: it must not be moved by itself any more. */
  readonly onMoved: () => void;
}

/**
 * What fingers and mice do to the picture, besides scrolling, which the browser does: a mouse drags it by its ground,
 * Ctrl and the wheel or two fingers zoom it.
 */
export function useGestures(scroller: RefObject<HTMLDivElement | null>, { zoomBy, onMoved }: Gestures): void {
  useEffect(() => {
    const element = scroller.current;
    if (!element) return undefined;
    const ends = [drag(element, onMoved), wheel(element, zoomBy, onMoved), pinch(element, zoomBy, onMoved)];
    return () => ends.forEach((end) => end());
  }, [scroller, zoomBy, onMoved]);
}

function listen<Type extends keyof HTMLElementEventMap>(element: HTMLElement, type: Type, listener: (event: HTMLElementEventMap[Type]) => void): () => void {
  element.addEventListener(type, listener, { passive: false });
  return () => element.removeEventListener(type, listener);
}

function drag(element: HTMLElement, onMoved: () => void): () => void {
  let last: { x: number; y: number } | undefined;
  const ends = [
    listen(element, "pointerdown", (event) => {
      if (event.pointerType !== "mouse" || event.button > 1 || !(event.target instanceof Element) || event.target.closest("button")) return;
      if (isOnScrollBar(element, event)) return;
      event.preventDefault();
      last = { x: event.clientX, y: event.clientY };
      element.setPointerCapture(event.pointerId);
      element.dataset.dragged = "";
      onMoved();
    }),
    listen(element, "pointermove", (event) => {
      if (!last) return;
      element.scrollLeft -= event.clientX - last.x;
      element.scrollTop -= event.clientY - last.y;
      last = { x: event.clientX, y: event.clientY };
    }),
  ];
  const stop = () => {
    last = undefined;
    delete element.dataset.dragged;
  };
  return joined([...ends, listen(element, "pointerup", stop), listen(element, "pointercancel", stop)]);
}

function isOnScrollBar(element: HTMLElement, event: PointerEvent): boolean {
  const box = element.getBoundingClientRect();
  return event.clientX - box.left - element.clientLeft >= element.clientWidth || event.clientY - box.top - element.clientTop >= element.clientHeight;
}

function wheel(element: HTMLElement, zoomBy: Gestures["zoomBy"], onMoved: () => void): () => void {
  return listen(element, "wheel", (event) => {
    onMoved();
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * 16 : event.deltaY;
    zoomBy(Math.exp(-Math.max(-60, Math.min(60, pixels)) / 200), { x: event.clientX, y: event.clientY });
  });
}

function pinch(element: HTMLElement, zoomBy: Gestures["zoomBy"], onMoved: () => void): () => void {
  let apart = 0;
  const fingers = (touches: TouchList) => {
    const [a, b] = [touches[0], touches[1]];
    if (!a || !b) return undefined;
    return { apart: Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY), x: (a.clientX + b.clientX) / 2, y: (a.clientY + b.clientY) / 2 };
  };
  return joined([
    listen(element, "touchstart", (event) => {
      onMoved();
      apart = fingers(event.touches)?.apart ?? 0;
    }),
    listen(element, "touchmove", (event) => {
      const now = fingers(event.touches);
      if (!now || apart === 0) return;
      if (event.cancelable) event.preventDefault();
      zoomBy(now.apart / apart, now);
      apart = now.apart;
    }),
  ]);
}

function joined(ends: readonly (() => void)[]): () => void {
  return () => ends.forEach((end) => end());
}
