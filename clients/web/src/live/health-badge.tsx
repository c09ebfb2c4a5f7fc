/** How the live connection stands. */
import { useEffect, useState } from "react";
import { useLanguage, useText } from "~/i18n/index.tsx";
import { Badge, type IconName, local, type Tone } from "~/ui/index.ts";
import { useHealth } from "./hooks.ts";
import type { Health } from "./protocol.ts";
import "./health-badge.css";

/** What lasts shorter than this is not said to those who listen. */
const SAID_AFTER_MS = 2_000;

const LOOKS = {
  connecting: { tone: "idle", icon: "running" },
  live: { tone: "ok", icon: "bolt" },
  reconnecting: { tone: "waiting", icon: "running" },
  stale: { tone: "failed", icon: "warning" },
} as const satisfies Record<Exclude<Health["state"], "idle">, { tone: Tone; icon: IconName }>;

/** How the live connection stands, as a badge; nothing where the page follows nothing. */
export function HealthBadge() {
  const t = useText();
  const language = useLanguage();
  const health = useHealth();
  const time = health.state === "stale" ? local(health.since, language, Date.now()) : "";
  const text = health.state === "idle" ? "" : t(`live.${health.state}`, { time });
  const said = useSaid(health.state, text);
  if (health.state === "idle") return null;
  const { tone, icon } = LOOKS[health.state];
  return (
    <span className="health" data-state={health.state}>
      <Badge tone={tone} icon={icon} title={t(`live.${health.state}Help`, { time })}>{text}</Badge>
      <span role="status" className="unseen">{said}</span>
    </span>
  );
}

/** What is said: breaks that last, and that they are over. */
function useSaid(state: Health["state"], text: string): string {
  const [said, say] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => {
      if (state === "reconnecting" || state === "stale") say(text);
      else if (state === "live") say((before) => before && text);
    }, SAID_AFTER_MS);
    return () => clearTimeout(timer);
  }, [state, text]);
  return said;
}
