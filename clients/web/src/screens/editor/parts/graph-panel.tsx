/** The graph, edited: by pointer on it, and by keys for everything. */
import { type KeyboardEvent, type MouseEvent, type RefObject, useEffect, useMemo, useRef } from "react";
import { type GraphEditing, type GraphHandle, GraphView } from "~/graph/index.ts";
import { useText } from "~/i18n/index.tsx";
import { useSettings } from "~/settings.ts";
import { Button } from "~/ui/index.ts";
import type { Commands } from "../commands.ts";
import { closesCycle, connect } from "../model/connections.ts";
import type { Problem } from "../model/paths.ts";
import { countByStage } from "../problems.ts";
import type { Session } from "../session.ts";
import { type Kinds, useNodes } from "./nodes.ts";

interface Props {
  session: Session;
  commands: Commands;
  kinds: Kinds;
  problems: readonly Problem[];
  /** A stage was opened: go to its form. */
  onOpen: (id: string) => void;
  /** A stage was chosen. */
  onPick: () => void;
}

export function GraphPanel({ session, commands, kinds, problems, onOpen, onPick }: Props) {
  const t = useText();
  const { document, selection, change, select } = session;
  const graph = useRef<GraphHandle>(null);
  const counts = useMemo(() => countByStage(document, problems), [document, problems]);
  const nodes = useNodes(document, kinds, { problems: counts, chosen: selection });
  const selected = selection.at(-1);
  const many = useRef(false);
  const onKey = useStageKeys(commands, session);
  useFocusOnNew(graph, selected, nodes.length);
  const editing: GraphEditing = {
    canConnect: (from, to) => !closesCycle(document, from, to),
    onConnect: (from, to) => change(connect(document, from, to), { select: [to] }),
    onInsertAfter: (from) => commands.add({ at: "after", of: [from] }),
    onInsertOnEdge: (edge) => commands.add({ at: "between", from: edge.from, to: edge.to }),
    onNodeMenu: commands.menu,
  };
  const sawClick = (event: MouseEvent) => {
    many.current = event.ctrlKey || event.metaKey || event.shiftKey;
  };
  if (nodes.length === 0) {
    return (
      <div className="graph-none">
        <p className="muted">{t("editor.emptyGraph")}</p>
        <Button tone="primary" icon="add" onClick={() => commands.add()}>{t("editor.addFirst")}</Button>
      </div>
    );
  }
  return (
    <div className="graph-holder" onClickCapture={sawClick}>
      <GraphView ref={graph} nodes={nodes} label={t("editor.graph")} selected={selected} fill editing={editing} onKey={onKey}
        onSelect={(id) => {
          if (many.current) commands.toggle(id);
          else select([id]);
          onPick();
        }} onOpen={onOpen} />
      <p className="graph-hint muted">{t("editor.keys")}</p>
    </div>
  );
}

/** What keys do while a stage has the focus. That stage is meant, or the chosen ones if it is among them. */
function useStageKeys(commands: Commands, { selection }: Session): (event: KeyboardEvent, id: string) => void {
  const { shortcuts } = useSettings();
  return (event, id) => {
    const action = actionOf(event, commands, shortcuts, selection.includes(id) ? selection : [id], id);
    if (!action) return;
    event.preventDefault();
    action();
  };
}

function actionOf(event: KeyboardEvent, commands: Commands, shortcuts: boolean, ids: readonly string[], id: string): (() => void) | undefined {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "a") return commands.selectAll;
  if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
  const always: Record<string, () => void> = { Delete: () => commands.remove(ids), Backspace: () => commands.remove(ids), F2: () => commands.rename(id) };
  const single: Record<string, () => void> = {
    n: () => commands.add({ at: "after", of: ids }),
    d: () => commands.duplicate(ids),
    c: () => commands.connections(id),
    m: () => commands.move(id),
    x: () => commands.toggle(id),
  };
  return always[event.key] ?? (shortcuts ? single[event.key] : undefined);
}

/** A stage that has just been added gets the focus. */
function useFocusOnNew(graph: RefObject<GraphHandle | null>, selected: string | undefined, count: number) {
  const before = useRef(count);
  useEffect(() => {
    if (count > before.current && selected !== undefined) graph.current?.focus(selected);
    before.current = count;
  }, [graph, selected, count]);
}
