/** What makes the picture of the infrastructure doubtful. */
import { lastId } from "~/api/names.ts";
import { useText } from "~/i18n/index.tsx";
import { Icon } from "~/ui/index.ts";
import "./notices.css";

export function Notices({ unreachable, refusal }: { unreachable: readonly string[] | undefined; refusal?: string | undefined }) {
  const t = useText();
  return (
    <>
      {refusal && <p className="infrastructure-notice" role="alert"><Icon name="warning" />{t("clusters.refused", { message: refusal })}</p>}
      {unreachable && unreachable.length > 0 && <p className="infrastructure-notice" role="status"><Icon name="warning" />{t("clusters.unreachable", { accounts: unreachable.map(lastId).join(", ") })}</p>}
    </>
  );
}
