/** What happens on the whole server. */
export const en = {
  title: "Operations",
  executions: "All executions",
  people: "Who did what",
  actor: "Person",
  everybody: "Everybody",
  nobody: "Nobody did anything lately",
  nobodyText: "Here is who started, cancelled, paused, judged or skipped something, and who changed a pipeline or a trigger.",
  started: "Started",
  operated: "Changed infrastructure",
  canceled: "Cancelled",
  paused: "Paused",
  approved: "Let go on",
  rejected: "Stopped",
  skipped: "Skipped",
  savedPipeline: "Saved the pipeline",
  savedTrigger: "Saved the trigger",
};
