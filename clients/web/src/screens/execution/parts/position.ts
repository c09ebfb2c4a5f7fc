/** The event up to which an execution is shown. */
import { useCallback, useEffect, useRef, useState } from "react";
import type { View } from "./view.ts";

/** How long a position must stand before it gets into the address: browsers refuse addresses that change all the time. */
const PAUSE = 300;

/** The position, which the address follows; and it follows the address, when somebody goes back there. */
export function usePosition({ at: written }: View, change: (view: Partial<View>) => void): [number | undefined, (at: number | undefined) => void] {
  const [at, setAt] = useState(written);
  const own = useRef(written);
  useEffect(() => {
    if (written === own.current) return;
    own.current = written;
    setAt(written);
  }, [written]);
  useEffect(() => {
    if (at === own.current) return;
    const timer = setTimeout(() => {
      own.current = at;
      change({ at });
    }, at === undefined ? 0 : PAUSE);
    return () => clearTimeout(timer);
  }, [at, change]);
  return [at, useCallback((next: number | undefined) => setAt(next), [])];
}
