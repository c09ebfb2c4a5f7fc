/** The execution that works on a server group now, or failed to. */
import { Link } from "wouter";
import { lastId, stageScreen } from "~/api/names.ts";
import { useText } from "~/i18n/index.tsx";
import { isActive } from "~/screens/executions/strip.ts";
import { EXECUTION_LOOKS, Icon } from "~/ui/index.ts";
import type { Work } from "../model/operations.ts";
import "./work-badge.css";

export function WorkBadge({ work: { execution, stage } }: { work: Work }) {
  const t = useText();
  const { tone, icon, text } = EXECUTION_LOOKS[execution.status];
  const title = execution.pipeline === "" ? execution.displayName : `${execution.displayName || lastId(execution.pipeline)}: ${stage.name}`;
  return (
    <Link href={stageScreen(execution.name, stage.id)} className="work-badge" data-tone={tone} title={execution.failure?.message}>
      <span className="badge" data-tone={tone} data-bare="" data-spin={isActive(execution) || undefined}><Icon name={icon} />{t(text)}</span>
      <span className="ellipsis">{title}</span>
    </Link>
  );
}
