/** What would become of the server groups: instances and traffic, before and after, and what to beware of. */
import { lastId } from "~/api/names.ts";
import { useText } from "~/i18n/index.tsx";
import { Icon } from "~/ui/index.ts";
import type { Change, Effect, Numbers } from "../model/effect.ts";
import { capacityOf } from "../model/effect.ts";
import { usePercent } from "../parts/traffic-share.tsx";

export function EffectTable({ effect: { changes, warnings } }: { effect: Effect }) {
  const t = useText();
  return (
    <section className="effect" aria-label={t("clusters.whatHappens")} aria-live="polite">
      <h3>{t("clusters.whatHappens")}</h3>
      {changes.length > 0 && (
        <div className="scroll-x">
          <table>
            <thead><tr><th scope="col">{t("clusters.serverGroup")}</th><th scope="col">{t("clusters.instanceList")}</th><th scope="col">{t("clusters.traffic")}</th></tr></thead>
            <tbody>{changes.map((change) => <ChangeRow key={change.group.name} change={change} />)}</tbody>
          </table>
        </div>
      )}
      {warnings.map(({ tone, text, values }) => (
        <p key={`${text} ${Object.values(values).join(" ")}`} className="effect-warning" data-tone={tone}><Icon name={tone === "idle" ? "info" : "warning"} />{t(text, values)}</p>
      ))}
    </section>
  );
}

function ChangeRow({ change: { group, capacity, share, shareBefore } }: { change: Change }) {
  const t = useText();
  const percent = usePercent();
  const before = capacityOf(group);
  return (
    <tr>
      <th scope="row">{lastId(group.name)}</th>
      <td><Step before={written(before)} after={capacity ? written(capacity) : t("clusters.gone")} /></td>
      <td><Step before={percent(shareBefore)} after={percent(share)} /></td>
    </tr>
  );
}

/** A value before and after; one that stays is there once. */
function Step({ before, after }: { before: string; after: string }) {
  const t = useText();
  if (before === after) return <span className="muted">{before}</span>;
  return <><span className="muted"><span className="unseen">{t("clusters.before")} </span>{before}</span> <span aria-hidden="true">→</span> <strong><span className="unseen">{t("clusters.after")} </span>{after}</strong></>;
}

/** One number where all are the same. */
function written({ min, desired, max }: Numbers): string {
  return min === desired && desired === max ? String(desired) : `${min} / ${desired} / ${max}`;
}
