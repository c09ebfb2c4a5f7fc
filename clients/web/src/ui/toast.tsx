/** Short messages that go away by themselves: what was done, with a link to follow it. */
import { useSyncExternalStore } from "react";
import { Link } from "wouter";
import { useText } from "~/i18n/index.tsx";
import { IconButton } from "./button.tsx";
import "./toast.css";

interface Toast {
  id: number;
  text: string;
  link?: { to: string; label: string } | undefined;
}

let toasts: readonly Toast[] = [];
let last = 0;
const listeners = new Set<() => void>();

function set(next: readonly Toast[]) {
  toasts = next;
  for (const listener of listeners) listener();
}

/** Says that something was done. */
export function toast(text: string, link?: Toast["link"]): void {
  const id = ++last;
  set([...toasts.slice(-2), { id, text, link }]);
  setTimeout(() => dismiss(id), 8000);
}

function dismiss(id: number) {
  set(toasts.filter((one) => one.id !== id));
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Where the messages show up; once, in the frame. */
export function Toasts() {
  const t = useText();
  const shown = useSyncExternalStore(subscribe, () => toasts);
  return (
    <div className="toasts" role="status" aria-live="polite">
      {shown.map((one) => (
        <div key={one.id} className="toast">
          <span className="grow">{one.text}</span>
          {one.link && <Link href={one.link.to}>{one.link.label}</Link>}
          <IconButton small icon="close" label={t("common.close")} onClick={() => dismiss(one.id)} />
        </div>
      ))}
    </div>
  );
}
