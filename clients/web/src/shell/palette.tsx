/** The palette: type a few letters, go there. A combobox by the WAI-ARIA pattern. */
import { type KeyboardEvent, useDeferredValue, useId, useState } from "react";
import { useLocation } from "wouter";
import { useText } from "~/i18n/index.tsx";
import { Dialog, Icon } from "~/ui/index.ts";
import { match } from "./matching.ts";
import { useMainLinks } from "./navigation.tsx";
import { type Place, useFoundExecutions, usePlaces } from "./places.ts";
import "./palette.css";

/** The most results that are shown. */
const SHOWN = 40;

export function Palette({ onClose }: { onClose: () => void }) {
  const t = useText();
  const [, go] = useLocation();
  const list = useId();
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const wanted = useDeferredValue(query.trim());
  const pages: Place[] = useMainLinks().map(({ to, label, icon }) => ({ to, label, icon, kind: t("shell.pages") }));
  const places = [...pages, ...usePlaces()];
  const found = [...match(wanted, places, (place) => place.label).slice(0, SHOWN), ...useFoundExecutions(wanted)];
  const current = Math.min(at, found.length - 1);
  const open = (place: Place | undefined) => {
    if (!place) return;
    onClose();
    go(place.to);
  };
  const press = (event: KeyboardEvent) => {
    const to = { ArrowDown: current + 1, ArrowUp: current - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      setAt((to + found.length) % Math.max(1, found.length));
    }
    if (event.key === "Enter") open(found[current]);
  };
  return (
    <Dialog title={t("shell.palette")} onClose={onClose}>
      <input className="input" autoFocus role="combobox" aria-expanded="true" aria-controls={list} aria-label={t("common.search")} aria-autocomplete="list"
        aria-activedescendant={found.length > 0 ? `${list}-${current}` : undefined} placeholder={t("shell.paletteHint")} value={query}
        onChange={(event) => { setQuery(event.target.value); setAt(0); }} onKeyDown={press} />
      <ul id={list} role="listbox" aria-label={t("shell.palette")} className="palette-list">
        {found.map((place, index) => (
          <li key={place.to} id={`${list}-${index}`} role="option" aria-selected={index === current} onClick={() => open(place)} onPointerMove={() => setAt(index)}
            ref={(row) => { if (index === current) row?.scrollIntoView({ block: "nearest" }); }}>
            <Icon name={place.icon} />
            <span className="ellipsis">{place.label}</span>
            <span className="palette-kind">{place.kind}</span>
          </li>
        ))}
      </ul>
      <p className="muted" role="status">{found.length === 0 ? t("shell.paletteEmpty", { query: wanted }) : t("shell.paletteResults", { count: found.length })}</p>
    </Dialog>
  );
}
