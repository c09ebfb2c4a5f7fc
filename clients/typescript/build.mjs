// Builds dist/: the package as it is published, with JavaScript and declarations in place of TypeScript.
//
// In this workspace the package is its TypeScript source, so that the web UI is built from it without a step in between.
import { spawnSync } from "node:child_process";
import { copyFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "dist");

/** The published manifest: what is needed to use the package, and its entries as the compiler leaves them. */
function manifest() {
  const { name, version, description, license, type, sideEffects, engines, dependencies, exports } = JSON.parse(
    readFileSync(join(here, "package.json"), "utf8"),
  );
  const compiled = Object.entries(exports).map(([entry, source]) => {
    const base = source.replace(/\.ts$/, "");
    return [entry, { types: `${base}.d.ts`, default: `${base}.js` }];
  });
  return { name, version, description, license, type, sideEffects, engines, dependencies, exports: Object.fromEntries(compiled) };
}

rmSync(dist, { recursive: true, force: true });
const compiler = spawnSync(process.execPath, [join(here, "../node_modules/typescript/bin/tsc"), "-p", "tsconfig.build.json"], {
  cwd: here,
  stdio: "inherit",
});
if (compiler.status !== 0) process.exit(1);
writeFileSync(join(dist, "package.json"), `${JSON.stringify(manifest(), undefined, 2)}\n`);
copyFileSync(join(here, "README.md"), join(dist, "README.md"));
