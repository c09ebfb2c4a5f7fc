/** The frames of controls: label, help and what is wrong, tied together for screen readers. */
import { type ReactNode, useId } from "react";
import { useText } from "~/i18n/index.tsx";
import { Icon } from "~/ui/index.ts";

/** What ties a control to its frame. */
export interface Wiring {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": true | undefined;
}

interface FrameProps {
  label: string;
  help?: string | undefined;
  problems?: readonly string[] | undefined;
  required?: boolean | undefined;
  hideLabel?: boolean | undefined;
  /** Buttons at the end of the label. */
  aside?: ReactNode;
  children: (wiring: Wiring) => ReactNode;
}

/** The frame of a single control. */
export function Frame({ label, help, problems = [], required, hideLabel, aside, children }: FrameProps) {
  const id = useId();
  const t = useText();
  return (
    <div className="field form-field">
      {!(hideLabel && !aside) && (
        <div className="form-label">
          <label htmlFor={id} className={hideLabel ? "unseen" : undefined}>{label}{required && <span className="muted"> ({t("common.required")})</span>}</label>
          {aside}
        </div>
      )}
      {hideLabel && !aside && <label htmlFor={id} className="unseen">{label}</label>}
      {children({ id, "aria-describedby": describedBy(id, help, problems), "aria-invalid": problems.length > 0 ? true : undefined })}
      <Below id={id} help={help} problems={problems} />
    </div>
  );
}

interface GroupProps {
  label: string;
  help?: string | undefined;
  problems?: readonly string[] | undefined;
  required?: boolean | undefined;
  /** Buttons beside the title. */
  aside?: ReactNode;
  /** Without a line around it. */
  plain?: boolean | undefined;
  children?: ReactNode;
}

/** The frame of several controls that belong together. */
export function Group({ label, help, problems = [], required, aside, plain, children }: GroupProps) {
  const id = useId();
  const t = useText();
  return (
    <fieldset className="form-group" data-plain={plain || undefined} aria-describedby={describedBy(id, help, problems)}>
      <legend className="unseen">{label}</legend>
      <div className="form-label">
        <span className="form-title" aria-hidden="true">{label}{required && <span className="muted"> ({t("common.required")})</span>}</span>
        {aside}
      </div>
      <Below id={id} help={help} problems={problems} />
      {children}
    </fieldset>
  );
}

function describedBy(id: string, help: string | undefined, problems: readonly string[]): string | undefined {
  return [problems.length > 0 && `${id}-problem`, help && `${id}-help`].filter(Boolean).join(" ") || undefined;
}

function Below({ id, help, problems }: { id: string; help: string | undefined; problems: readonly string[] }) {
  return (
    <>
      {problems.length > 0 && (
        <span className="field-problem" id={`${id}-problem`}><Icon name="warning" size={14} /><span>{problems.join(" · ")}</span></span>
      )}
      {help && <span className="field-help" id={`${id}-help`}><Help text={help} /></span>}
    </>
  );
}

/** Help as the server has it: what stands in backticks is code. */
export function Help({ text }: { text: string }) {
  // The parts have no identity but their place.
  return text.split("`").map((part, index) => (index % 2 === 1 ? <code key={`${index}`}>{part}</code> : part));
}
