/** The parts that screens are made of. */
import { type ReactNode, useEffect, useId } from "react";
import { Link } from "wouter";
import { useText } from "~/i18n/index.tsx";
import { Icon, type IconName } from "./icon.tsx";
import "./page.css";

/** A link in the path above a title. */
export interface Crumb {
  label: string;
  to: string;
}

interface PageProps {
  title: ReactNode;
  /** The title of the window, where `title` is no text. */
  windowTitle?: string;
  crumbs?: readonly Crumb[];
  /** Buttons beside the title. */
  actions?: ReactNode;
  children: ReactNode;
}

/** A screen: its title (also the window's), where it stands, what can be done, and the content. */
export function Page({ title, windowTitle, crumbs, actions, children }: PageProps) {
  const name = windowTitle ?? (typeof title === "string" ? title : "");
  useEffect(() => {
    document.title = name ? `${name} · Gennaker` : "Gennaker";
  }, [name]);
  return (
    <div className="page">
      <header>
        <div className="grow">
          {crumbs && crumbs.length > 0 && (
            <ol className="crumbs">{crumbs.map((crumb) => <li key={crumb.to}><Link href={crumb.to}>{crumb.label}</Link></li>)}</ol>
          )}
          <h1>{title}</h1>
        </div>
        {actions && <div className="row">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

/** A framed part of a screen. */
export function Panel({ title, actions, flush, children }: { title?: ReactNode; actions?: ReactNode; flush?: boolean; children: ReactNode }) {
  const id = useId();
  return (
    <section className="panel" aria-labelledby={title ? id : undefined}>
      {(title || actions) && <header>{title && <h2 id={id}>{title}</h2>}{actions && <div className="row">{actions}</div>}</header>}
      <div className="panel-body" data-flush={flush || undefined}>{children}</div>
    </section>
  );
}

/** Names and values; what has no value is left out. */
export function Facts({ facts }: { facts: readonly (readonly [ReactNode, ReactNode])[] }) {
  const shown = facts.filter(([, value]) => value !== undefined && value !== null && value !== "");
  // The rows have no identity but their place.
  return <dl className="facts">{shown.map(([name, value], index) => [<dt key={`n${index}`}>{name}</dt>, <dd key={`v${index}`}>{value}</dd>])}</dl>;
}

/** What an empty list says: what would be here, one thing to do, and the same on the command line. */
export function EmptyState({ title, icon, children, action, command }:
  { title: ReactNode; icon?: IconName; children?: ReactNode; action?: ReactNode; command?: string }) {
  const t = useText();
  return (
    <div className="empty">
      {icon && <Icon name={icon} size={32} />}
      <h2>{title}</h2>
      {children && <p>{children}</p>}
      {action}
      {command && <p>{t("common.commandLine")}: <code>{command}</code></p>}
    </div>
  );
}

/** Something is on its way. */
export function Spinner({ label }: { label?: string }) {
  const t = useText();
  return <span className="spinner" role="status"><Icon name="running" />{label ?? t("common.loading")}</span>;
}
