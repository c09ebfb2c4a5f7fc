/** The palette: which kind of stage to add, and where. */
import type { StageKindDescriptor } from "@gennaker/client/gen/kinds";
import { type KeyboardEvent, useMemo, useRef, useState } from "react";
import { useText } from "~/i18n/index.tsx";
import { Dialog, EmptyState, SearchBox, Select } from "~/ui/index.ts";
import { type Category, found } from "../model/palette.ts";
import type { Place } from "../model/stages.ts";

/** A place with its words. */
export interface NamedPlace {
  label: string;
  place: Place;
}

interface Props {
  kinds: readonly StageKindDescriptor[];
  /** Where it can go; the first is chosen. */
  places: readonly NamedPlace[];
  onAdd: (kind: StageKindDescriptor, place: Place) => void;
  onClose: () => void;
}

export function AddStage({ kinds, places, onAdd, onClose }: Props) {
  const t = useText();
  const [query, setQuery] = useState("");
  const [where, setWhere] = useState("0");
  const list = useRef<HTMLDivElement>(null);
  const categories = useMemo(() => found(kinds, query), [kinds, query]);
  const place = places[Number(where)]?.place ?? { at: "alone" };
  const first = categories[0]?.kinds[0];
  const move = (event: KeyboardEvent) => {
    const buttons = [...(list.current?.querySelectorAll("button") ?? [])];
    const at = buttons.findIndex((button) => button === document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined || event.target instanceof HTMLSelectElement) return;
    event.preventDefault();
    buttons[Math.max(0, Math.min(at + step, buttons.length - 1))]?.focus();
  };
  return (
    <Dialog title={t("editor.addStage")} onClose={onClose} wide>
      <div className="stack" onKeyDown={move}>
        <div className="palette-top">
          <SearchBox label={t("editor.searchKinds")} value={query} onChange={setQuery}
            onKeyDown={(event) => { if (event.key === "Enter" && first) onAdd(first, place); }} />
          <Select label={t("editor.where")} value={where} onChange={setWhere} options={places.map(({ label }, index) => ({ value: String(index), label }))} />
        </div>
        <div ref={list} className="stack">
          {categories.map((category) => <Group key={category.name} category={category} onPick={(kind) => onAdd(kind, place)} />)}
          {categories.length === 0 && <EmptyState icon="search" title={t("editor.noKinds")} />}
        </div>
      </div>
    </Dialog>
  );
}

function Group({ category, onPick }: { category: Category; onPick: (kind: StageKindDescriptor) => void }) {
  return (
    <section className="palette-group">
      <h3>{category.name}</h3>
      <ul>
        {category.kinds.map((kind) => (
          <li key={kind.kind}>
            <button type="button" onClick={() => onPick(kind)}>
              <strong>{kind.label}</strong>
              <span className="unseen">, </span>
              <span className="muted">{kind.description}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
