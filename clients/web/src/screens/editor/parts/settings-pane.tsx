/** What belongs to the pipeline as a whole: forms from the server's description of a pipeline. */
import type { FieldDescriptor } from "@gennaker/client/gen/kinds";
import { useMemo } from "react";
import { FieldsForm, jsonName, pick, problemsAt, useResourceFields } from "~/form/index.ts";
import { Spinner } from "~/ui/index.ts";
import { settingsOf } from "../local.ts";
import type { JsonObject } from "../model/json.ts";
import type { Problem } from "../model/paths.ts";
import { typedIn } from "../model/typing.ts";
import type { Session } from "../session.ts";
import { useFormContext } from "./form-context.ts";
import { type Part, partOf } from "./part.ts";

interface Props {
  session: Session;
  part: Exclude<Part, "stage" | "triggers">;
  problems: readonly Problem[];
}

export function SettingsPane({ session: { name, document, change }, part, problems }: Props) {
  const all = useResourceFields("pipeline");
  const context = useFormContext(name, document, undefined, undefined);
  const fields = useMemo(() => all && fieldsOf(all, part), [all, part]);
  const wrong = useMemo(() => problemsAt(problems.map(({ field, text }) => ({ field, description: text }))), [problems]);
  if (!fields) return <Spinner />;
  const take = (next: JsonObject) => change(next, typing(document, next));
  return <FieldsForm fields={fields} value={document} onChange={take} problems={wrong} context={context} />;
}

/** Its fields in the order that the server gives, the usual ones first. */
function fieldsOf(all: readonly FieldDescriptor[], part: Part): FieldDescriptor[] {
  const own = settingsOf(all).filter((field) => partOf(jsonName(field.path)) === part);
  const first = pick(own, ["display_name", "description", "disabled", "labels"]);
  return [...first, ...own.filter((field) => !first.includes(field))];
}

function typing(before: JsonObject, after: JsonObject): { what?: string } {
  const what = typedIn(before, after);
  return what === undefined ? {} : { what };
}
