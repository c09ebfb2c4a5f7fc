import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

/** The files below a folder, by their paths. */
function contents(folder: string): Map<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((file) => join(file.parentPath, file.name)).sort();
  return new Map(paths.map((path) => [path.slice(folder.length), readFileSync(path, "utf8")]));
}

it("is what the descriptors say: else run `npm run generate`", () => {
  const fresh = mkdtempSync(join(tmpdir(), "gennaker-generated-"));
  try {
    const run = spawnSync(process.execPath, [join(root, "generate.mjs"), fresh], { encoding: "utf8" });
    expect(run.stderr).toBe("");
    const committed = contents(join(root, "src/gen"));
    const expected = contents(fresh);
    expect([...committed.keys()]).toEqual([...expected.keys()]);
    for (const [path, text] of expected) expect(committed.get(path) === text, path).toBe(true);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
});
