/** The server groups that an operation is about, where there are several. */
import type { ServerGroup } from "@gennaker/client/gen/server_group";
import { lastId } from "~/api/names.ts";

export function TargetList({ targets }: { targets: readonly ServerGroup[] }) {
  if (targets.length < 2) return null;
  return <ul className="target-list">{targets.map(({ name, account, region }) => <li key={name}>{lastId(name)} <span className="muted">{account} / {region}</span></li>)}</ul>;
}
