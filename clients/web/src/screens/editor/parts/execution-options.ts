/** The last executions of a pipeline as choices: when, by whom and why. */
import { useLanguage, useText } from "~/i18n/index.tsx";
import { EXECUTION_LOOKS, local, millis, type Option } from "~/ui/index.ts";
import { useLastExecutions } from "../queries.ts";

export function useExecutionOptions(name: string, made: boolean): Option[] {
  const t = useText();
  const language = useLanguage();
  const [, application = "", , pipeline = ""] = name.split("/");
  const { data = [], dataUpdatedAt } = useLastExecutions(application, pipeline, 20, made);
  return data.map((one) => ({
    value: one.name,
    label: [local(millis(one.createTime) ?? 0, language, dataUpdatedAt), t(EXECUTION_LOOKS[one.status].text), one.cause?.actor, one.cause?.reason].filter(Boolean).join(" · "),
  }));
}
