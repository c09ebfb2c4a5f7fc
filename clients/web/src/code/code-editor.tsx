/** A field for code, loaded when it is needed. */
import { lazy, Suspense } from "react";
import { useText } from "~/i18n/index.tsx";
import "./code.css";

/** What the text is in. `expression` is a text with `${ }` in it, `expression-alone` is the expression itself. */
export type Language = "json" | "yaml" | "expression" | "expression-alone" | "text";

/** Something about a part of the text: a line, from 1, or places in it, from 0. */
export interface CodeDiagnostic {
  line?: number;
  from?: number;
  to?: number;
  message: string;
  severity: "error" | "warning" | "info";
}

interface CodeEditorProps {
  language: Language;
  value: string;
  onChange?: ((value: string) => void) | undefined;
  /** The name for screen readers. */
  label: string;
  diagnostics?: readonly CodeDiagnostic[] | undefined;
  readOnly?: boolean | undefined;
  /** The height in CSS, `60vh` for instance. Without one it is as high as its text, up to a limit. */
  height?: string | undefined;
  id?: string | undefined;
  describedBy?: string | undefined;
  invalid?: boolean | undefined;
  /** How one leaves it by keyboard is not said below it. */
  hideHelp?: boolean | undefined;
}

const Mirror = lazy(() => import("./mirror.tsx"));

/** An editor with highlighting. Tab indents; Escape and then Tab leaves it, which the line below says. */
export function CodeEditor({ hideHelp, ...props }: CodeEditorProps) {
  const t = useText();
  return (
    <div className="code" style={props.height ? { height: props.height } : undefined}>
      <Suspense fallback={<pre className="code-waiting" style={props.height ? { height: props.height } : undefined}>{props.value}</pre>}>
        <Mirror {...props} />
      </Suspense>
      {!hideHelp && !props.readOnly && <span className="code-help muted">{t("code.leave")}</span>}
    </div>
  );
}
