/** The images of all accounts and regions, and where the application runs them. */
import type { Image } from "@gennaker/client/gen/image";
import type { ServerGroup } from "@gennaker/client/gen/server_group";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { allPages, api, applicationName, idOf, screenOf } from "~/api/index.ts";
import { useText } from "~/i18n/index.tsx";
import { useInfrastructure } from "~/live/hooks.ts";
import { CreateDialog } from "~/screens/clusters/actions/create-dialog.tsx";
import { groupBy } from "~/screens/clusters/model/group-by.ts";
import { imageId } from "~/screens/clusters/model/names.ts";
import { DebouncedSearch } from "~/screens/executions/debounced-search.tsx";
import { type PlaceInCloud, usePlaces } from "~/screens/load-balancers/parts/places.ts";
import { Button, EmptyState, ErrorNote, Page, Panel, Select, Spinner } from "~/ui/index.ts";
import { VirtualList } from "~/ui/virtual-list.tsx";
import { useParameter } from "~/ui/parameters.ts";
import { ImageRow } from "./parts/image-row.tsx";
import { RegisterDialog } from "./parts/register-dialog.tsx";
import "~/screens/executions/filter-bar.css";
import "./parts/images.css";

const NONE: readonly ServerGroup[] = [];

export default function Images({ application: id }: { application: string }) {
  const t = useText();
  const application = applicationName(id);
  const [text, setText] = useParameter("text");
  const [place, setPlace] = useParameter("place");
  const [open, setOpen] = useState<"register" | Image>();
  const places = usePlaces();
  const { data, error, refetch } = useImages(places);
  const groups = useInfrastructure(application)?.serverGroups ?? NONE;
  const runs = useMemo(() => groupBy(groups, (group) => group.image), [groups]);
  const shown = useMemo(() => (data ?? []).filter((image) => image.name.startsWith(place) && matches(image, text)), [data, text, place]);
  const register = <Button tone="primary" icon="add" onClick={() => setOpen("register")}>{t("balancing.register")}</Button>;
  return (
    <Page title={t("balancing.imagesTitle")} crumbs={[{ label: id, to: screenOf(application) }]} actions={data && data.length > 0 && register}>
      <div className="filter-bar" role="search" aria-label={t("balancing.imagesTitle")}>
        <DebouncedSearch label={t("balancing.findImage")} value={text} onChange={setText} />
        {(places?.length ?? 0) > 1 && <Select hideLabel label={t("balancing.placeLabel")} value={place} onChange={setPlace}
          options={[{ value: "", label: t("balancing.allPlaces") }, ...(places ?? []).map(({ name, account, region }) => ({ value: `${name}/`, label: t("balancing.place", { account, region }) }))]} />}
      </div>
      {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Spinner />}
      {data && (
        <Panel flush>
          {data.length === 0 && <EmptyState icon="app" title={t("balancing.noImages")} action={register} command="gennaker register ACCOUNT/REGION/IMAGE PATH">{t("balancing.noImagesText")}</EmptyState>}
          {data.length > 0 && shown.length === 0 && <EmptyState icon="search" title={t("balancing.noImageMatch", { query: text })} />}
          {shown.length > 0 && <VirtualList items={shown} itemKey={({ name }) => name} estimate={64} label={t("balancing.imagesTitle")}
            render={(image) => <ImageRow image={image} groups={runs.get(image.name) ?? NONE} application={id} onDeploy={setOpen} />} />}
        </Panel>
      )}
      {open === "register" && <RegisterDialog places={places ?? []} onClose={() => setOpen(undefined)} onDone={() => void refetch()} />}
      {typeof open === "object" && <CreateDialog application={application} onClose={() => setOpen(undefined)}
        begin={{ account: idOf(open.name, "accounts"), region: idOf(open.name, "regions"), image: imageId(open.name), capacity: { min: 1, desired: 1, max: 1 } }} />}
    </Page>
  );
}

/** The images of all places, newest first in each. */
function useImages(places: readonly PlaceInCloud[] | undefined) {
  return useQuery({
    queryKey: ["images", places?.map(({ name }) => name)],
    enabled: places !== undefined,
    queryFn: async () => (await Promise.all((places ?? []).map(({ name: parent }) => allPages(async (pageToken) => {
      const answer = await api.infrastructure.listImages({ parent, pageSize: 500, pageToken });
      return { items: answer.images, nextPageToken: answer.nextPageToken };
    })))).flat(),
  });
}

function matches({ name, family, version, digest, labels }: Image, text: string): boolean {
  const all = [imageId(name), family, version, digest, ...Object.entries(labels).map(([key, value]) => `${key}=${value}`)].join(" ").toLowerCase();
  return text.toLowerCase().split(/\s+/).every((word) => all.includes(word));
}
