/** What can be done to all server groups that are selected. */
import { useText } from "~/i18n/index.tsx";
import { Button, IconButton } from "~/ui/index.ts";
import type { Deed } from "./group-menu.tsx";
import "./selection-bar.css";

export function SelectionBar({ count, onDeed, onClear }: { count: number; onDeed: (deed: Deed) => void; onClear: () => void }) {
  const t = useText();
  return (
    <div className="selection-bar" role="region" aria-label={t("clusters.selected", { count })}>
      <strong role="status">{t("clusters.selected", { count })}</strong>
      <Button small icon="diff" onClick={() => onDeed("resize")}>{t("clusters.resize")}</Button>
      <Button small icon="play" onClick={() => onDeed("enable")}>{t("clusters.enable")}</Button>
      <Button small icon="pause" onClick={() => onDeed("disable")}>{t("clusters.disable")}</Button>
      <Button small icon="trash" tone="danger" onClick={() => onDeed("destroy")}>{t("clusters.destroy")}</Button>
      <IconButton small icon="close" label={t("clusters.clearSelection")} onClick={onClear} />
    </div>
  );
}
