import { useText } from "~/i18n/index.tsx";
import { Button, IconButton } from "~/ui/index.ts";
import type { Viewport } from "./viewport.ts";

const STEP = 1.25;

interface Props {
  readonly stages: number;
  readonly viewport: Viewport;
  /** Not given when the picture is where it would be by itself. */
  readonly onFollow: (() => void) | undefined;
}

/** The bar below the graph. */
export function GraphTools({ stages, viewport, onFollow }: Props) {
  const t = useText();
  const percent = Math.round(viewport.zoom * 100);
  return (
    <div className="graph-tools">
      <span className="muted">{t("graph.stages", { stages })}</span>
      {onFollow && <Button small icon="running" onClick={onFollow}>{t("graph.follow")}</Button>}
      <IconButton small icon="dash" label={t("graph.zoomOut")} onClick={() => viewport.zoomBy(1 / STEP)} />
      <Button small tone="quiet" className="graph-zoom" title={t("graph.zoomReset", { percent })} onClick={() => viewport.zoomTo(1)}>
        {percent} %
      </Button>
      <IconButton small icon="add" label={t("graph.zoomIn")} onClick={() => viewport.zoomBy(STEP)} />
      <Button small tone="quiet" onClick={viewport.fit}>{t("graph.fit")}</Button>
    </div>
  );
}
