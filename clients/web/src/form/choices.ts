/** The choices that the API lists: `choices_from` of a field says what. */
import { useQuery } from "@tanstack/react-query";
import type { FieldDescriptor } from "@gennaker/client/gen/kinds";
import { use } from "react";
import { allPages, api, applicationName, idOf, lastId } from "~/api/index.ts";
import { type FormContext, type Named, nearest, ScopeContext, useForm } from "./context.tsx";

/** What the choices depend on. */
interface Where {
  account: string;
  region: string;
  application: string;
  /** The field wants whole names, `applications/shop`, and not ids. */
  names: boolean;
}

/** What is listed from the API. */
const LISTS: Record<string, (where: Where) => Promise<Named[]>> = {
  accounts: async () => (await accounts()).map(({ name, provider }) => ({ id: lastId(name), label: provider })),
  regions: async ({ account }) => {
    const regions = (await accounts()).filter(({ name }) => !account || lastId(name) === account).flatMap((one) => one.regions);
    return [...new Set(regions)].map((id) => ({ id }));
  },
  clusters: async ({ application, account }) => {
    const clusters = await allPages(async (pageToken) => {
      const { clusters, nextPageToken } = await api.infrastructure.listClusters({ parent: applicationName(application), pageToken });
      return { items: clusters, nextPageToken };
    });
    return unique(clusters.filter(({ name }) => !account || idOf(name, "accounts") === account).map(({ name }) => ({ id: lastId(name) })));
  },
  server_groups: async ({ application, account, region }) => {
    const groups = await allPages(async (pageToken) => {
      const { serverGroups, nextPageToken } = await api.infrastructure.listServerGroups({ parent: applicationName(application), pageToken });
      return { items: serverGroups, nextPageToken };
    });
    const here = (name: string) => (!account || idOf(name, "accounts") === account) && (!region || idOf(name, "regions") === region);
    return unique(groups.filter(({ name }) => here(name)).map(({ name }) => ({ id: lastId(name) })));
  },
  load_balancers: async (where) => {
    const balancers = await allPages(async (pageToken) => {
      const { loadBalancers, nextPageToken } = await api.infrastructure.listLoadBalancers({ parent: placeOrApplication(where), pageToken });
      return { items: loadBalancers, nextPageToken };
    });
    return unique(balancers.map(({ name, application }) => ({ id: lastId(name), label: lastId(application) })));
  },
  firewalls: async (where) => {
    const firewalls = await allPages(async (pageToken) => {
      const { firewalls, nextPageToken } = await api.infrastructure.listFirewalls({ parent: placeOrApplication(where), pageToken });
      return { items: firewalls, nextPageToken };
    });
    return unique(firewalls.map(({ name, description }) => ({ id: lastId(name), label: description })));
  },
  images: async ({ account, region }) => {
    const places = (await accounts()).filter(({ name }) => !account || lastId(name) === account)
      .flatMap(({ name, regions }) => regions.filter((one) => !region || one === region).map((one) => `${name}/regions/${one}`));
    const lists = await Promise.all(places.slice(0, 20).map((parent) => allPages(async (pageToken) => {
      const { images, nextPageToken } = await api.infrastructure.listImages({ parent, pageToken });
      return { items: images, nextPageToken };
    })));
    return unique(lists.flat().map(({ name }) => ({ id: name.slice(name.indexOf("/images/") + "/images/".length) })));
  },
  applications: async ({ names }) => {
    const applications = await allPages(async (pageToken) => {
      const { applications, nextPageToken } = await api.applications.listApplications({ pageToken });
      return { items: applications, nextPageToken };
    });
    return applications.map(({ name, displayName }) => ({ id: names ? name : lastId(name), label: displayName }));
  },
  pipelines: async ({ application }) => {
    const pipelines = await allPages(async (pageToken) => {
      const { pipelines, nextPageToken } = await api.pipelines.listPipelines({ parent: "applications/-", pageToken });
      return { items: pipelines, nextPageToken };
    });
    const ours = (name: string) => Number(idOf(name, "applications") === application);
    return pipelines.map(({ name, displayName }) => ({ id: name, label: displayName })).sort((a, b) => ours(b.id) - ours(a.id));
  },
  custom_kinds: async () => (await api.pipelines.listStageKinds({})).kinds.filter(({ kind }) => kind.startsWith("custom/"))
    .map(({ kind, label }) => ({ id: kind.slice("custom/".length), label })),
};

async function accounts() {
  return (await api.accounts.listAccounts({})).accounts;
}

function placeOrApplication({ account, region, application }: Where): string {
  return account && region ? `accounts/${account}/regions/${region}` : applicationName(application);
}

function unique(options: Named[]): Named[] {
  return [...new Map(options.map((option) => [option.id, option])).values()];
}

/** The choices that the form knows itself. */
function local(from: string, context: FormContext): readonly Named[] | undefined {
  if (from === "expected_artifacts") return context.expectedArtifacts ?? [];
  if (from !== "stages") return undefined;
  return (context.stages ?? []).filter(({ id }) => id !== context.stage).map(({ id, name }) => ({ id, label: name }));
}

/** The choices of a field. Nothing is asked before `wanted`. */
export function useChoices(field: FieldDescriptor, wanted: boolean): { options: readonly Named[]; loading: boolean } {
  const { context } = useForm();
  const scope = use(ScopeContext);
  const from = field.choicesFrom;
  const known = field.choices.length > 0
    ? field.choices.map(({ value, label, help }) => ({ id: value, label, help }))
    : local(from, context);
  const where: Where = {
    account: nearest(scope, "account"),
    region: from === "regions" ? "" : nearest(scope, "region", "regions"),
    application: lastId(nearest(scope, "application") || (context.application ?? "")),
    names: field.pattern.startsWith("^applications/"),
  };
  const list = LISTS[from];
  const { data, isFetching } = useQuery({
    queryKey: ["choices", from, where],
    enabled: wanted && !known && list !== undefined,
    queryFn: async () => (list ? list(where) : []),
  });
  return { options: known ?? data ?? [], loading: isFetching && !data };
}
