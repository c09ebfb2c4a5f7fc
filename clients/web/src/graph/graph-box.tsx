import { memo } from "react";
import { useText } from "~/i18n/index.tsx";
import { Elapsed, Icon } from "~/ui/index.ts";
import type { GraphNode } from "./node.ts";

interface Props {
  readonly node: GraphNode;
  readonly x: number;
  readonly y: number;
  /** It is the one that Tab reaches. */
  readonly active: boolean;
  readonly selected: boolean;
  /** A line that is being drawn can't end here. */
  readonly dimmed: boolean;
  /** Far away: colour and shape only. */
  readonly plain: boolean;
  /** What it comes after, in words. */
  readonly after: string;
}

/** The box of a stage. What it shows is also its name, in the same words; the rest of the name is unseen. */
export const GraphBox = memo(function GraphBox({ node, x, y, active, selected, dimmed, plain, after }: Props) {
  const t = useText();
  const { look } = node;
  return (
    <button type="button" className="graph-box" data-node={node.id} data-tone={look?.tone} data-dimmed={dimmed || undefined} data-plain={plain || undefined} data-chosen={node.chosen || undefined}
      tabIndex={active ? 0 : -1} aria-current={selected || undefined} title={plain ? node.title : tip(node)}
      style={{ transform: `translate(${x}px, ${y}px)` }}>
      {plain ? <span className="unseen">{node.title}, </span> : <Content node={node} />}
      <span className="unseen">
        {node.note && !plain ? `, ${node.subtitle}` : ""}
        {plain && look ? t(look.text) : ""}, {after}
      </span>
    </button>
  );
});

function tip(node: GraphNode): string {
  return [node.title, node.subtitle, node.note].filter(Boolean).join("\n");
}

function Content({ node }: { node: GraphNode }) {
  const t = useText();
  const { look, elapsed, percent, problems, inner, badge } = node;
  const running = elapsed?.start !== undefined && elapsed.end === undefined;
  return (
    <>
      <span className="graph-head">
        {look && <span className="graph-icon" data-spin={look.icon === "running" || undefined}><Icon name={look.icon} /></span>}
        <span className="graph-title">{node.title}</span>
        {!!problems && <span className="graph-problems"><Gap /><Icon name="warning" size={13} />{t("graph.problems", { count: problems })}</span>}
      </span>
      <span className="graph-line" data-note={node.note ? "" : undefined}>
        <span className="ellipsis grow"><Gap />{node.note ?? node.subtitle}</span>
        {badge && <span className="graph-badge"><Gap />{badge}</span>}
      </span>
      {(look || !!inner) && (
        <span className="graph-line">
          {look && <span className="graph-status"><Gap />{t(look.text)}</span>}
          {!!inner && <span className="graph-inner"><Gap />{t("graph.inner", { count: inner })}</span>}
          {elapsed?.start && (
            <span className="graph-elapsed" aria-hidden={running || undefined}><Gap /><Elapsed start={elapsed.start} end={elapsed.end} /></span>
          )}
        </span>
      )}
      {percent !== undefined && (
        <span className="graph-progress"><span style={{ width: `${percent}%` }} /><span className="unseen">, {t("graph.done", { percent })}</span></span>
      )}
    </>
  );
}

/** What separates the words for a screen reader; on the screen, space does. */
function Gap() {
  return <span className="unseen">, </span>;
}
