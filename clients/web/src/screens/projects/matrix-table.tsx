/** The matrix of a project: applications down, environments across, in each place the versions with traffic. */
import type { CSSProperties } from "react";
import { Link } from "wouter";
import { lastId, screenOf, serverGroupScreen } from "~/api/index.ts";
import { useLanguage, useText } from "~/i18n/index.tsx";
import { Badge, HEALTH_LOOKS, Icon, StatusBadge } from "~/ui/index.ts";
import { MatrixRows, type RowPlace } from "./matrix-rows.tsx";
import type { Cell, Environment, Matrix, Row, Standing } from "./matrix.ts";

/** More rows than these are in the page only while they are in sight. */
const MANY = 100;

/** The table. With `whole`, all of it is in the page: it is zoomed, which no measure of rows would fit. */
export function MatrixTable({ matrix: { environments, rows }, whole = false }: { matrix: Matrix; whole?: boolean }) {
  const t = useText();
  const many = rows.length > MANY && !whole;
  const columns = environments.length + 1;
  return (
    <div className="scroll-x" role="group" aria-label={t("projects.matrix")} tabIndex={0}>
      <table className="matrix" data-many={many || undefined} aria-rowcount={many ? rows.length + 1 : undefined} style={many ? { minWidth: `max(100%, ${columns * 190}px)` } : undefined}>
        <thead>
          <tr>
            <th scope="col">{t("projects.application")}</th>
            {environments.map((environment) => <th key={environment.key} scope="col"><Head environment={environment} /></th>)}
          </tr>
        </thead>
        {many ? <MatrixRows rows={rows} columns={columns} render={(row, place) => <MatrixRow key={row.key} row={row} environments={environments} place={place} />} />
          : <tbody>{rows.map((row) => <MatrixRow key={row.key} row={row} environments={environments} />)}</tbody>}
      </table>
    </div>
  );
}

/** The stack is what people call the environment; where there is none, the region says more. */
function Head({ environment: { account, region, stack } }: { environment: Environment }) {
  return <><span className="matrix-environment">{stack || region}</span><span className="muted">{account} / {region}</span></>;
}

function MatrixRow({ row, environments, place }: { row: Row; environments: readonly Environment[]; place?: RowPlace }) {
  const t = useText();
  const drifted = row.versions.length > 1;
  return (
    <tr {...place}>
      <th scope="row">
        <Link href={`${screenOf(row.application)}/clusters`} data-row="">{lastId(row.application)}{row.detail && ` / ${row.detail}`}</Link>
        {drifted && <div><Badge tone="waiting" icon="split">{t("projects.drift", { count: row.versions.length })}</Badge></div>}
      </th>
      {environments.map(({ key }) => <td key={key}><Place cell={row.cells.get(key)} versions={row.versions} /></td>)}
    </tr>
  );
}

function Place({ cell, versions }: { cell: Cell | undefined; versions: readonly string[] }) {
  const t = useText();
  if (!cell) return <span className="muted" aria-label={t("projects.nothing")}>–</span>;
  return (
    <div className="matrix-cell">
      {cell.standing.map((standing) => <Version key={standing.group.name} standing={standing} versions={versions} shared={cell.standing.length > 1} />)}
      {cell.standing.length === 0 && <span className="muted">{t("projects.noTraffic")}</span>}
      {cell.disabled > 0 && <span className="muted">{t("projects.standBy", { count: cell.disabled })}</span>}
    </div>
  );
}

/** A version; each of an application has a colour of its own, so that what differs is seen from afar. */
function Version({ standing: { group, version, behind }, versions, shared }: { standing: Standing; versions: readonly string[]; shared: boolean }) {
  const t = useText();
  const language = useLanguage();
  const { health, instanceCounts, trafficShare } = group;
  const style: CSSProperties & Record<"--turn", number> = { "--turn": versions.indexOf(version) * 75 };
  return (
    <div className="matrix-version">
      <Link href={serverGroupScreen(group.application, group.name)} className="version" style={style} title={lastId(group.name)}>{version}</Link>
      {behind && <span className="version-behind" title={t("projects.behindTitle", { version: versions[0] ?? "" })}><Icon name="warning" size={14} />{t("projects.behind")}</span>}
      <span className="row muted">
        <StatusBadge look={HEALTH_LOOKS[health]} bare />
        {instanceCounts && `${instanceCounts.up}/${instanceCounts.total}`}
        {shared && ` · ${new Intl.NumberFormat(language, { style: "percent" }).format(trafficShare)}`}
      </span>
    </div>
  );
}
