/** Changes the capacity of one server group or of many. */
import type { TrafficGuard } from "@gennaker/client/gen/application";
import type { ServerGroup } from "@gennaker/client/gen/server_group";
import { useState } from "react";
import { lastId } from "~/api/names.ts";
import { useText } from "~/i18n/index.tsx";
import { Button, Select, TextField } from "~/ui/index.ts";
import { operationOn, type Resize } from "../model/action.ts";
import { capacityOf, effectOf } from "../model/effect.ts";
import { OperationDialog } from "./operation-dialog.tsx";
import { TargetList } from "./target-list.tsx";

interface Props {
  targets: readonly ServerGroup[];
  all: readonly ServerGroup[];
  guards: readonly TrafficGuard[];
  onClose: () => void;
  onStarted: () => void;
}

type Mode = Resize["mode"];
const MODES: readonly Mode[] = ["exact", "up", "down"];
const MODE_TEXTS = { exact: "clusters.resizeExact", up: "clusters.resizeUp", down: "clusters.resizeDown" } as const;

/** What stands in the fields. */
interface Fields {
  mode: Mode;
  min: string;
  desired: string;
  max: string;
  by: string;
  unit: "count" | "percent";
}

export function ResizeDialog({ targets, all, guards, onClose, onStarted }: Props) {
  const t = useText();
  const [fields, setFields] = useState<Fields>(() => beginning(targets));
  const set = (part: Partial<Fields>) => setFields({ ...fields, ...part });
  const { resize, ordered } = read(fields);
  const [first] = targets;
  if (!first) return null;
  const title = t("clusters.resizeTitle", { name: targets.length === 1 ? lastId(first.name) : t("clusters.many", { count: targets.length }) });
  const action = resize && { kind: "resize" as const, resize };
  return (
    <OperationDialog title={title} action={t("clusters.resize")} application={first.application} blocked={!action} onClose={onClose} onStarted={onStarted}
      operations={action ? targets.map((group) => operationOn(group, action)) : []} effect={effectOf(action ? targets.map((group) => ({ group, action })) : [], all, guards)}>
      <TargetList targets={targets} />
      <div className="mode-tabs" role="group" aria-label={t("clusters.resizeHow")}>
        {MODES.map((mode) => <Button key={mode} small aria-pressed={fields.mode === mode} onClick={() => set({ mode })}>{t(MODE_TEXTS[mode])}</Button>)}
      </div>
      {fields.mode === "exact" ? (
        <div className="number-fields">
          {(["min", "desired", "max"] as const).map((part) => <Count key={part} label={t(`clusters.${part}`)} value={fields[part]} problem={part === "desired" && !ordered ? t("clusters.capacityOrder") : undefined} onChange={(value) => set(along(fields, part, value))} />)}
        </div>
      ) : (
        <div className="number-fields">
          <Count label={t("clusters.amount")} value={fields.by} onChange={(by) => set({ by })} />
          <Select label={t("clusters.unit")} value={fields.unit} onChange={(unit) => set({ unit: unit === "percent" ? "percent" : "count" })}
            options={[{ value: "count", label: t("clusters.unitCount") }, { value: "percent", label: t("clusters.unitPercent") }]} />
        </div>
      )}
    </OperationDialog>
  );
}

function Count({ label, value, problem, onChange }: { label: string; value: string; problem?: string | undefined; onChange: (value: string) => void }) {
  return <TextField label={label} type="number" min={0} max={10000} step={1} inputMode="numeric" value={value} problem={problem} onChange={onChange} />;
}

function beginning(targets: readonly ServerGroup[]): Fields {
  const { min, desired, max } = targets[0] ? capacityOf(targets[0]) : { min: 1, desired: 1, max: 1 };
  return { mode: "exact", min: String(min), desired: String(desired), max: String(max), by: "1", unit: "count" };
}

/** A desired number takes the bounds with it while all three were the same, as they are without automatic scaling. */
function along(fields: Fields, part: "min" | "desired" | "max", value: string): Partial<Fields> {
  const together = fields.min === fields.desired && fields.desired === fields.max;
  return part === "desired" && together ? { min: value, desired: value, max: value } : { [part]: value };
}

function read({ mode, min, desired, max, by, unit }: Fields): { resize: Resize | undefined; ordered: boolean } {
  if (mode !== "exact") {
    const amount = whole(by);
    return { resize: amount !== undefined && amount > 0 ? { mode, unit, by: amount } : undefined, ordered: true };
  }
  const [low, wanted, high] = [whole(min), whole(desired), whole(max)];
  if (low === undefined || wanted === undefined || high === undefined) return { resize: undefined, ordered: true };
  const ordered = low <= wanted && wanted <= high;
  return { resize: ordered ? { mode, min: low, desired: wanted, max: high } : undefined, ordered };
}

function whole(text: string): number | undefined {
  const number = Number(text);
  return text.trim() !== "" && Number.isInteger(number) && number >= 0 && number <= 10_000 ? number : undefined;
}
