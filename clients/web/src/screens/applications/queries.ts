/** What the screens of applications ask for. */
import { useQuery } from "@tanstack/react-query";
import { allPages, api } from "~/api/index.ts";

const PAGE = 500;

/** All applications that the user may read, by name. */
export function useApplications() {
  return useQuery({
    queryKey: ["applications"],
    queryFn: () => allPages(async (pageToken) => {
      const answer = await api.applications.listApplications({ pageSize: PAGE, pageToken });
      return { items: answer.applications, nextPageToken: answer.nextPageToken };
    }),
  });
}

/** One application, by its full name. */
export function useApplication(name: string) {
  return useQuery({
    queryKey: ["applications", name],
    queryFn: async () => (await api.applications.getApplication({ name })).application,
  });
}
