/** The home page. */
export const en = {
  title: "Home",
  waiting: "Waits for a decision",
  running: "Running now",
  nothingRuns: "Nothing runs",
  nothingRunsText: "Executions of all applications show up here as soon as they start.",
  recent: "Ended lately",
  judge: "Decide",
  until: "until {time}",
};
