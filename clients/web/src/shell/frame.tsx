/** The frame around every screen: navigation, search, how live the page is, and the user's settings. */
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { useLocation } from "wouter";
import { useText } from "~/i18n/index.tsx";
import { HealthBadge } from "~/live/health-badge.tsx";
import { Button, IconButton, Menu } from "~/ui/index.ts";
import { Boundary } from "./boundary.tsx";
import { useKeys } from "./keys.ts";
import { ApplicationNavigation, Brand, MainNavigation, useMainLinks } from "./navigation.tsx";
import { Routes } from "./routes.tsx";
import "./frame.css";

const KeyHelp = lazy(async () => ({ default: (await import("./key-help.tsx")).KeyHelp }));
const loadPalette = async () => ({ default: (await import("./palette.tsx")).Palette });
const Palette = lazy(loadPalette);
const SettingsDialog = lazy(async () => ({ default: (await import("./settings-dialog.tsx")).SettingsDialog }));

/** How long after the frame the palette is loaded. */
const PALETTE_AFTER_MS = 1000;

type Open = "palette" | "settings" | "keys" | undefined;

export function Frame() {
  const t = useText();
  const [address, go] = useLocation();
  const [open, setOpen] = useState<Open>();
  const links = useMainLinks();
  useEffect(() => {
    // Who presses `/` types on at once: it is there before, but after the first view.
    const timer = setTimeout(() => void loadPalette(), PALETTE_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  const application = /^\/apps\/([^/]+)/.exec(address)?.[1];
  useKeys({ go, application, onSearch: () => setOpen("palette"), onHelp: () => setOpen("keys") });
  return (
    <div className="frame">
      <a className="skip" href="#content" onClick={(event) => { event.preventDefault(); document.getElementById("content")?.focus(); }}>{t("shell.skip")}</a>
      <header className="top">
        <Brand />
        <div className="only-wide"><MainNavigation /></div>
        <div className="only-narrow">
          <Menu items={links.map(({ to, label, icon }) => ({ label, icon, onSelect: () => go(to) }))}
            trigger={(wiring) => <IconButton icon="menu" label={t("shell.menu")} {...wiring} />} />
        </div>
        <span className="grow" />
        <HealthBadge />
        <span className="only-wide"><Button tone="quiet" icon="search" onClick={() => setOpen("palette")}>{t("common.search")} <kbd aria-hidden="true">/</kbd></Button></span>
        <span className="only-narrow"><IconButton icon="search" label={t("common.search")} onClick={() => setOpen("palette")} /></span>
        <span className="only-wide"><IconButton icon="info" label={t("shell.help")} onClick={() => setOpen("keys")} /></span>
        <IconButton icon="gear" label={t("shell.settings")} onClick={() => setOpen("settings")} />
      </header>
      {application && <ApplicationNavigation application={application} />}
      <Content address={address} />
      <Suspense>
        {open === "palette" && <Palette onClose={() => setOpen(undefined)} />}
        {open === "settings" && <SettingsDialog onClose={() => setOpen(undefined)} />}
        {open === "keys" && <KeyHelp onClose={() => setOpen(undefined)} />}
      </Suspense>
    </div>
  );
}

/** The screen. The focus goes to it when the address changes, so that readers hear the new one. */
function Content({ address }: { address: string }) {
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  useEffect(() => {
    if (!first.current) main.current?.focus({ preventScroll: true });
    first.current = false;
  }, [address]);
  return (
    <main id="content" ref={main} tabIndex={-1} className="grow">
      <Boundary at={address}><Routes /></Boundary>
    </main>
  );
}
