/** An execution over time. */
export { type Phase, phasesFrom, phasesOf } from "./phases.ts";
export type { TimelineStage } from "./rows.ts";
export { Scrubber } from "./scrubber.tsx";
export { Timeline } from "./timeline.tsx";
