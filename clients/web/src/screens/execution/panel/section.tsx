/** A part of the panel that can be folded. What is in it is made only while it is open. */
import { type ReactNode, useState } from "react";

export function Section({ title, open = false, children }: { title: string; open?: boolean; children: ReactNode }) {
  const [shown, show] = useState(open);
  return (
    <details className="stage-section" open={shown} onToggle={(event) => show(event.currentTarget.open)}>
      <summary><h3>{title}</h3></summary>
      {shown && <div className="stage-section-body">{children}</div>}
    </details>
  );
}
