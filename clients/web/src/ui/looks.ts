/** How statuses look: tone, icon and word. One table for each sort. */
import { Account_Health } from "@gennaker/client/gen/account";
import { HealthState } from "@gennaker/client/gen/server_group";
import { ExecutionStatus, StageStatus, TaskStatus } from "@gennaker/client/gen/status";
import { HealthStatus } from "@gennaker/client/gen/system_service";
import type { Look } from "./badge.tsx";

const UNKNOWN: Look = { tone: "idle", icon: "info", text: "status.unknown" };
const SUCCEEDED: Look = { tone: "ok", icon: "check", text: "status.succeeded" };
const FAILED: Look = { tone: "failed", icon: "cross", text: "status.failed" };
const CANCELED: Look = { tone: "idle", icon: "stop", text: "status.canceled" };
const RUNNING: Look = { tone: "running", icon: "running", text: "status.running" };
const NOT_STARTED: Look = { tone: "idle", icon: "dash", text: "status.notStarted" };
const SKIPPED: Look = { tone: "idle", icon: "skip", text: "status.skipped" };
const PAUSED: Look = { tone: "waiting", icon: "pause", text: "status.paused" };

export const EXECUTION_LOOKS: Record<ExecutionStatus, Look> = {
  [ExecutionStatus.UNSPECIFIED]: UNKNOWN,
  [ExecutionStatus.QUEUED]: { tone: "waiting", icon: "wait", text: "status.queued" },
  [ExecutionStatus.RUNNING]: RUNNING,
  [ExecutionStatus.PAUSED]: PAUSED,
  [ExecutionStatus.SUCCEEDED]: SUCCEEDED,
  [ExecutionStatus.TERMINAL]: FAILED,
  [ExecutionStatus.CANCELED]: CANCELED,
};

export const STAGE_LOOKS: Record<StageStatus, Look> = {
  [StageStatus.UNSPECIFIED]: UNKNOWN,
  [StageStatus.NOT_STARTED]: NOT_STARTED,
  [StageStatus.WAITING]: { tone: "waiting", icon: "wait", text: "status.waiting" },
  [StageStatus.RUNNING]: RUNNING,
  [StageStatus.PAUSED]: PAUSED,
  [StageStatus.SUCCEEDED]: SUCCEEDED,
  [StageStatus.FAILED_CONTINUE]: { tone: "waiting", icon: "warning", text: "status.failedContinue" },
  [StageStatus.TERMINAL]: FAILED,
  [StageStatus.CANCELED]: CANCELED,
  [StageStatus.STOPPED]: { tone: "failed", icon: "cross", text: "status.stopped" },
  [StageStatus.SKIPPED]: SKIPPED,
};

/** A running stage that waits for a person. */
export const JUDGMENT_LOOK: Look = { tone: "waiting", icon: "hand", text: "status.judgment" };

export const TASK_LOOKS: Record<TaskStatus, Look> = {
  [TaskStatus.UNSPECIFIED]: UNKNOWN,
  [TaskStatus.NOT_STARTED]: NOT_STARTED,
  [TaskStatus.RUNNING]: RUNNING,
  [TaskStatus.SUCCEEDED]: SUCCEEDED,
  [TaskStatus.FAILED]: FAILED,
  [TaskStatus.CANCELED]: CANCELED,
  [TaskStatus.SKIPPED]: SKIPPED,
};

export const HEALTH_LOOKS: Record<HealthState, Look> = {
  [HealthState.UNSPECIFIED]: UNKNOWN,
  [HealthState.FAILED]: FAILED,
  [HealthState.DOWN]: { tone: "failed", icon: "down", text: "status.down" },
  [HealthState.OUT_OF_SERVICE]: { tone: "idle", icon: "dash", text: "status.outOfService" },
  [HealthState.STARTING]: { tone: "running", icon: "running", text: "status.starting" },
  [HealthState.UP]: { tone: "ok", icon: "up", text: "status.up" },
  [HealthState.DRAINING]: { tone: "waiting", icon: "wait", text: "status.draining" },
};

export const ACCOUNT_LOOKS: Record<Account_Health, Look> = {
  [Account_Health.UNSPECIFIED]: UNKNOWN,
  [Account_Health.OK]: { tone: "ok", icon: "check", text: "status.ok" },
  [Account_Health.FAILING]: { tone: "failed", icon: "cross", text: "status.failing" },
};

export const SYSTEM_LOOKS: Record<HealthStatus, Look> = {
  [HealthStatus.UNSPECIFIED]: UNKNOWN,
  [HealthStatus.OK]: { tone: "ok", icon: "check", text: "status.ok" },
  [HealthStatus.DEGRADED]: { tone: "waiting", icon: "warning", text: "status.degraded" },
  [HealthStatus.FAILING]: { tone: "failed", icon: "cross", text: "status.failing" },
};
