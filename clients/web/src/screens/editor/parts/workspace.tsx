/** The editor at work: graph, forms and text of one session, and the dialogs that it asks with. */
import type { StageKindDescriptor } from "@gennaker/client/gen/kinds";
import { useEffect, useMemo, useRef, useState } from "react";
import { useText } from "~/i18n/index.tsx";
import { ConfirmDialog } from "~/ui/index.ts";
import { useCommands, type Asking } from "../commands.ts";
import { Asked } from "../dialogs/asked.tsx";
import { useLeaveGuard } from "../guard.ts";
import { useEditorKeys } from "../keys.ts";
import { type Problem, stageAt } from "../model/paths.ts";
import { useCheck } from "../problems.ts";
import type { Session } from "../session.ts";
import type { Saved } from "../state.ts";
import type { EditorUrl } from "../url.ts";
import { GraphPanel } from "./graph-panel.tsx";
import { Notices } from "./notices.tsx";
import { Pane } from "./pane.tsx";
import { partOf } from "./part.ts";
import { ProblemList } from "./problem-list.tsx";
import { TextPane } from "./text-pane.tsx";
import { Toolbar, useRefusal } from "./toolbar.tsx";

interface Props {
  session: Session;
  kinds: readonly StageKindDescriptor[];
  url: EditorUrl;
  /** The etag that the server has now, as far as it is known. */
  latest: string;
  onSaved: (saved: Saved) => void;
}

export function Workspace({ session, kinds: list, url, latest, onSaved }: Props) {
  const t = useText();
  const [asking, ask] = useState<Asking>();
  const [jump, setJump] = useState<Problem>();
  const side = useRef<HTMLDivElement>(null);
  const kinds = useMemo(() => new Map(list.map((kind) => [kind.kind, kind])), [list]);
  const check = useCheck(session.document, session.name, list);
  const refusal = useRefusal(session, check);
  const commands = useCommands(session, ask);
  const departure = useLeaveGuard(session.dirty);
  const selected = session.selection.at(-1);
  useEffect(() => url.setStage(selected), [selected]);
  const canSave = session.dirty && refusal === undefined;
  useEditorKeys({ session, commands, idle: asking === undefined, save: () => canSave && ask({ what: "save" }) });
  const jumpTo = (problem: Problem) => {
    const stage = stageAt(session.document, problem.path);
    if (stage !== undefined) session.select([stage]);
    url.setPart(partOf(problem.path[0]));
    setJump({ ...problem });
    requestAnimationFrame(() => focusProblem(side.current));
  };
  const { view, format } = url;
  return (
    <div className="editor" data-view={view}>
      <Toolbar session={session} commands={commands} check={check} refusal={refusal} view={view} onView={url.setView} ask={ask} />
      <Notices session={session} latest={latest} onMerge={() => ask({ what: "merge" })} />
      <div className="editor-main">
        <section className="editor-graph" aria-label={t("editor.graph")} inert={session.unreadable !== undefined}>
          <GraphPanel session={session} commands={commands} kinds={kinds} problems={check.problems} onOpen={(id) => {
            session.select([id]);
            url.setPart("stage");
            requestAnimationFrame(() => side.current?.querySelector<HTMLElement>(".pane-body input, .pane-body textarea, .pane-body select")?.focus());
          }} onPick={() => url.setPart("stage")} />
        </section>
        {view !== "form" && (
          <section className="editor-text" aria-label={t("editor.text")}>
            <TextPane key={format} session={session} format={format} onFormat={url.setFormat} problems={check.problems} jump={jump} />
          </section>
        )}
        {view !== "code" && (
          <section ref={side} className="editor-side" aria-label={t("editor.forms")} inert={session.unreadable !== undefined}>
            <Pane session={session} commands={commands} kinds={kinds} problems={check.problems} part={url.part} onPart={url.setPart} />
          </section>
        )}
      </div>
      <ProblemList document={session.document} problems={check.problems} onJump={jumpTo} />
      {asking && <Asked asking={asking} session={session} commands={commands} list={list} kinds={kinds} refusal={refusal} onSaved={onSaved} ask={ask} onPick={() => url.setPart("stage")} />}
      {departure && (
        <ConfirmDialog title={t("editor.leaveTitle")} action={t("editor.leave")} onConfirm={async () => departure.leave()} onClose={departure.stay}>
          <p>{t("editor.leaveHelp")}</p>
        </ConfirmDialog>
      )}
    </div>
  );
}

/** The field that is wrong gets the focus, if a form shows it. */
function focusProblem(side: HTMLElement | null) {
  const field = side?.querySelector<HTMLElement>("[aria-invalid=true]");
  field?.scrollIntoView({ block: "center" });
  field?.focus();
}
