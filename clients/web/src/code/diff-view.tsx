/** Differences between texts, and bringing two of them together. */
import { lazy, Suspense, useSyncExternalStore } from "react";
import { useText } from "~/i18n/index.tsx";
import { Spinner } from "~/ui/index.ts";
import type { Language } from "./code-editor.tsx";
import "./code.css";

const Merge = lazy(() => import("./merge.tsx"));

/** Two texts beside each other need about this much room. */
const WIDE = "(min-width: 900px)";

function useWide(): boolean {
  return useSyncExternalStore(
    (changed) => {
      const query = matchMedia(WIDE);
      query.addEventListener("change", changed);
      return () => query.removeEventListener("change", changed);
    },
    () => matchMedia(WIDE).matches,
  );
}

interface DiffProps {
  before: string;
  after: string;
  language?: Language;
  /** Default: beside each other where there is room. */
  unified?: boolean | undefined;
  beforeLabel?: string | undefined;
  afterLabel?: string | undefined;
  height?: string | undefined;
}

/** What is different in two texts. What is the same is folded. */
export function DiffView({ before, after, language = "text", unified, beforeLabel, afterLabel, height }: DiffProps) {
  const t = useText();
  const wide = useWide();
  const [left, right] = [beforeLabel ?? t("code.before"), afterLabel ?? t("code.after")];
  const single = unified ?? !wide;
  return (
    <div className="code">
      {!single && <Titles left={left} right={right} />}
      <Suspense fallback={<Spinner />}>
        <Merge left={before} right={after} leftLabel={left} rightLabel={right} language={language} unified={single} takeLabel={t("code.take")} keepLabel={t("code.keep")} foldedLabel={t("code.unchanged", { count: "$" })} height={height} />
      </Suspense>
    </div>
  );
}

interface MergeViewProps {
  mine: string;
  theirs: string;
  /** Called with what `mine` has become. */
  onChange: (text: string) => void;
  language?: Language;
  mineLabel?: string | undefined;
  theirsLabel?: string | undefined;
  height?: string | undefined;
}

/** Brings two versions together: theirs at the left, mine at the right, which can be changed and can take over parts. */
export function MergeView({ mine, theirs, onChange, language = "json", mineLabel, theirsLabel, height }: MergeViewProps) {
  const t = useText();
  const wide = useWide();
  const [left, right] = [theirsLabel ?? t("code.theirs"), mineLabel ?? t("code.mine")];
  return (
    <div className="code">
      {wide && <Titles left={left} right={right} />}
      <Suspense fallback={<Spinner />}>
        <Merge left={theirs} right={mine} leftLabel={left} rightLabel={right} language={language} unified={!wide} onChange={onChange} takeLabel={t("code.take")} keepLabel={t("code.keep")} foldedLabel={t("code.unchanged", { count: "$" })} height={height} />
      </Suspense>
      <span className="code-help muted">{t("code.mergeHelp")}</span>
    </div>
  );
}

function Titles({ left, right }: { left: string; right: string }) {
  return <div className="code-merge-titles" aria-hidden="true"><span>{left}</span><span>{right}</span></div>;
}
