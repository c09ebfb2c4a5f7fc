/** What a screen shows is in its address: filters, the selected stage, the tab. */
import { useCallback } from "react";
import { useSearchParams } from "wouter";

/** A parameter of the address and how to change it; empty when it isn't there. Changing it makes no new entry in the history
 * of the browser, unless `push` is set. */
export function useParameter(name: string, options: { push?: boolean } = {}): [value: string, set: (value: string) => void] {
  const [parameters, setParameters] = useSearchParams();
  const replace = !options.push;
  const set = useCallback((value: string) => {
    setParameters((before) => {
      const next = new URLSearchParams(before);
      if (value) next.set(name, value);
      else next.delete(name);
      return next;
    }, { replace });
  }, [name, replace, setParameters]);
  return [parameters.get(name) ?? "", set];
}
