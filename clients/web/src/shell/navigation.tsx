/** Where one can go. */
import { Link, useLocation } from "wouter";
import { useText } from "~/i18n/index.tsx";
import { Icon, type IconName } from "~/ui/index.ts";

interface Destination {
  to: string;
  label: string;
  icon: IconName;
}

/** The sail, which is the product's mark, and its name. */
export function Brand() {
  const t = useText();
  return (
    <Link href="/" className="brand">
      <svg width="20" height="20" viewBox="0 0 32 32" aria-hidden="true"><path fill="currentColor" d="M6 29V3c16 3 21 12 20 26-6-4-13-5-20 0z" /></svg>
      {t("shell.product")}
    </Link>
  );
}

/** The places of the whole server. */
export function useMainLinks(): Destination[] {
  const t = useText();
  return [
    { to: "/", label: t("shell.home"), icon: "home" },
    { to: "/apps", label: t("shell.applications"), icon: "app" },
    { to: "/projects", label: t("shell.projects"), icon: "project" },
    { to: "/operations", label: t("shell.operations"), icon: "history" },
    { to: "/accounts", label: t("shell.accounts"), icon: "cloud" },
  ];
}

function Links({ links }: { links: readonly Destination[] }) {
  const [address] = useLocation();
  const current = links.filter(({ to }) => address === to || address.startsWith(`${to}/`)).sort((a, b) => b.to.length - a.to.length)[0];
  return (
    <ul className="nav">
      {links.map((link) => (
        <li key={link.to}>
          <Link href={link.to} aria-current={link === current ? "page" : undefined}><Icon name={link.icon} />{link.label}</Link>
        </li>
      ))}
    </ul>
  );
}

export function MainNavigation() {
  const t = useText();
  return <nav aria-label={t("shell.navigation")}><Links links={useMainLinks()} /></nav>;
}

/** The places of an application. */
export function ApplicationNavigation({ application }: { application: string }) {
  const t = useText();
  const base = `/apps/${application}`;
  const links: Destination[] = [
    { to: `${base}/executions`, label: t("shell.executions"), icon: "play" },
    { to: `${base}/pipelines`, label: t("shell.pipelines"), icon: "pipeline" },
    { to: `${base}/clusters`, label: t("shell.clusters"), icon: "cloud" },
    { to: `${base}/load-balancers`, label: t("shell.loadBalancers"), icon: "split" },
    { to: `${base}/firewalls`, label: t("shell.firewalls"), icon: "shield" },
    { to: `${base}/images`, label: t("shell.images"), icon: "app" },
    { to: `${base}/triggers`, label: t("shell.triggers"), icon: "bolt" },
    { to: `${base}/settings`, label: t("shell.settings"), icon: "gear" },
  ];
  return (
    <nav className="sub" aria-label={t("shell.applicationNavigation")}>
      <strong><Link href={base}>{application}</Link></strong>
      <Links links={links} />
    </nav>
  );
}
