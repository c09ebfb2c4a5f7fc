/** Starts the UI: loads the texts of the language, then shows the screen of the address. */
import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { queryClient } from "./api/queries.ts";
import { loadFirst, preferredLanguage } from "./i18n/index.tsx";
import { App } from "./shell/app.tsx";
import { settings } from "./settings.ts";
import "./style/tokens.css";
import "./style/base.css";

// After an upgrade of the server the parts of the old page are gone: load the new one, once.
addEventListener("vite:preloadError", (event) => {
  const last = Number(sessionStorage.getItem("gennaker.reloaded"));
  if (Date.now() - last < 60_000) return;
  event.preventDefault();
  sessionStorage.setItem("gennaker.reloaded", String(Date.now()));
  location.reload();
});

const root = document.getElementById("root");
if (!root) throw new Error("the page has no #root");

const language = settings().language ?? preferredLanguage();
const messages = await loadFirst(language);
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <App initial={{ language, messages }} />
    </QueryClientProvider>
  </StrictMode>,
);
