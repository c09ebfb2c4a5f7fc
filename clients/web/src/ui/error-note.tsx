/** What went wrong, where it happened. */
import { useText } from "~/i18n/index.tsx";
import { explain } from "~/api/errors.ts";
import { Button } from "./button.tsx";
import { Icon } from "./icon.tsx";
import "./error-note.css";

/** An error with its reason and the fields it is about. */
export function ErrorNote({ error, onRetry }: { error: unknown; onRetry?: (() => void) | undefined }) {
  const t = useText();
  const problem = explain(error);
  return (
    <div className="error-note" role="alert">
      <Icon name="warning" />
      <div className="grow">
        <strong>{problem.unreachable ? t("common.unreachable") : problem.message}</strong>
        {problem.violations.length > 0 && (
          <ul>{problem.violations.map((one) => <li key={`${one.field} ${one.description}`}><code>{one.field}</code> {one.description}</li>)}</ul>
        )}
      </div>
      {onRetry && <Button small onClick={onRetry}>{t("common.retry")}</Button>}
    </div>
  );
}
