/** The cloud accounts, and how the server itself is. */
import type { Account } from "@gennaker/client/gen/account";
import { useQuery } from "@tanstack/react-query";
import { allPages, api, lastId } from "~/api/index.ts";
import { useText } from "~/i18n/index.tsx";
import { ACCOUNT_LOOKS, Button, EmptyState, ErrorNote, Page, Panel, Spinner, StatusBadge } from "~/ui/index.ts";
import { ServerPanels } from "./server.tsx";
import "./accounts.css";

export default function Accounts() {
  const t = useText();
  const { data, error, refetch, isFetching } = useQuery({
    queryKey: ["accounts"],
    queryFn: () => allPages(async (pageToken) => {
      const answer = await api.accounts.listAccounts({ pageSize: 500, pageToken });
      return { items: answer.accounts, nextPageToken: answer.nextPageToken };
    }),
  });
  return (
    <Page title={t("accounts.title")} actions={<Button icon="refresh" busy={isFetching} onClick={() => void refetch()}>{t("accounts.refresh")}</Button>}>
      <Panel title={t("accounts.clouds")} flush>
        {error ? <ErrorNote error={error} onRetry={() => void refetch()} /> : !data ? <Spinner />
          : data.length === 0 ? <EmptyState icon="cloud" title={t("accounts.none")} command="gennaker serve --set local.enabled=true">{t("accounts.noneText")}</EmptyState>
          : <ul className="account-rows">{data.map((account) => <Row key={account.name} account={account} />)}</ul>}
      </Panel>
      <ServerPanels />
    </Page>
  );
}

function Row({ account }: { account: Account }) {
  const t = useText();
  return (
    <li className="account-row">
      <div><strong>{lastId(account.name)}</strong><div className="muted">{account.provider}</div></div>
      <div><span className="muted">{t("accounts.regions", { count: account.regions.length })}</span><div>{account.regions.join(", ")}</div></div>
      <div><StatusBadge look={ACCOUNT_LOOKS[account.health]} />{account.message && <div className="account-message">{account.message}</div>}</div>
    </li>
  );
}
