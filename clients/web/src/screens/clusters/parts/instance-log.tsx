/** What an instance wrote, as it was when it was asked for: a button asks again. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { api, lastId } from "~/api/index.ts";
import { useText } from "~/i18n/index.tsx";
import { ErrorNote, IconButton, Panel, Spinner } from "~/ui/index.ts";
import { LogView } from "~/ui/log-view.tsx";

const LINES = 5000;

export function InstanceLog({ name, onClose }: { name: string; onClose: () => void }) {
  const t = useText();
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    place.current?.scrollIntoView({ block: "nearest" });
  }, []);
  const { data, error, refetch } = useQuery({
    queryKey: ["instance-log", name],
    refetchOnWindowFocus: false,
    queryFn: ({ signal }) => api.infrastructure.getInstanceLog({ name, tailLines: LINES }, { signal }),
  });
  const instance = lastId(name);
  return (
    <div ref={place}>
      <Panel title={t("clusters.logOf", { instance })} actions={<IconButton small icon="close" label={t("common.close")} onClick={onClose} />}>
        {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
        {!data && !error && <Spinner />}
        {data && <LogView text={data.text} name={instance} truncated={data.truncated} onRefresh={() => void refetch()} />}
      </Panel>
    </div>
  );
}
