/** How answers of unary calls are kept. Nothing is polled: what is shown is asked for again when the page is looked at again,
 * and when the live streams say that something happened. */
import { QueryClient } from "@tanstack/react-query";
import { explain } from "./errors.ts";

/** The answers of the page. Keys begin with the noun: `["pipelines", application]`. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      gcTime: 300_000,
      retry: (failures, error) => failures < 3 && explain(error).unreachable,
      retryDelay: (attempt) => Math.min(250 * 2 ** attempt, 4000),
      // Messages hold 64-bit numbers and are compared by the live fold, not here.
      structuralSharing: false,
    },
    mutations: { retry: false },
  },
});

/** Reads all pages of a list, up to a limit that no screen should need. */
export async function allPages<Item>(page: (token: string) => Promise<{ items: readonly Item[]; nextPageToken: string }>, limit = 2000): Promise<Item[]> {
  const items: Item[] = [];
  let token = "";
  do {
    const answer = await page(token);
    items.push(...answer.items);
    token = answer.nextPageToken;
  } while (token && items.length < limit);
  return items;
}
