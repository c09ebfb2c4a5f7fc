import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/** The server that the development server passes the API's calls on to. */
const server = process.env.GENNAKER_SERVER ?? "http://127.0.0.1:8480";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Puts a `.br` and a `.gz` beside each file that gets smaller by it, for the server to choose from. */
function precompress(): Plugin {
  return {
    name: "precompress",
    apply: "build",
    enforce: "post",
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        for (const [name, file] of Object.entries(bundle)) {
          const source = Buffer.from(file.type === "chunk" ? file.code : file.source);
          if (!/\.(js|css|html|svg|json|webmanifest)$/.test(name)) continue;
          const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: source.length };
          this.emitFile({ type: "asset", fileName: `${name}.br`, source: brotliCompressSync(source, { params }) });
          this.emitFile({ type: "asset", fileName: `${name}.gz`, source: gzipSync(source, { level: 9 }) });
        }
      },
    },
  };
}

export default defineConfig({
  // Addresses are relative to <base href>, which the server sets to the path that it is reached under.
  base: "./",
  plugins: [precompress()],
  // Preact stands in for React, in the libraries too (docs/decisions/0020).
  resolve: {
    alias: [
      { find: "~", replacement: here("src") },
      { find: /^react$/, replacement: "preact/compat" },
      { find: /^react-dom$/, replacement: "preact/compat" },
      { find: /^react-dom\/client$/, replacement: "preact/compat/client" },
      { find: /^react\/jsx-(dev-)?runtime$/, replacement: "preact/jsx-runtime" },
    ],
  },
  define: { __VERSION__: JSON.stringify(JSON.parse(readFileSync(here("package.json"), "utf8")).version) },
  build: {
    target: "es2023",
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // The worker is an entry of its own and no copy: what it shares with the pages is loaded once.
      input: { index: here("index.html"), worker: here("src/live/worker.ts") },
      output: {
        // Many small parts cost more in requests than they save.
        advancedChunks: {
          groups: [
            { name: "protocol", test: /typescript.src|@bufbuild|@connectrpc|web.src.live.(?!.*\.tsx)/ },
            { name: "base", test: /node_modules.(preact|wouter|use-sync|regexparam|mitt|@tanstack.(react-)?query)|web.src.(settings|i18n.(index|text)|api.|ui.(?!virtual-list|log-view|log-lines|json-tree|markdown))/ },
          ],
        },
        entryFileNames: (chunk) => (chunk.name === "worker" ? "worker.js" : "assets/[name]-[hash].js"),
      },
    },
  },
  server: {
    proxy: Object.fromEntries(["/gennaker.v1.", "/v1/", "/webhooks/", "/healthz", "/metrics"].map((path) => [path, server])),
  },
  test: { include: ["src/**/*.test.{ts,tsx}"], environment: "jsdom", server: { deps: { inline: [/@tanstack/, /@testing-library\/preact/, /wouter/, /use-sync-external-store/] } } },
});
