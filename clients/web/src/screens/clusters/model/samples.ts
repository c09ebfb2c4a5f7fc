/** Server groups for tests. */
import { create } from "@bufbuild/protobuf";
import { type ServerGroup, HealthState, ServerGroupSchema } from "@gennaker/client/gen/server_group";

/** What a test says of a server group; the rest is usual. */
interface Sample {
  name: string;
  account?: string;
  region?: string;
  disabled?: boolean;
  up?: number;
  desired?: number;
  weight?: number;
  share?: number;
  image?: string;
  health?: HealthState;
}

/** A server group by its name, `shop-main-v002`, made in the order of its number. */
export function sampleGroup({ name, account = "local", region = "eu", disabled = false, desired = 2, up = desired, weight = disabled ? 0 : 100, share = disabled ? 0 : 1, image = "shop:1", health }: Sample): ServerGroup {
  const [, application = "", stack = "", number = "0"] = /^([^-]+)-?(.*)-v(\d+)$/.exec(name) ?? [];
  return create(ServerGroupSchema, {
    name: `accounts/${account}/regions/${region}/serverGroups/${name}`,
    application: `applications/${application}`, cluster: name.replace(/-v\d+$/, ""), account, region, disabled, weight, trafficShare: share,
    moniker: { application, stack, sequence: Number(number) }, capacity: { min: desired, desired, max: desired },
    instanceCounts: { total: desired, up: disabled ? 0 : up, outOfService: disabled ? desired : 0, down: disabled ? 0 : desired - up },
    image: `accounts/${account}/regions/${region}/images/${image}`, createTime: { seconds: BigInt(Number(number)), nanos: 0 },
    health: health ?? (disabled ? HealthState.OUT_OF_SERVICE : HealthState.UP),
  });
}
