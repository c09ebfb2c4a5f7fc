/** How the server is, which version runs, and what it allows. */
import { LimitsSchema } from "@gennaker/client/gen/system_service";
import { type JsonValue, toJson } from "@bufbuild/protobuf";
import { useQuery } from "@tanstack/react-query";
import { api } from "~/api/index.ts";
import { useLanguage, useText } from "~/i18n/index.tsx";
import { ErrorNote, Facts, Panel, Spinner, StatusBadge, SYSTEM_LOOKS, Time } from "~/ui/index.ts";

export function ServerPanels() {
  const t = useText();
  const language = useLanguage();
  const health = useQuery({ queryKey: ["accounts", "health"], queryFn: () => api.system.getHealth({}) });
  const version = useQuery({ queryKey: ["accounts", "version"], queryFn: () => api.system.getVersion({}) }).data;
  const limits = useQuery({ queryKey: ["accounts", "limits"], queryFn: async () => (await api.system.getLimits({})).limits }).data;
  return (
    <>
      <Panel title={t("accounts.server")} actions={health.data && <StatusBadge look={SYSTEM_LOOKS[health.data.status]} />}>
        <div className="stack">
          {health.error && <ErrorNote error={health.error} onRetry={() => void health.refetch()} />}
          {!health.data && !health.error && <Spinner />}
          <Facts facts={(health.data?.components ?? []).map(({ component, status, message }) => [
            <code key="component">{component}</code>, <span key="status"><StatusBadge look={SYSTEM_LOOKS[status]} bare /> {message}</span>,
          ])} />
          {version && <Facts facts={[
            [t("accounts.version"), version.version],
            [t("accounts.commit"), version.commit && <code key="commit">{version.commit}</code>],
            [t("accounts.since"), <Time key="since" at={version.startTime} relative />],
          ]} />}
        </div>
      </Panel>
      {limits && (
        <Panel title={t("accounts.limits")}>
          <div className="stack">
            <p className="muted">{t("accounts.limitsText")}</p>
            <div className="limits"><Facts facts={Object.entries(objectOf(toJson(LimitsSchema, limits, { useProtoFieldName: true }))).map(([name, value]) => [<code key="name">{name}</code>, readable(value, language)])} /></div>
          </div>
        </Panel>
      )}
    </>
  );
}

function objectOf(value: JsonValue): Record<string, JsonValue> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}

/** Numbers as people write them; 64-bit ones are texts in JSON. */
function readable(value: JsonValue, language: string): string {
  const number = Number(value);
  return Number.isNaN(number) ? String(value) : number.toLocaleString(language);
}
