/** The ledger of a trigger: what it saw, what was decided and why, and what came of it. */
import { toJson } from "@bufbuild/protobuf";
import { ValueSchema } from "@bufbuild/protobuf/wkt";
import type { TriggerEvent } from "@gennaker/client/gen/trigger";
import { Link } from "wouter";
import { lastId, screenOf } from "~/api/index.ts";
import { useText } from "~/i18n/index.tsx";
import { Button, EmptyState, ErrorNote, JsonTree, Panel, Spinner, StatusBadge, Time } from "~/ui/index.ts";
import { VirtualList } from "~/ui/virtual-list.tsx";
import { DECISION_LOOKS } from "./looks.ts";
import { useLedger } from "./queries.ts";

export function Ledger({ application, trigger }: { application: string; trigger: string }) {
  const t = useText();
  const { data, error, refetch, isFetching, isFetchingNextPage, hasNextPage, fetchNextPage } = useLedger(application, trigger);
  const events = data?.pages.flatMap((page) => page.events) ?? [];
  const more = () => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  };
  return (
    <Panel title={t("triggers.ledger")} actions={<Button small icon="refresh" busy={isFetching} onClick={() => void refetch()}>{t("triggers.refresh")}</Button>} flush>
      {error ? <ErrorNote error={error} onRetry={() => void refetch()} /> : !data ? <Spinner />
        : events.length === 0 ? <EmptyState icon="history" title={t("triggers.sawNothing")}>{t("triggers.ledgerText")}</EmptyState>
        : <VirtualList items={events} itemKey={(event) => event.name} estimate={44} label={t("triggers.ledger")} onEnd={more} render={(event) => <Row event={event} />} />}
      {isFetchingNextPage && <Spinner />}
    </Panel>
  );
}

function Row({ event }: { event: TriggerEvent }) {
  const t = useText();
  const { payload, execution, actor, reason } = event;
  return (
    <div className="ledger-row">
      <Time at={event.time} />
      <span><StatusBadge look={DECISION_LOOKS[event.decision]} /></span>
      <span className="ledger-reason">{reason} <span className="muted">{actor && t("triggers.by", { actor })}</span></span>
      {execution ? <Link href={screenOf(execution)} data-row="">{t("triggers.execution")} <span className="mono">{lastId(execution).slice(-6)}</span></Link> : <span />}
      {payload && <details><summary>{t("triggers.payload")}</summary><JsonTree value={toJson(ValueSchema, payload)} /></details>}
    </div>
  );
}
