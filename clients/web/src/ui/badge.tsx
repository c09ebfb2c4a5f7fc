/** Badges: a word with an icon and a colour that all say the same. */
import type { ReactNode } from "react";
import type { TextKey } from "~/i18n/index.tsx";
import { useText } from "~/i18n/index.tsx";
import { Icon, type IconName } from "./icon.tsx";
import "./badge.css";

/** The colour of a badge; `idle` is neither good nor bad. */
export type Tone = "ok" | "running" | "waiting" | "failed" | "idle";

/** How a status is shown. */
export interface Look {
  tone: Tone;
  icon: IconName;
  /** The key of its word. */
  text: TextKey;
}

/** A badge of any text. */
export function Badge({ tone = "idle", icon, children, bare, title }:
  { tone?: Tone; icon?: IconName | undefined; children: ReactNode; bare?: boolean; title?: string | undefined }) {
  return (
    <span className="badge" data-tone={tone} data-bare={bare || undefined} data-spin={icon === "running" || undefined} title={title}>
      {icon && <Icon name={icon} />}
      {children}
    </span>
  );
}

/** The badge of a status; see `~/ui/looks` for how each sort of status looks. */
export function StatusBadge({ look, bare }: { look: Look; bare?: boolean }) {
  const t = useText();
  return <Badge tone={look.tone} icon={look.icon} bare={bare ?? false}>{t(look.text)}</Badge>;
}
