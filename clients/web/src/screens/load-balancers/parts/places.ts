/** The accounts and their regions: where load balancers, firewalls and images can be. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { allPages, api, lastId } from "~/api/index.ts";

/** A region of an account. */
export interface PlaceInCloud {
  account: string;
  region: string;
  /** `accounts/{account}/regions/{region}`. */
  name: string;
}

/** All regions of all accounts; undefined until they are known. */
export function usePlaces(): readonly PlaceInCloud[] | undefined {
  const { data } = useQuery({
    queryKey: ["accounts"],
    queryFn: () => allPages(async (pageToken) => {
      const answer = await api.accounts.listAccounts({ pageSize: 500, pageToken });
      return { items: answer.accounts, nextPageToken: answer.nextPageToken };
    }),
  });
  return useMemo(() => data?.flatMap(({ name, regions }) => regions.map((region) => ({ account: lastId(name), region, name: `${name}/regions/${region}` }))), [data]);
}
