/** A search box that tells what was typed once nobody has typed for a moment. */
import { useEffect, useEffectEvent, useState } from "react";
import { SearchBox } from "~/ui/index.ts";

const PAUSE_MS = 250;

export function DebouncedSearch({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  const [typed, setTyped] = useState(value);
  const [known, setKnown] = useState(value);
  // Somebody else changed the value: the filter was cleared, or the address is another.
  if (known !== value) {
    setKnown(value);
    setTyped(value);
  }
  const tell = useEffectEvent(() => {
    if (typed.trim() !== value) onChange(typed.trim());
  });
  useEffect(() => {
    const timer = setTimeout(tell, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return <SearchBox label={label} value={typed} onChange={setTyped} />;
}
