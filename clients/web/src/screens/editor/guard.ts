/** Asks before unsaved edits are left. They are kept as a draft in any case. */
import { useEffect, useRef, useState } from "react";
import { useLocation } from "wouter";

/** A departure that waits for an answer. */
export interface Departure {
  leave: () => void;
  stay: () => void;
}

/** Holds up whoever leaves the page while there are unsaved edits; gives the departure to ask about. */
export function useLeaveGuard(dirty: boolean): Departure | undefined {
  const [target, setTarget] = useState<URL>();
  const [, go] = useLocation();
  const open = useRef(false);
  useEffect(() => {
    if (!dirty) return;
    const warn = (event: BeforeUnloadEvent) => {
      if (!open.current) event.preventDefault();
    };
    addEventListener("beforeunload", warn);
    const unhook = onNavigation((to) => {
      if (open.current || to.pathname === location.pathname) return false;
      setTarget(to);
      return true;
    });
    return () => {
      removeEventListener("beforeunload", warn);
      unhook();
    };
  }, [dirty]);
  if (!target) return undefined;
  return {
    stay: () => setTarget(undefined),
    leave: () => {
      open.current = true;
      setTarget(undefined);
      go(withoutBase(target));
    },
  };
}

/** Sees each navigation inside the page before it happens; what `hold` keeps does not happen. Where the browser has no
 * Navigation API, links are seen, and the draft is the net for the rest. */
function onNavigation(hold: (to: URL) => boolean): () => void {
  if ("navigation" in window) {
    const see = (event: NavigateEvent) => {
      const to = new URL(event.destination.url);
      if (event.cancelable && event.destination.sameDocument && hold(to)) event.preventDefault();
    };
    window.navigation.addEventListener("navigate", see);
    return () => window.navigation.removeEventListener("navigate", see);
  }
  const see = (event: MouseEvent) => {
    const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
    if (!(link instanceof HTMLAnchorElement) || link.origin !== location.origin || !hold(new URL(link.href))) return;
    event.preventDefault();
    event.stopPropagation();
  };
  document.addEventListener("click", see, true);
  return () => document.removeEventListener("click", see, true);
}

/** The address as the routes know it. */
function withoutBase(to: URL): string {
  const base = new URL(".", document.baseURI).pathname.replace(/\/$/, "");
  return `${to.pathname.slice(base.length) || "/"}${to.search}`;
}
