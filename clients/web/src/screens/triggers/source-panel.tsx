/** What a trigger listens to: of a webhook how it is called, of others their fields. */
import { type JsonValue, toJson } from "@bufbuild/protobuf";
import { type Trigger, TriggerSchema } from "@gennaker/client/gen/trigger";
import type { WebhookTrigger } from "@gennaker/client/gen/trigger_webhook";
import { useState } from "react";
import { baseAddress } from "~/api/index.ts";
import { useText } from "~/i18n/index.tsx";
import { CopyButton } from "~/ui/copy-button.tsx";
import { Button, Facts, JsonTree, Panel } from "~/ui/index.ts";
import { curlLine, masked } from "./webhook.ts";

export function SourcePanel({ trigger }: { trigger: Trigger }) {
  const t = useText();
  if (trigger.source.case === "webhook") return <WebhookPanel webhook={trigger.source.value} />;
  const value = fieldsOf(trigger);
  if (!value) return null;
  return <Panel title={t("triggers.source")}><JsonTree value={value} /></Panel>;
}

/** The fields of the source, if it has any. */
function fieldsOf(trigger: Trigger): JsonValue | undefined {
  const json = toJson(TriggerSchema, trigger);
  const source = trigger.source.case;
  if (!source || typeof json !== "object" || json === null || Array.isArray(json)) return undefined;
  const value: JsonValue | undefined = Object.entries(json).find(([name]) => name === source)?.[1];
  return typeof value === "object" && value !== null && Object.keys(value).length > 0 ? value : undefined;
}

/** Where to post to. The token is in the address, and shown only when somebody wants to see it. */
function WebhookPanel({ webhook }: { webhook: WebhookTrigger }) {
  const t = useText();
  const [shown, show] = useState(false);
  const { path, token } = webhook;
  const address = `${baseAddress()}${path}`;
  const curl = curlLine(address, webhook);
  const visible = (text: string) => (shown ? text : masked(text, token));
  return (
    <Panel title={t("triggers.webhook")} actions={token && <Button small icon="lock" aria-pressed={shown} onClick={() => show(!shown)}>{t("triggers.showToken")}</Button>}>
      <div className="stack">
        <div><h3>{t("triggers.address")}</h3><div className="secret-line"><code>{visible(address)}</code><CopyButton text={address} label={t("triggers.copyAddress")} /></div></div>
        <div><h3>{t("triggers.curl")}</h3><div className="secret-line"><pre>{visible(curl)}</pre><CopyButton text={curl} label={t("triggers.copyCurl")} /></div></div>
        <Facts facts={[
          [t("triggers.signedWith"), webhook.hmacSecret && <code key="secret">{webhook.hmacSecret}</code>],
          [t("triggers.signatureHeader"), webhook.hmacSecret && (webhook.signatureHeader || "X-Hub-Signature-256")],
          [t("triggers.deliveryHeader"), webhook.deliveryHeader || "Idempotency-Key"],
          [t("triggers.constraints"), Object.entries(webhook.payloadConstraints).map(([key, pattern]) => <div key={key}><code>{key}</code> ~ <code>{pattern}</code></div>)],
        ].filter(([, value]) => !Array.isArray(value) || value.length > 0).map(([name, value]) => [name, value] as const)} />
        <p className="muted">{t(webhook.hmacSecret ? "triggers.hmacText" : "triggers.tokenText")}</p>
      </div>
    </Panel>
  );
}
