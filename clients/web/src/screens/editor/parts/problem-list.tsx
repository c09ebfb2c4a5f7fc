/** Everything that is wrong or odd, each a button that leads there. */
import { useText } from "~/i18n/index.tsx";
import { Icon } from "~/ui/index.ts";
import type { JsonObject } from "../model/json.ts";
import { pathText, type Problem } from "../model/paths.ts";

interface Props {
  document: JsonObject;
  problems: readonly Problem[];
  onJump: (problem: Problem) => void;
}

export function ProblemList({ document, problems, onJump }: Props) {
  const t = useText();
  if (problems.length === 0) return null;
  return (
    <section className="problem-list" aria-label={t("editor.problems")}>
      <ul>
        {problems.map((problem) => (
          <li key={`${problem.path.join("/")} ${problem.text}`}>
            <button type="button" data-severity={problem.severity} onClick={() => onJump(problem)}>
              <Icon name={problem.severity === "error" ? "cross" : "warning"} />
              <span className="problem-kind">{t(problem.severity === "error" ? "editor.error" : "editor.warning")}</span>
              {problem.path.length > 0 && <code>{pathText(document, problem.path)}</code>}
              <span className="grow">{problem.text}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
