/** Names in the infrastructure. */
import type { ServerGroup } from "@gennaker/client/gen/server_group";

/** The id of an image: what follows `/images/`, which may have slashes of its own. */
export function imageId(image: string): string {
  const at = image.indexOf("/images/");
  return at < 0 ? image : image.slice(at + "/images/".length);
}

/** The version in an image's id, `2` of `shop/web:2`; the whole id where it has none. */
export function imageVersion(image: string): string {
  const id = imageId(image);
  return /[:@]([^:@/]+)$/.exec(id)?.[1] ?? id;
}

/** The full name of a region. */
export function regionName(account: string, region: string): string {
  return `accounts/${account}/regions/${region}`;
}

/** The full name of the cluster of a server group. */
export function clusterName({ account, cluster }: Pick<ServerGroup, "account" | "cluster">): string {
  return `accounts/${account}/clusters/${cluster}`;
}

/** Where traffic is shared: the cluster of a server group in its region. */
export function placeOf({ account, region, cluster }: Pick<ServerGroup, "account" | "region" | "cluster">): string {
  return `${account}/${cluster}/${region}`;
}
