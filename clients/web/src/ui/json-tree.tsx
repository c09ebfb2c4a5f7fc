/** JSON values, folded where they are big. Everything is shown as text. */
import { useState } from "react";
import type { JsonValue } from "@bufbuild/protobuf";
import "./json-tree.css";

interface Props {
  value: JsonValue;
  /** The name before the value. */
  name?: string;
  /** How many levels are open at first. */
  open?: number;
}

/** A value with everything in it. */
export function JsonTree({ value, name, open = 2 }: Props) {
  // What is folded is made when it is first opened.
  const [shown, setShown] = useState(open > 0);
  const label = name === undefined ? null : <span className="json-name">{name}: </span>;
  if (value === null || typeof value !== "object") {
    return <div className="json-leaf">{label}<Leaf value={value} /></div>;
  }
  const entries = Array.isArray(value) ? value.map((item, index) => [String(index), item] as const) : Object.entries(value);
  const hint = Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`;
  if (entries.length === 0) return <div className="json-leaf">{label}<span className="muted">{Array.isArray(value) ? "[]" : "{}"}</span></div>;
  return (
    <details className="json" open={open > 0} onToggle={(event) => event.currentTarget.open && setShown(true)}>
      <summary>{label}<span className="muted">{hint}</span></summary>
      {shown && entries.map(([key, item]) => <JsonTree key={key} name={key} value={item} open={open - 1} />)}
    </details>
  );
}

function Leaf({ value }: { value: string | number | boolean | null }) {
  return <span className="json-value" data-type={value === null ? "null" : typeof value}>{typeof value === "string" ? value : String(value)}</span>;
}
