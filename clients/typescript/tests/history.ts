/** Made-up executions with all their events. */
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { type ExecutionEvent, ExecutionEventSchema } from "../src/gen/gennaker/v1/execution_event_pb.ts";
import { type Execution, ExecutionSchema } from "../src/gen/gennaker/v1/execution_pb.ts";
import { ExecutionStatus, StageStatus } from "../src/gen/gennaker/v1/status_pb.ts";
import type { Random } from "./random.ts";

export const NAME = "applications/shop/executions/01M86EHJMZ2888JJ0DCRMD8G2W";

/** The events of an execution, and the execution after each of them: `states[n]` is the one after event n. */
export interface History {
  events: ExecutionEvent[];
  states: Execution[];
}

/** An execution whose stages come, change and go by chance, and which ends with its last event. */
export function history(length: number, random: Random): History {
  const events: ExecutionEvent[] = [];
  const states: Execution[] = [create(ExecutionSchema, { name: NAME })];
  for (let sequence = 1; sequence <= length; sequence++) {
    const before = states[sequence - 1]!;
    const status = sequence === length ? ExecutionStatus.SUCCEEDED : ExecutionStatus.RUNNING;
    const stages = pick(before.stages.map((stage) => stage.id), random).map((id) => stage(id, sequence));
    const errands = random.chance(0.3) ? [{ id: 1 + random.below(4), attempt: sequence }] : [];
    const ids = [...before.stages, ...stages].map((stage) => stage.id ?? "");
    const removedStages = random.chance(0.15) && ids.length > 0 ? [ids[random.below(ids.length)]!] : [];
    const changed = { name: NAME, status, sequence: BigInt(sequence), stages, errands };
    events.push(create(ExecutionEventSchema, { execution: NAME, sequence: BigInt(sequence), changed, removedStages }));
    states.push(after(before, events.at(-1)!));
  }
  return { events, states };
}

type StageInit = NonNullable<MessageInitShape<typeof ExecutionSchema>["stages"]>[number];

function stage(id: string, sequence: number): StageInit & { id: string } {
  return { id, name: `${id} at ${sequence}`, status: StageStatus.RUNNING };
}

/** Some of the ids that are there, in any order, and some new ones. */
function pick(known: string[], random: Random): string[] {
  const ids = known.filter(() => random.chance(0.3));
  if (random.chance(0.5)) ids.reverse();
  for (let count = random.below(3); count > 0; count--) ids.push(`s${random.below(1_000_000)}`);
  return [...new Set(ids)];
}

/** The rule of ExecutionEvent, written down as it stands there. */
function after(before: Execution, event: ExecutionEvent): Execution {
  const changed = event.changed!;
  const result = { ...changed, stages: [...before.stages], errands: [...before.errands] };
  for (const stage of changed.stages) {
    const place = result.stages.findIndex(({ id }) => id === stage.id);
    if (place < 0) result.stages.push(stage);
    else result.stages[place] = stage;
  }
  for (const errand of changed.errands) {
    const place = result.errands.findIndex(({ id }) => id === errand.id);
    if (place < 0) result.errands.push(errand);
    else result.errands[place] = errand;
  }
  result.stages = result.stages.filter(({ id }) => !event.removedStages.includes(id));
  return result;
}
