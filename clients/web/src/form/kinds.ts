/** The descriptions that forms are built from. They change with the server only. */
import { useQuery } from "@tanstack/react-query";
import type { FieldDescriptor, StageKindDescriptor } from "@gennaker/client/gen/kinds";
import { api } from "~/api/index.ts";

/** The kinds of stages, those that the operator defined included: `custom/NAME`. */
export function useStageKinds(wanted = true) {
  return useQuery({ queryKey: ["stage-kinds"], enabled: wanted, staleTime: Infinity, queryFn: async () => (await api.pipelines.listStageKinds({})).kinds });
}

/** The kinds of triggers. */
export function useTriggerKinds() {
  return useQuery({ queryKey: ["trigger-kinds"], staleTime: Infinity, queryFn: async () => (await api.triggers.listTriggerKinds({})).kinds });
}

/** What the server describes besides kinds. */
export type ResourceKind =
  | "application" | "project" | "pipeline" | "stage" | "trigger" | "parameter" | "concurrency" | "expected_artifact" | "notification" | "load_balancer" | "firewall";

/** The fields of a resource, without those that kinds of stages and triggers add. */
export function useResourceFields(kind: ResourceKind): readonly FieldDescriptor[] | undefined {
  const { data } = useQuery({ queryKey: ["resource-fields"], staleTime: Infinity, queryFn: async () => (await api.system.describeResources({})).resources });
  return data?.find((resource) => resource.kind === kind)?.fields;
}

/** Only some fields of a form, in the order of `names`; all but them with `without`. */
export function pick(fields: readonly FieldDescriptor[], names: readonly string[]): FieldDescriptor[] {
  return names.flatMap((name) => fields.filter((field) => field.path === name));
}

export function without(fields: readonly FieldDescriptor[], names: readonly string[]): FieldDescriptor[] {
  return fields.filter((field) => !names.includes(field.path));
}

/** The description of a kind: `deploy`, or `custom/NAME`. */
export function kindNamed(kinds: readonly StageKindDescriptor[], kind: string): StageKindDescriptor | undefined {
  return kinds.find((one) => one.kind === kind);
}
