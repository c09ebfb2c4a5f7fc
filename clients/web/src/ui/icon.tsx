/** The icons: one path each, drawn with the colour of the text around. They are never the only sign of anything. */
const PATHS = {
  add: "M8 3v10M3 8h10",
  app: "M3 3h4v4H3zM9 3h4v4H9zM3 9h4v4H3zM9 9h4v4H9z",
  back: "M10 3L5 8l5 5",
  bolt: "M9 2L4 9h4l-1 5 5-7H8z",
  chart: "M3 13h10M4 10V7M8 10V4M12 10V6",
  check: "M3 8.5l3.2 3.2L13 5",
  chevron: "M6 4l4 4-4 4",
  clock: "M8 4.5V8l2.5 1.5M8 14A6 6 0 108 2a6 6 0 000 12z",
  close: "M4 4l8 8M12 4l-8 8",
  cloud: "M5 12h7a2.5 2.5 0 000-5 4 4 0 00-7.7-.5A2.8 2.8 0 005 12z",
  copy: "M6 6h7v7H6zM3 10V3h7",
  cross: "M5 5l6 6M11 5l-6 6M8 14A6 6 0 108 2a6 6 0 000 12z",
  dash: "M4 8h8",
  diff: "M8 3v6M5 6h6M5 13h6",
  dots: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  down: "M4 6l4 4 4-4",
  edit: "M3 13l.7-3L11 2.8l2.2 2.2L6 12.3z",
  external: "M6 4H3v9h9v-3M9 3h4v4M13 3L7 9",
  filter: "M2 4h12M4.5 8h7M7 12h2",
  gear: "M8 10.2a2.2 2.2 0 100-4.4 2.2 2.2 0 000 4.4zM8 2v2M8 12v2M2 8h2M12 8h2M3.8 3.8l1.4 1.4M10.8 10.8l1.4 1.4M3.8 12.2l1.4-1.4M10.8 5.2l1.4-1.4",
  hand: "M5 8V4.5a1 1 0 012 0V8m0-4.5a1 1 0 012 0V8m0-3a1 1 0 012 0v4.5A4 4 0 017 14c-2 0-3-1-4.5-4.5a1 1 0 011.8-.8L5 10",
  home: "M2.5 8L8 3l5.5 5M4 7v6h8V7",
  history: "M3 8a5 5 0 105-5 5.5 5.5 0 00-4.5 2.5M3 3v3h3M8 5.5V8l2 1.5",
  info: "M8 7.5v3.5M8 5h.01M8 14A6 6 0 108 2a6 6 0 000 12z",
  link: "M7 9l2-2M6 7L4.5 8.5a2.1 2.1 0 003 3L9 10M10 9l1.5-1.5a2.1 2.1 0 00-3-3L7 6",
  list: "M6 4h7M6 8h7M6 12h7M3 4h.01M3 8h.01M3 12h.01",
  lock: "M4 7.5h8V13H4zM5.5 7.5V5.5a2.5 2.5 0 015 0v2",
  menu: "M2.5 4.5h11M2.5 8h11M2.5 11.5h11",
  moon: "M12.5 9.5A5 5 0 016.5 3.5a5 5 0 106 6z",
  pause: "M5.5 4v8M10.5 4v8",
  pipeline: "M2 8h3M11 8h3M5 5.5h6v5H5z",
  play: "M5 3.5l7 4.5-7 4.5z",
  project: "M2 4h5l1 2h6v7H2z",
  redo: "M12 6H6.5a3 3 0 000 6H9M12 6l-2.5-2.5M12 6L9.5 8.5",
  refresh: "M13 8a5 5 0 11-1.5-3.5M13 3v3h-3",
  rollback: "M4 6h5.5a3 3 0 010 6H7M4 6l2.5-2.5M4 6l2.5 2.5",
  running: "M8 2a6 6 0 016 6",
  save: "M3 3h8l2 2v8H3zM5.5 3v3h4V3M5.5 13V9.5h5V13",
  search: "M7 11.5a4.5 4.5 0 100-9 4.5 4.5 0 000 9zM10.5 10.5L14 14",
  shield: "M8 2l5 2v4c0 3-2 5-5 6-3-1-5-3-5-6V4z",
  skip: "M4 4l5 4-5 4zM12 4v8",
  split: "M2 8h4M6 8c3 0 3-4 6-4h2M6 8c3 0 3 4 6 4h2",
  stop: "M4.5 4.5h7v7h-7z",
  sun: "M8 10.5a2.5 2.5 0 100-5 2.5 2.5 0 000 5zM8 1.5v2M8 12.5v2M1.5 8h2M12.5 8h2M3.5 3.5L5 5M11 11l1.5 1.5M3.5 12.5L5 11M11 5l1.5-1.5",
  trash: "M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5l.5 8.5h6l.5-8.5",
  up: "M4 10l4-4 4 4",
  user: "M8 8a2.5 2.5 0 100-5 2.5 2.5 0 000 5zM3 13.5a5 5 0 0110 0",
  wait: "M5 2.5h6M5 13.5h6M5.5 2.5c0 3 5 3.5 5 5.5s-5 2.5-5 5.5M10.5 2.5c0 3-5 3.5-5 5.5s5 2.5 5 5.5",
  warning: "M8 2.5l6 11H2zM8 6.5v3.5M8 12h.01",
} as const;

/** The name of an icon. */
export type IconName = keyof typeof PATHS;

/** An icon of 16 px, hidden from screen readers: the words beside it say the same. */
export function Icon({ name, size = 16, className }: { name: IconName; size?: number; className?: string | undefined }) {
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round"
      strokeLinejoin="round" aria-hidden="true" focusable="false" className={className ?? "icon"}>
      <path d={PATHS[name]} />
    </svg>
  );
}
