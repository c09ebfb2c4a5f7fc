/** Tells screen readers what matters of an execution, and not more often than one can listen. */
import { useEffect, useRef, useState } from "react";
import { useText } from "~/i18n/index.tsx";
import { useLiveEffect } from "~/live/index.ts";
import { newsOf } from "../model/news.ts";

/** The shortest time between two messages, in milliseconds. */
const PAUSE = 2000;

/** A polite live region. Only waits for people, failures and the end are said; what comes faster is said together. */
export function Announcer({ name }: { name: string }) {
  const t = useText();
  const [said, say] = useState("");
  const waiting = useRef<string[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const speak = () => {
    timer.current = undefined;
    if (waiting.current.length === 0) return;
    say(waiting.current.splice(0).join(" "));
    timer.current = setTimeout(speak, PAUSE);
  };
  useLiveEffect(name, ({ changes }) => {
    for (const { before, after } of changes) {
      if (before) waiting.current.push(...newsOf(before, after).map(({ key, values }) => t(key, values)));
    }
    if (timer.current === undefined) speak();
  });
  useEffect(() => () => clearTimeout(timer.current), []);
  return <div className="unseen" role="status" aria-live="polite">{said}</div>;
}
