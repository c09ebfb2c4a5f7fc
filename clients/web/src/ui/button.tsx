/** Buttons, and links that look like them. */
import type { ComponentProps } from "react";
import { Link } from "wouter";
import { classes } from "./classes.ts";
import { Icon, type IconName } from "./icon.tsx";
import "./button.css";

interface Look {
  /** `primary` is what a screen is for (one a view), `danger` takes something away, `quiet` has no frame. */
  tone?: "primary" | "danger" | "quiet" | undefined;
  small?: boolean | undefined;
  icon?: IconName | undefined;
}

type ButtonProps = Look & ComponentProps<"button"> & { busy?: boolean | undefined };

/** A button. `busy` keeps it from being pressed again and says so. */
export function Button({ tone, small, icon, busy, className, children, disabled, ...rest }: ButtonProps) {
  return (
    <button type="button" className={classes("button", className)} data-tone={tone} data-small={small || undefined}
      disabled={disabled || busy} aria-busy={busy || undefined} {...rest}>
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

type IconButtonProps = Omit<ButtonProps, "children" | "icon"> & { icon: IconName; label: string };

/** A button that shows only an icon; the label is its name, and shown on hover. */
export function IconButton({ icon, label, tone = "quiet", ...rest }: IconButtonProps) {
  return (
    <Button tone={tone} data-icon="" aria-label={label} title={label} {...rest}>
      <Icon name={icon} />
    </Button>
  );
}

/** A link to another screen that looks like a button. */
export function ButtonLink({ to, tone, small, icon, children }: Look & { to: string; children: React.ReactNode }) {
  return (
    <Link href={to} className="button" data-tone={tone} data-small={small || undefined}>
      {icon && <Icon name={icon} />}
      {children}
    </Link>
  );
}
