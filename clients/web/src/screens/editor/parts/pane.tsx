/** The side of the forms: the chosen stage, and the settings of the pipeline. */
import { useText } from "~/i18n/index.tsx";
import { Tabs } from "~/ui/index.ts";
import type { Commands } from "../commands.ts";
import type { Problem } from "../model/paths.ts";
import type { Session } from "../session.ts";
import type { Kinds } from "./nodes.ts";
import { type Part, PARTS, partOf } from "./part.ts";
import { SettingsPane } from "./settings-pane.tsx";
import { StagePane } from "./stage-pane.tsx";
import { TriggersPane } from "./triggers-pane.tsx";

interface Props {
  session: Session;
  commands: Commands;
  kinds: Kinds;
  problems: readonly Problem[];
  part: Part;
  onPart: (part: Part) => void;
}

export function Pane({ session, commands, kinds, problems, part, onPart }: Props) {
  const t = useText();
  const count = (one: Part) => problems.filter(({ path }) => partOf(path[0]) === one).length;
  const tabs = PARTS.map((one) => ({ id: one, label: <>{t(`editor.part_${one}`)}{one !== "stage" && count(one) > 0 && <span className="tab-count">{t("editor.problemCount", { count: count(one) })}</span>}</> }));
  return (
    <Tabs label={t("editor.parts")} tabs={tabs} selected={part} onSelect={onPart}>
      <div className="pane-body">
        {part === "stage" ? <StagePane session={session} commands={commands} kinds={kinds} problems={problems} />
          : part === "triggers" ? <TriggersPane name={session.name} made={session.saved.etag !== ""} />
          : <SettingsPane key={part} session={session} part={part} problems={problems} />}
      </div>
    </Tabs>
  );
}
