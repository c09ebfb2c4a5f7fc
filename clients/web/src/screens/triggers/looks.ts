/** How decisions of triggers look. */
import { TriggerEvent_Decision as Decision } from "@gennaker/client/gen/trigger";
import type { Look } from "~/ui/index.ts";

export const DECISION_LOOKS: Record<Decision, Look> = {
  [Decision.UNSPECIFIED]: { tone: "idle", icon: "info", text: "status.unknown" },
  [Decision.FIRED]: { tone: "ok", icon: "bolt", text: "triggers.fired" },
  [Decision.FILTERED]: { tone: "idle", icon: "filter", text: "triggers.filtered" },
  [Decision.DEDUPLICATED]: { tone: "idle", icon: "copy", text: "triggers.deduplicated" },
  [Decision.DISABLED]: { tone: "idle", icon: "pause", text: "triggers.disabled" },
  [Decision.CAPPED]: { tone: "waiting", icon: "warning", text: "triggers.capped" },
  [Decision.FAILED]: { tone: "failed", icon: "cross", text: "triggers.failed" },
  [Decision.PENDING]: { tone: "running", icon: "running", text: "triggers.pending" },
};
