/** Two executions side by side. */
import type { Artifact } from "@gennaker/client/gen/artifact";
import type { Execution, StageExecution } from "@gennaker/client/gen/execution";
import { millis } from "~/ui/time.ts";

/** A value that both may have. */
export interface Pair<Value> {
  name: string;
  left: Value | undefined;
  right: Value | undefined;
  differs: boolean;
}

/** The parameters of both. */
export function compareParameters(left: Execution, right: Execution): Pair<string>[] {
  return pairs(Object.entries(left.parameters), Object.entries(right.parameters), (a, b) => a === b);
}

/** The artifacts of both: what was expected by its id, the others by type and name. */
export function compareArtifacts(left: Execution, right: Execution): Pair<string>[] {
  return pairs(artifacts(left), artifacts(right), (a, b) => a === b);
}

function artifacts(execution: Execution): [string, string][] {
  const resolved = execution.resolvedArtifacts.flatMap(({ expected, artifact }): [string, string][] => (artifact ? [[expected, artifactLine(artifact)]] : []));
  const known = new Set(resolved.map(([, line]) => line));
  const others = execution.artifacts.map((artifact): [string, string] => [[artifact.type, artifact.name].filter(Boolean).join(" "), artifactLine(artifact)]);
  return [...resolved, ...others.filter(([, line]) => !known.has(line))];
}

/** An artifact as a line. */
export function artifactLine(artifact: Artifact): string {
  return artifact.reference || [artifact.name, artifact.version].filter(Boolean).join(":") || artifact.type;
}

/** The stages of both by their ids; those that only one has, too. They differ when they ended differently. */
export function compareStages(left: Execution, right: Execution): Pair<StageExecution>[] {
  const entries = (execution: Execution) => execution.stages.map((stage): [string, StageExecution] => [stage.id, stage]);
  return pairs(entries(left), entries(right), (a, b) => a.status === b.status);
}

/** How long something took in milliseconds; undefined before its end. */
export function tookOf(timed: Pick<StageExecution, "startTime" | "endTime"> | undefined): number | undefined {
  const [start, end] = [millis(timed?.startTime), millis(timed?.endTime)];
  return start === undefined || end === undefined ? undefined : end - start;
}

/** How much longer the right one took than the left one, where both are known. */
export function longer(pair: Pair<StageExecution>): number | undefined {
  const [left, right] = [tookOf(pair.left), tookOf(pair.right)];
  return left === undefined || right === undefined ? undefined : right - left;
}

function pairs<Value>(left: readonly [string, Value][], right: readonly [string, Value][], equal: (a: Value, b: Value) => boolean): Pair<Value>[] {
  const lefts = new Map(left);
  const rights = new Map(right);
  return [...new Set([...lefts.keys(), ...rights.keys()])].map((name) => {
    const [a, b] = [lefts.get(name), rights.get(name)];
    return { name, left: a, right: b, differs: a === undefined || b === undefined || !equal(a, b) };
  });
}
