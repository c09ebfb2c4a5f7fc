/** Dialogs: the browser's own <dialog>, which keeps the focus inside and gives it back at the end. */
import { type ReactNode, type SubmitEvent, useId, useLayoutEffect, useRef, useState } from "react";
import { useText } from "~/i18n/index.tsx";
import { Button, IconButton } from "./button.tsx";
import { ErrorNote } from "./error-note.tsx";
import { TextField } from "./field.tsx";
import "./dialog.css";

/** Where people begin: the first field, where there is one, and not the button that closes. */
const FIRST_FIELD = ".dialog-body :is(input, select, textarea):not(:disabled)";

interface DialogProps {
  title: ReactNode;
  onClose: () => void;
  /** The buttons at the bottom. */
  footer?: ReactNode;
  wide?: boolean | undefined;
  children: ReactNode;
}

/** A modal dialog, open as long as it is rendered. Escape closes it. */
export function Dialog({ title, onClose, footer, wide, children }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const heading = useId();
  const t = useText();
  // A layout effect ends while the dialog is still in the page: only then can it give the focus back.
  useLayoutEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    dialog?.querySelector<HTMLElement>(FIRST_FIELD)?.focus();
    return () => dialog?.close();
  }, []);
  return (
    <dialog ref={ref} className="dialog" aria-labelledby={heading} data-wide={wide || undefined}
      onCancel={(event) => { event.preventDefault(); onClose(); }}>
      <header>
        <h2 id={heading}>{title}</h2>
        <IconButton icon="close" label={t("common.close")} onClick={onClose} />
      </header>
      <div className="dialog-body">{children}</div>
      {footer && <footer>{footer}</footer>}
    </dialog>
  );
}

interface ConfirmProps {
  title: ReactNode;
  /** The word on the button, what it does: "Destroy". */
  action: string;
  danger?: boolean | undefined;
  /** What must be typed first, for what can't be taken back. */
  typed?: string | undefined;
  disabled?: boolean | undefined;
  wide?: boolean | undefined;
  /** Does it. The dialog closes when it is done, and shows what went wrong. */
  onConfirm: () => Promise<unknown>;
  onClose: () => void;
  children?: ReactNode;
}

/** Asks before something is done, does it, and stays open with the reason when it failed. */
export function ConfirmDialog({ title, action, danger, typed, disabled, wide, onConfirm, onClose, children }: ConfirmProps) {
  const t = useText();
  const form = useId();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const [text, setText] = useState("");
  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      await onConfirm();
      onClose();
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };
  const blocked = disabled || (typed !== undefined && text !== typed);
  return (
    <Dialog title={title} onClose={onClose} wide={wide} footer={<>
      <Button onClick={onClose}>{t("common.cancel")}</Button>
      <Button type="submit" form={form} tone={danger ? "danger" : "primary"} busy={busy} disabled={blocked}>{action}</Button>
    </>}>
      <form id={form} className="stack" onSubmit={(event) => void submit(event)}>
        {children}
        {typed !== undefined && <TextField label={t("common.typeToConfirm", { name: typed })} value={text} onChange={setText} autoComplete="off" />}
        {error !== undefined && <ErrorNote error={error} />}
      </form>
    </Dialog>
  );
}
