import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  connect,
  type ExecutionUpdate,
  type Gennaker,
  hasEnded,
  problemOf,
  requestId,
  watchExecution,
  type WatchState,
} from "../src/index.ts";
import { Judgment_Decision, type Execution } from "../src/gen/gennaker/v1/execution_pb.ts";
import { PipelineSchema } from "../src/gen/gennaker/v1/pipeline_pb.ts";
import { ExecutionStatus, StageStatus } from "../src/gen/gennaker/v1/status_pb.ts";
import { ServerProcess } from "./process.ts";

const PARENT = "applications/shop";
const directory = mkdtempSync(join(tmpdir(), "gennaker-client-"));
const server = new ServerProcess(directory);
let gennaker: Gennaker;

beforeAll(async () => {
  await server.start();
  gennaker = connect({ address: server.address, actor: () => "jo" });
  await gennaker.applications.createApplication({ applicationId: "shop", application: {}, requestId: requestId() });
}, 30_000);

afterAll(async () => {
  await server.kill();
  rmSync(directory, { recursive: true, force: true });
});

type Stages = MessageInitShape<typeof PipelineSchema>["stages"];

async function run(pipelineId: string, stages: Stages): Promise<Execution> {
  const pipeline = create(PipelineSchema, { ...(stages && { stages }) });
  await gennaker.pipelines.createPipeline({ parent: PARENT, pipelineId, pipeline });
  const started = await gennaker.executions.startExecution({ pipeline: `${PARENT}/pipelines/${pipelineId}` });
  return started.execution!;
}

function wait(id: string, milliseconds: number, dependsOn: string[] = []): NonNullable<Stages>[number] {
  return { id, dependsOn, kind: { case: "wait", value: { duration: { nanos: milliseconds * 1_000_000 } } } };
}

function judgment(id: string, dependsOn: string[]): NonNullable<Stages>[number] {
  return { id, dependsOn, kind: { case: "manualJudgment", value: {} } };
}

async function judge(name: string): Promise<void> {
  await gennaker.executions.submitJudgment({ name, decision: Judgment_Decision.CONTINUE, requestId: requestId() });
}

function isWaiting({ execution }: ExecutionUpdate): boolean {
  return execution.stages.some((stage) => stage.judgment !== undefined && stage.status === StageStatus.RUNNING);
}

const upTo = (last: bigint) => Array.from({ length: Number(last) }, (_, index) => BigInt(index + 1));

describe("a server", () => {
  it("is followed from the start of an execution over a judgment to its end", async () => {
    const { name, cause } = await run("release", [wait("settle", 200), judgment("look", ["settle"])]);
    expect(cause?.actor).toBe("jo");
    const updates: ExecutionUpdate[] = [];
    let judged = false;
    for await (const update of watchExecution(gennaker, name, { afterSequence: 0n })) {
      updates.push(update);
      if (judged || !isWaiting(update)) continue;
      judged = true;
      await judge(name);
    }
    const { execution } = await gennaker.executions.getExecution({ name });
    expect(execution?.status).toBe(ExecutionStatus.SUCCEEDED);
    expect(updates.at(-1)?.execution).toEqual(execution);
    expect(updates.map(({ event }) => event?.sequence)).toEqual(upTo(execution!.sequence));
    expect(await watchExecution(gennaker, name).next()).toEqual({ done: false, value: { execution } });
  });

  it("says which fields it does not accept", async () => {
    const pipeline = create(PipelineSchema, { stages: [wait("a", 1, ["nowhere"])] });
    const call = gennaker.pipelines.createPipeline({ parent: PARENT, pipelineId: "wrong", pipeline });
    const problem = problemOf(await call.catch((error: unknown) => error));
    expect([problem.code, problem.reason]).toEqual([Code.InvalidArgument, "INVALID_ARGUMENT"]);
    expect(problem.violations).toHaveLength(1);
    expect(problem.violations[0]?.field).toContain("stages[0].depends_on");
    expect(problem.violations[0]?.description).toContain("nowhere");
  });

  it("says what it does not have", async () => {
    const call = gennaker.pipelines.getPipeline({ name: `${PARENT}/pipelines/none` });
    const problem = problemOf(await call.catch((error: unknown) => error));
    expect([problem.code, problem.reason]).toEqual([Code.NotFound, "NOT_FOUND"]);
    expect(problem.resource?.name).toBe(`${PARENT}/pipelines/none`);
    await expect(watchExecution(gennaker, "nonsense").next()).rejects.toMatchObject({ code: Code.InvalidArgument });
  });

  it("loses and doubles no event when it is killed and started again in the middle of a watch", async () => {
    const waits = [0, 1, 2, 3].map((index) => wait(`w${index}`, 300, index > 0 ? [`w${index - 1}`] : []));
    const { name } = await run("long", [...waits, judgment("look", ["w3"]), wait("last", 100, ["look"])]);
    const states: WatchState["kind"][] = [];
    const updates: ExecutionUpdate[] = [];
    const onState = ({ kind }: WatchState) => states.push(kind);
    let judged = false;
    for await (const update of watchExecution(gennaker, name, { afterSequence: 0n, onState })) {
      updates.push(update);
      if (updates.length === 4) {
        await server.kill();
        await server.start();
      }
      if (judged || !isWaiting(update)) continue;
      judged = true;
      await judge(name);
    }
    const last = updates.at(-1)!.execution;
    expect(hasEnded(last)).toBe(true);
    expect(updates.map(({ event }) => event?.sequence)).toEqual(upTo(last.sequence));
    expect(last).toEqual((await gennaker.executions.getExecution({ name })).execution);
    expect(states).toContain("reconnecting");
    expect(states.at(-1)).toBe("live");
  }, 30_000);
});
