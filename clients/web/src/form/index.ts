/** Forms from the server's descriptions. */
export { Combobox, matching } from "./combobox.tsx";
export type { FormContext, Named, StageSummary } from "./context.tsx";
export { durationJson, secondsOf, secondsOfJson, writtenDuration } from "./durations.ts";
export { FieldsForm, type FieldsFormProps } from "./fields-form.tsx";
export { kindNamed, pick, type ResourceKind, useResourceFields, useStageKinds, useTriggerKinds, without } from "./kinds.ts";
export { jsonName } from "./paths.ts";
export { NO_PROBLEMS, type Problems, problemsAt, problemsOf, together, type Violation, within } from "./problems.ts";
export { kindOfStage, StageForm, type StageFormProps } from "./stage-form.tsx";
export { type Finding, type Scope, validateFields } from "./validate.ts";
