/** Lists of executions. */
export const en = {
  operation: "Operation",
  byActor: "by {actor}",
  byTrigger: "by trigger {trigger}",
  byParent: "by {parent}",
  stages: "{done} of {all} stages done",
  decide: "Waits for a decision: {stage}",
  queued: "Number {position} in the queue",
};
