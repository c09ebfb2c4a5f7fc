/** Editors of code. */
export const en = {
  leave: "Tab indents. Press Escape and then Tab to leave the editor.",
  before: "Before",
  after: "After",
  mine: "Mine",
  theirs: "Theirs",
  take: "Take this over",
  keep: "Keep mine",
  unchanged: "{count} unchanged lines",
  mergeHelp: "Change your version as you like, or take parts of theirs over with the arrows.",
  insert: "Insert an expression",
  value: "Value in the chosen run",
  unknown: "Only a run will show this value.",
};
