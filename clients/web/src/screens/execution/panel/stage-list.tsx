/** The stages that a stage has made, as a tree. */
import { type StageExecution, StageExecution_Position } from "@gennaker/client/gen/execution";
import { type TextKey, useText } from "~/i18n/index.tsx";
import { Elapsed, StatusBadge } from "~/ui/index.ts";
import { lookOf } from "../model/nodes.ts";

const POSITIONS: Partial<Record<StageExecution_Position, TextKey>> = {
  [StageExecution_Position.BEFORE]: "execution.before",
  [StageExecution_Position.AFTER]: "execution.afterwards",
  [StageExecution_Position.ON_FAILURE]: "execution.afterFailure",
};

interface Props {
  stages: readonly StageExecution[];
  byParent: ReadonlyMap<string, readonly StageExecution[]>;
  onSelect: (stage: string) => void;
}

export function StageList({ stages, byParent, onSelect }: Props) {
  const t = useText();
  return (
    <ul className="stage-list">
      {stages.map((stage) => {
        const position = POSITIONS[stage.position];
        const inner = byParent.get(stage.id) ?? [];
        return (
          <li key={stage.id}>
            <div className="row">
              <button type="button" className="link-button grow" onClick={() => onSelect(stage.id)}>{stage.name}</button>
              {position && <span className="muted">{t(position)}</span>}
              <StatusBadge look={lookOf(stage)} bare />
              <span className="task-time muted"><Elapsed start={stage.startTime} end={stage.endTime} /></span>
            </div>
            {inner.length > 0 && <StageList stages={inner} byParent={byParent} onSelect={onSelect} />}
          </li>
        );
      })}
    </ul>
  );
}
