/** The lines of a stage as two lists of check boxes: what a drag does, without dragging. */
import { useState } from "react";
import { useText } from "~/i18n/index.tsx";
import { Button, Checkbox, Dialog, SearchBox } from "~/ui/index.ts";
import { closesCycle, connect, disconnect } from "../model/connections.ts";
import { dependenciesOf, findStage, idOf, type JsonObject } from "../model/pipeline.ts";
import { inOrder } from "../model/stages.ts";
import { type Kinds, titleOf } from "../parts/nodes.ts";
import type { Change } from "../session.ts";

interface Props {
  document: JsonObject;
  kinds: Kinds;
  id: string;
  change: Change;
  onClose: () => void;
}

export function Connections({ document, kinds, id, change, onClose }: Props) {
  const t = useText();
  const [query, setQuery] = useState("");
  const stage = findStage(document, id) ?? {};
  const others = inOrder(document).filter((one) => idOf(one) !== id && `${titleOf(one, kinds)} ${idOf(one)}`.toLowerCase().includes(query.toLowerCase()));
  const list = (from: (other: string) => string, to: (other: string) => string) => others.map((other) => {
    const key = idOf(other);
    const [before, after] = [from(key), to(key)];
    const connected = dependenciesOf(findStage(document, after) ?? {}).includes(before);
    const cycle = !connected && closesCycle(document, before, after);
    return (
      <li key={key}>
        <Checkbox label={`${titleOf(other, kinds)} (${key})`} checked={connected} disabled={cycle} help={cycle ? t("editor.wouldCycle") : undefined}
          onChange={(wanted) => change(wanted ? connect(document, before, after) : disconnect(document, before, after))} />
      </li>
    );
  });
  return (
    <Dialog title={t("editor.connectionsOf", { name: titleOf(stage, kinds) })} onClose={onClose} wide footer={<Button tone="primary" onClick={onClose}>{t("editor.done")}</Button>}>
      <SearchBox label={t("editor.searchStages")} value={query} onChange={setQuery} />
      <div className="columns">
        <section><h3>{t("editor.runsAfter")}</h3><ul className="plain-list">{list((other) => other, () => id)}</ul></section>
        <section><h3>{t("editor.runsBefore")}</h3><ul className="plain-list">{list(() => id, (other) => other)}</ul></section>
      </div>
      {others.length === 0 && <p className="muted">{t("editor.noStagesFound")}</p>}
    </Dialog>
  );
}
