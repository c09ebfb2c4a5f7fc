/** The keys, in one table. */
import { useText } from "~/i18n/index.tsx";
import { Dialog } from "~/ui/index.ts";

export function KeyHelp({ onClose }: { onClose: () => void }) {
  const t = useText();
  const keys = [
    ["/ · Ctrl+K", t("shell.keySearch")], ["?", t("shell.keyHelp")], ["g h", t("shell.keyGoHome")], ["g a", t("shell.keyGoApplications")],
    ["g e", t("shell.keyGoExecutions")], ["g p", t("shell.keyGoPipelines")], ["g c", t("shell.keyGoClusters")], ["g o", t("shell.keyGoOperations")],
    ["j k", t("shell.keyRows")], ["← ↑ → ↓", t("shell.keyGraph")], ["Enter", t("shell.keyOpen")], ["Esc", t("shell.keyClose")],
  ] as const;
  return (
    <Dialog title={t("shell.helpTitle")} onClose={onClose}>
      <table><tbody>{keys.map(([key, does]) => <tr key={key}><th scope="row"><kbd>{key}</kbd></th><td>{does}</td></tr>)}</tbody></table>
    </Dialog>
  );
}
