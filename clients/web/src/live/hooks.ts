/**
 * What happens on the server, as it happens. A hook wants something as long as its component is there; all tabs share the
 * streams that bring it.
 */
import type { Execution, StageExecution } from "@gennaker/client/gen/execution";
import type { InfrastructureSnapshot } from "@gennaker/client/gen/infrastructure_service";
import { useCallback, useEffect, useEffectEvent, useRef, useState, useSyncExternalStore } from "react";
import { live } from "./page.ts";
import type { Health, Refusal, Want } from "./protocol.ts";
import type { Changes, ExecutionEntry, Log } from "./store.ts";

export type { Change, Changes, ExecutionEntry, Log } from "./store.ts";
export type { EventRow, Health, Refusal, Want } from "./protocol.ts";

const DO_NOTHING = () => {};

/** One execution with its stages: `execution` once it is known, `error` if it can't be read, `removed` when it is gone. */
export function useExecution(name: string | undefined): ExecutionEntry {
  return useWanted(name && `executions:${name}`, () => live().entry(name));
}

/**
 * One stage of an execution. The component renders again only when this stage has changed. It wants nothing by itself:
 * some component above it uses `useExecution`.
 */
export function useStage(execution: string, stage: string): StageExecution | undefined {
  const subscribe = useCallback((notify: () => void) => live().onStage(execution, stage, notify), [execution, stage]);
  return useSyncExternalStore(subscribe, () => live().stage(execution, stage));
}

/**
 * A part of an execution. The component renders again only when the part is another by `Object.is`: select a primitive, or
 * a part that keeps its identity (each unchanged stage does). It wants nothing by itself.
 */
export function useExecutionPart<T>(name: string, select: (execution: Execution) => T): T | undefined {
  return useKnown(`executions:${name}`, () => {
    const { execution } = live().entry(name);
    return execution && select(execution);
  });
}

/**
 * The executions of an application, a pipeline, or all (`applications/-`), newest first: those that have not ended, and
 * those that ended since they are watched.
 */
export function useExecutions(subject: string | undefined): readonly Execution[] {
  return useWanted(subject && `executions:${subject}`, () => live().list(subject));
}

/** Whether everything that there is of something wanted has come: before that, an empty list means nothing. */
export function useReady(want: Want): boolean {
  return useKnown(want, () => live().isReady(want));
}

/** Why something wanted can't be had; undefined where it can. */
export function useRefusal(want: Want): Refusal | undefined {
  return useKnown(want, () => live().refusal(want));
}

/** The log of an execution; `complete` once all of it is there. It goes on growing with the execution. */
export function useEvents(name: string | undefined): Log {
  return useWanted(name && `events:${name}`, () => live().log(name));
}

/**
 * An execution as it was after an event; undefined without a sequence. While the answer is on its way, the last one is
 * given. Some component uses `useEvents` of the execution.
 */
export function useExecutionAt(name: string, sequence: number | undefined): Execution | undefined {
  const [shown, show] = useState<{ name: string; execution: Execution | undefined }>();
  const latest = useRef(0);
  useEffect(() => {
    const turn = ++latest.current;
    if (sequence === undefined) return;
    void live()
      .executionAt(name, sequence)
      .then((execution) => {
        if (turn === latest.current) show({ name, execution });
      });
  }, [name, sequence]);
  return sequence !== undefined && shown?.name === name ? shown.execution : undefined;
}

/** The infrastructure of an application (`applications/x`); undefined until it is known. */
export function useInfrastructure(application: string | undefined): InfrastructureSnapshot | undefined {
  return useWanted(application && `infrastructure:${application}`, () => live().infrastructure(application));
}

/** How the connection stands. */
export function useHealth(): Health {
  const subscribe = useCallback((notify: () => void) => live().onHealth(notify), []);
  return useSyncExternalStore(subscribe, () => live().health());
}

/**
 * Calls back when executions of a subject have changed, started or ended, at most once a frame: to read lists again, or to
 * say something. What is known already when the component comes is not told.
 */
export function useLiveEffect(subject: string | undefined, callback: (changes: Changes) => void): void {
  const onChanges = useEffectEvent(callback);
  useEffect(() => {
    if (subject === undefined) return;
    const drop = live().want(`executions:${subject}`, DO_NOTHING);
    const mute = live().onChanges(subject, (changes) => onChanges(changes));
    return () => {
      mute();
      drop();
    };
  }, [subject]);
}

function useWanted<T>(want: Want | "" | undefined, read: () => T): T {
  const subscribe = useCallback((notify: () => void) => (want ? live().want(want, notify) : DO_NOTHING), [want]);
  return useSyncExternalStore(subscribe, read);
}

function useKnown<T>(want: Want, read: () => T): T {
  const subscribe = useCallback((notify: () => void) => live().onChange(want, notify), [want]);
  return useSyncExternalStore(subscribe, read);
}
