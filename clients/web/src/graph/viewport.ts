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
  const anchor = useRef<Anchor | undefined>(undefined);
  const current = useRef({ zoom, content });
  current.current = { zoom, content };
  const painted = useRef(zoom);
  const { sight, look } = useSight(scroller, current);

  const zoomBy = useCallback(
    (factor: number, at?: { x: number; y: number }) => {
      const element = scroller.current;
      if (!element) return;
      // Several may come before the page is painted again: the scroll position still is that of the painted zoom.
      anchor.current = anchorAt(element, current.current.content, painted.current, at);
      current.current.zoom = Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, current.current.zoom * factor));
      setZoom(current.current.zoom);
    },
    [scroller],
  );
  const zoomTo = useCallback((next: number) => zoomBy(next / current.current.zoom), [zoomBy]);
  const fit = useCallback(() => {
    if (scroller.current) zoomTo(fitting(current.current.content, roomOf(scroller.current)));
  }, [scroller, zoomTo]);
  const reveal = useCallback(
    (box: Sight, centred: boolean) => {
      if (scroller.current) scrollTo(scroller.current, current.current.content, current.current.zoom, box, centred);
      look();
    },
    [scroller, look],
  );

  useLayoutEffect(() => {
    if (!scroller.current || !key) return;
    current.current.zoom = startingZoom(current.current.content, roomOf(scroller.current));
    setZoom(current.current.zoom);
  }, [scroller, key]);

  useLayoutEffect(() => {
    if (scroller.current && anchor.current) hold(scroller.current, current.current.content, zoom, anchor.current);
    anchor.current = undefined;
    painted.current = zoom;
    look();
  }, [scroller, zoom, content.width, content.height, look]);

  return { zoom, sight, zoomBy, zoomTo, fit, reveal };
}

/** What has to be drawn, as the picture is scrolled and its frame changes. */
function useSight(scroller: RefObject<HTMLDivElement | null>, current: RefObject<{ zoom: number }>) {
  const [sight, setSight] = useState<Sight>(() => sightOf({ left: 0, top: 0, right: 0, bottom: 0 }));
  const look = useCallback(() => {
    const element = scroller.current;
    if (!element) return;
    const { zoom } = current.current;
    const next = sightOf({
      left: element.scrollLeft / zoom,
      top: element.scrollTop / zoom,
      right: (element.scrollLeft + element.clientWidth) / zoom,
      bottom: (element.scrollTop + roomOf(element).height) / zoom,
    });
    setSight((last) => (sameSight(last, next) ? last : next));
  }, [scroller, current]);
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
  return { sight, look };
}

/** A point of the picture, and where in the frame it has to stay. */
interface Anchor {
  readonly x: number;
  readonly y: number;
  readonly left: number;
  readonly top: number;
}

/** The point of the picture at a place on the screen, or in the middle of the frame. */
function anchorAt(element: HTMLElement, content: Size, zoom: number, at: { x: number; y: number } | undefined): Anchor {
  const box = element.getBoundingClientRect();
  const left = at ? at.x - box.left : element.clientWidth / 2;
  const top = at ? at.y - box.top : element.clientHeight / 2;
  const margin = marginOf(element, content, zoom);
  return { left, top, x: (element.scrollLeft + left - margin.x) / zoom, y: (element.scrollTop + top - margin.y) / zoom };
}

/** Scrolls so that an anchor is where it has to stay. */
function hold(element: HTMLElement, content: Size, zoom: number, anchor: Anchor): void {
  const margin = marginOf(element, content, zoom);
  element.scrollLeft = anchor.x * zoom + margin.x - anchor.left;
  element.scrollTop = anchor.y * zoom + margin.y - anchor.top;
}

/** Scrolls until a rectangle of the picture is seen, or is in the middle. */
function scrollTo(element: HTMLElement, content: Size, zoom: number, box: Sight, centred: boolean): void {
  const margin = marginOf(element, content, zoom);
  element.scrollLeft = target(box.left * zoom + margin.x, box.right * zoom + margin.x, element.scrollLeft, element.clientWidth, centred);
  element.scrollTop = target(box.top * zoom + margin.y, box.bottom * zoom + margin.y, element.scrollTop, element.clientHeight, centred);
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
