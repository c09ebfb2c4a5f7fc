/** The application: language, appearance, the frame, and the screen of the address. */
import { useEffect, useState } from "react";
import { Router } from "wouter";
import { type Locale, LocaleProvider, loadMessages } from "~/i18n/index.tsx";
import { useSettings } from "~/settings.ts";
import { Toasts } from "~/ui/index.ts";
import { Frame } from "./frame.tsx";

/** The path under which the UI is served, without a slash at the end. */
const basePath = new URL(".", document.baseURI).pathname.replace(/\/$/, "");

export function App({ initial }: { initial: Locale }) {
  const { theme } = useSettings();
  const locale = useLocale(initial);
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);
  useEffect(() => {
    document.documentElement.lang = locale.language;
  }, [locale.language]);
  return (
    <LocaleProvider {...locale}>
      <Router base={basePath}>
        <Frame />
        <Toasts />
      </Router>
    </LocaleProvider>
  );
}

/** The texts of the chosen language; those of the first view, or of the language before, stay until all are there. */
function useLocale(initial: Locale): Locale {
  const wanted = useSettings().language ?? initial.language;
  const [locale, setLocale] = useState(initial);
  useEffect(() => {
    let current = true;
    void loadMessages(wanted).then((messages) => current && setLocale({ language: wanted, messages }));
    return () => {
      current = false;
    };
  }, [wanted]);
  return locale;
}
