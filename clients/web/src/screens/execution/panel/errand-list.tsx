/** What was set off and is not waited for: messages, and work that was called off. */
import { type Errand, Errand_State } from "@gennaker/client/gen/execution";
import { useText } from "~/i18n/index.tsx";
import { type Look, StatusBadge, Time } from "~/ui/index.ts";

const LOOKS: Record<Errand_State, Look> = {
  [Errand_State.UNSPECIFIED]: { tone: "idle", icon: "info", text: "status.unknown" },
  [Errand_State.PENDING]: { tone: "running", icon: "running", text: "status.running" },
  [Errand_State.DONE]: { tone: "ok", icon: "check", text: "status.succeeded" },
  [Errand_State.FAILED]: { tone: "failed", icon: "cross", text: "status.failed" },
};

export function ErrandList({ errands }: { errands: readonly Errand[] }) {
  const t = useText();
  return (
    <ul className="task-list">
      {errands.map((errand) => (
        <li key={errand.id}>
          <div className="row">
            <span className="grow">{errand.description}</span>
            {errand.attempt > 1 && <span className="muted">{t("execution.attempt", { number: errand.attempt })}</span>}
            <StatusBadge look={LOOKS[errand.state]} bare />
          </div>
          {errand.message && <p className="task-message muted">{errand.message}</p>}
          {errand.retryTime && errand.state === Errand_State.PENDING && <p className="task-start muted">{t("execution.triedAgain")} <Time at={errand.retryTime} relative /></p>}
        </li>
      ))}
    </ul>
  );
}
