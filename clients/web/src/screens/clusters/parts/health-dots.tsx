/** The instances of a server group at a glance: a shape and a colour for each, and the numbers in words. */
import type { Instance, InstanceCounts } from "@gennaker/client/gen/server_group";
import { lastId } from "~/api/names.ts";
import { useText } from "~/i18n/index.tsx";
import { countsOf, type Sort, SORT_LOOKS, SORTS, sortOf } from "../model/health.ts";
import "./health-dots.css";

/** With more instances than this, there is a bar instead of dots. */
const MANY = 60;

/** Shapes that differ without colour: full, half, a broken ring, a struck ring, a ring. */
const SHAPES: Record<Sort, React.ReactNode> = {
  up: <circle cx="6" cy="6" r="4.5" fill="currentColor" stroke="none" />,
  starting: <><circle cx="6" cy="6" r="4" /><path d="M6 2a4 4 0 000 8z" fill="currentColor" /></>,
  down: <circle cx="6" cy="6" r="4" strokeDasharray="2.1 2.1" strokeWidth="2" />,
  out: <><circle cx="6" cy="6" r="4" /><path d="M3.2 8.8l5.6-5.6" /></>,
  unknown: <circle cx="6" cy="6" r="4" />,
};

/** The sign of a sort of health; the word stands beside it. */
export function HealthDot({ sort, title }: { sort: Sort; title?: string }) {
  return (
    <svg className="health-dot" data-tone={SORT_LOOKS[sort].tone} width="12" height="12" viewBox="0 0 12 12" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
      {title && <title>{title}</title>}
      {SHAPES[sort]}
    </svg>
  );
}

/** The health of all instances. */
export function HealthDots({ instances, counts }: { instances: readonly Instance[]; counts: InstanceCounts | undefined }) {
  const t = useText();
  const numbers = countsOf(counts);
  const total = SORTS.reduce((sum, sort) => sum + numbers[sort], 0);
  if (total === 0) return <span className="muted">{t("clusters.noInstances")}</span>;
  return (
    <div className="health">
      {total > MANY ? <Bar numbers={numbers} /> : (
        <span className="health-dots">
          {instances.map((instance) => (
            <HealthDot key={instance.name} sort={sortOf(instance.health)} title={[lastId(instance.name), t(SORT_LOOKS[sortOf(instance.health)].text), instance.reason].filter(Boolean).join(" · ")} />
          ))}
        </span>
      )}
      <HealthCounts numbers={numbers} />
    </div>
  );
}

/** The numbers in words, each with its sign. */
export function HealthCounts({ numbers, signs }: { numbers: Record<Sort, number>; signs?: boolean }) {
  const t = useText();
  return (
    <span className="health-counts">
      {SORTS.filter((sort) => numbers[sort] > 0).map((sort) => (
        <span key={sort} data-tone={SORT_LOOKS[sort].tone}>{signs && <HealthDot sort={sort} />}{t(SORT_LOOKS[sort].count, { count: numbers[sort] })}</span>
      ))}
    </span>
  );
}

function Bar({ numbers }: { numbers: Record<Sort, number> }) {
  return (
    <span className="health-bar" aria-hidden="true">
      {SORTS.filter((sort) => numbers[sort] > 0).map((sort) => <i key={sort} data-tone={SORT_LOOKS[sort].tone} style={{ flexGrow: numbers[sort] }} />)}
    </span>
  );
}
