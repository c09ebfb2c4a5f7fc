import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { sameSight, type Sight, sightOf } from "./culling.ts";

/** A size in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

const LEAST_ZOOM = 0.02;
const MOST_ZOOM = 2;

/** A picture that fits at this zoom is shown whole at first; a larger one is shown in part, so that it can be read. */
const READABLE = 0.72;

/** The zoom and the scroll position of a picture in a scrolling element. */
export interface Viewport {
  readonly zoom: number;
  /** What has to be drawn of a picture that is not drawn whole. */
  readonly sight: Sight;
  /** Multiplies the zoom; the point at the place on the screen (or in the middle) stays where it is. */
  readonly zoomBy: (factor: number, at?: { x: number; y: number }) => void;
  readonly zoomTo: (zoom: number) => void;
  /** Shows the whole picture, but never larger than it is. */
  readonly fit: () => void;
  /** Scrolls until the rectangle is seen, or is in the middle. */
  readonly reveal: (box: Sight, centred: boolean) => void;
}

/** The size of an element, 0 before it is known, and always that of now. */
export function useSize(ref: RefObject<HTMLElement | null>): Size {
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return undefined;
    const measure = () => {
      const next = { width: element.clientWidth, height: element.clientHeight };
      setSize((last) => (last.width === next.width && last.height === next.height ? last : next));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref]);
  return size;
}

/** The zoom at which all of a picture is seen, 1 at most. */
export function fitting(content: Size, frame: Size): number {
  if (content.width === 0 || content.height === 0 || frame.width === 0) return 1;
  const height = frame.height > 0 ? frame.height / content.height : 1;
  return Math.max(LEAST_ZOOM, Math.min(1, frame.width / content.width, height));
}

/** The zoom to begin with. */
export function startingZoom(content: Size, frame: Size): number {
  const zoom = fitting(content, frame);
  return zoom >= READABLE ? zoom : 1;
}

/** Keeps zoom and position. When `key` changes, it begins anew. */
export function useViewport(scroller: RefObject<HTMLDivElement | null>, content: Size, key: string): Viewport {
  const [zoom, setZoom] = useState(1);
  const [sight, setSight] = useState<Sight>(() => sightOf({ left: 0, top: 0, right: 0, bottom: 0 }));
  const anchor = useRef<{ x: number; y: number; left: number; top: number } | undefined>(undefined);
  const current = useRef({ zoom, content });
  current.current = { zoom, content };
  const painted = useRef(zoom);

  const look = useCallback(() => {
    const element = scroller.current;
    if (!element) return;
    const scale = current.current.zoom;
    const next = sightOf({
      left: element.scrollLeft / scale,
      top: element.scrollTop / scale,
      right: (element.scrollLeft + element.clientWidth) / scale,
      bottom: (element.scrollTop + Math.max(element.clientHeight, roomOf(element).height)) / scale,
    });
    setSight((last) => (sameSight(last, next) ? last : next));
  }, [scroller]);

  const zoomBy = useCallback(
    (factor: number, at?: { x: number; y: number }) => {
      const element = scroller.current;
      if (!element) return;
      // Several may come before the page is painted again: the scroll position still is that of the painted zoom.
      const old = painted.current;
      const box = element.getBoundingClientRect();
      const left = at ? at.x - box.left : element.clientWidth / 2;
      const top = at ? at.y - box.top : element.clientHeight / 2;
      const margin = marginOf(element, current.current.content, old);
      anchor.current = { left, top, x: (element.scrollLeft + left - margin.x) / old, y: (element.scrollTop + top - margin.y) / old };
      const next = Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, current.current.zoom * factor));
      current.current.zoom = next;
      setZoom(next);
    },
    [scroller],
  );

  const fit = useCallback(() => {
    const element = scroller.current;
    if (element) zoomBy(fitting(current.current.content, roomOf(element)) / current.current.zoom);
  }, [scroller, zoomBy]);

  const reveal = useCallback(
    (box: Sight, centred: boolean) => {
      const element = scroller.current;
      if (!element) return;
      const { zoom: scale, content: all } = current.current;
      const margin = marginOf(element, all, scale);
      const left = target(box.left * scale + margin.x, box.right * scale + margin.x, element.scrollLeft, element.clientWidth, centred);
      const top = target(box.top * scale + margin.y, box.bottom * scale + margin.y, element.scrollTop, element.clientHeight, centred);
      element.scrollLeft = left;
      element.scrollTop = top;
      look();
    },
    [scroller, look],
  );

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element || !key) return;
    const next = startingZoom(current.current.content, roomOf(element));
    current.current.zoom = next;
    setZoom(next);
  }, [scroller, key]);

  useLayoutEffect(() => {
    const element = scroller.current;
    const fixed = anchor.current;
    anchor.current = undefined;
    painted.current = zoom;
    if (element && fixed) {
      const margin = marginOf(element, current.current.content, zoom);
      element.scrollLeft = fixed.x * zoom + margin.x - fixed.left;
      element.scrollTop = fixed.y * zoom + margin.y - fixed.top;
    }
    look();
  }, [scroller, zoom, content.width, content.height, look]);

  useEffect(() => {
    const element = scroller.current;
    if (!element) return undefined;
    element.addEventListener("scroll", look, { passive: true });
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => {
      element.removeEventListener("scroll", look);
      observer.disconnect();
    };
  }, [scroller, look]);

  const zoomTo = useCallback((next: number) => zoomBy(next / current.current.zoom), [zoomBy]);
  return { zoom, sight, zoomBy, zoomTo, fit, reveal };
}

/** The most room that an element can have: one that grows with its content may still be lower than it may become. */
function roomOf(element: HTMLElement): Size {
  const most = Number.parseFloat(getComputedStyle(element).maxHeight);
  return { width: element.clientWidth, height: Number.isNaN(most) ? element.clientHeight : Math.max(most, element.clientHeight) };
}

/** How far a picture that is smaller than its frame is moved to be in its middle. */
function marginOf(element: HTMLElement, content: Size, zoom: number): { x: number; y: number } {
  return {
    x: Math.max(0, (element.clientWidth - content.width * zoom) / 2),
    y: Math.max(0, (element.clientHeight - content.height * zoom) / 2),
  };
}

/** Where to scroll to on one axis. */
export function target(start: number, end: number, scroll: number, room: number, centred: boolean): number {
  if (centred) return (start + end - room) / 2;
  const spare = 32;
  if (start - spare < scroll) return start - spare;
  return end + spare > scroll + room ? end + spare - room : scroll;
}
