import { useEffect, useState } from "react";
import { useLanguage, useText } from "~/i18n/index.tsx";
import { Badge, Button, IconButton, local, Select, useNow } from "~/ui/index.ts";
import { type Speed, SPEEDS, step } from "./replay.ts";
import "./scrubber.css";

interface Props {
  /** When each event happened, in milliseconds, in order. */
  readonly times: readonly number[];
  /** How many of them are shown, from 0 to all; not given while it is live. */
  readonly position: number | undefined;
  /** A position was chosen; none to be live again. */
  readonly onChange: (position: number | undefined) => void;
}

/** Walks through the events of an execution: a slider over them, one by one, or played as they came. */
export function Scrubber({ times, position, onChange }: Props) {
  const t = useText();
  const language = useLanguage();
  const [playing, setPlaying] = useState(false);
  const [speed, setSpeed] = useState<Speed>("fit");
  const now = useNow(false);
  const count = times.length;
  const shown = Math.min(position ?? count, count);
  const live = position === undefined;
  usePlaying(playing && !live, times, shown, speed, (next) => {
    onChange(next);
    if (next >= count) setPlaying(false);
  });

  const go = (to: number) => {
    setPlaying(false);
    onChange(Math.min(count, Math.max(0, to)));
  };
  const play = () => {
    setPlaying(true);
    if (live || shown >= count) onChange(0);
  };
  const time = times[Math.max(0, shown - 1)];
  const clock = time === undefined ? "–" : local(time, language, now);
  return (
    <div className="scrubber" role="group" aria-label={t("graph.replay")}>
      <IconButton small icon="back" label={t("graph.back")} disabled={shown <= 0} onClick={() => go(shown - 1)} />
      <IconButton small icon={playing && !live ? "pause" : "play"} label={t(playing && !live ? "graph.pause" : "graph.play")} disabled={count === 0}
        onClick={() => (playing && !live ? setPlaying(false) : play())} />
      <IconButton small icon="chevron" label={t("graph.forward")} disabled={live || shown >= count} onClick={() => go(shown + 1)} />
      <input type="range" min={0} max={count} step={1} value={shown} disabled={count === 0} aria-label={t("graph.replay")}
        aria-valuetext={t("graph.position", { position: shown, count, time: clock })} onChange={(event) => go(event.target.valueAsNumber)} />
      <span className="scrubber-place">{t("graph.events", { position: shown, count })}<time>{clock}</time></span>
      <Select label={t("graph.speed")} hideLabel value={speed} onChange={(next) => setSpeed(SPEEDS.find((known) => known === next) ?? "fit")}
        options={SPEEDS.map((value) => ({ value, label: value === "fit" ? t("graph.speedFit") : `${value}×` }))} />
      {live
        ? <Badge tone="ok" icon="bolt">{t("graph.live")}</Badge>
        : <Button small icon="bolt" onClick={() => { setPlaying(false); onChange(undefined); }}>{t("graph.goLive")}</Button>}
    </div>
  );
}

/** Goes on to the next events while it plays. */
function usePlaying(playing: boolean, times: readonly number[], position: number, speed: Speed, onStep: (position: number) => void) {
  useEffect(() => {
    if (!playing || position >= times.length) return undefined;
    const next = step(times, position, speed);
    const timer = setTimeout(() => onStep(next.position), next.after);
    return () => clearTimeout(timer);
  }, [playing, times, position, speed]);
}
