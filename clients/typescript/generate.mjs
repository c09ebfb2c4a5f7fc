// Generates src/gen from the API's descriptors, without protoc: `npm run generate`, after `make generate`.
//
// The rules and form hints of fields are left out of the embedded descriptors: the server applies them, and clients that build
// forms ask for them (ListStageKinds). It makes what a browser loads a third smaller.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { CodeGeneratorRequestSchema, CodeGeneratorResponseSchema, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2] ?? join(here, "src/gen");
const annotations = "gennaker/v1/annotations.proto";

/** The files of a descriptor set that the server's build left, each after those that it imports. */
function descriptors(name) {
  const bytes = readFileSync(join(here, "../../proto/src/generated", name));
  return fromBinary(FileDescriptorSetSchema, bytes, { readUnknownFields: false }).file;
}

/** The files of the API without the options of `annotations`. */
function api() {
  const files = descriptors("documented.bin").filter((file) => file.name !== annotations);
  for (const file of files) {
    file.dependency = file.dependency.filter((name) => name !== annotations);
    file.options = undefined;
  }
  return files;
}

/** The file with the details of errors, under the path that it has everywhere else, and what it imports. */
function errorDetails() {
  const files = descriptors("errors.bin").filter((file) => file.name !== "status.proto");
  for (const file of files) {
    if (file.package === "google.rpc") file.name = `google/rpc/${file.name}`;
  }
  return files;
}

const files = new Map([...api(), ...errorDetails()].map((file) => [file.name, file]));
const request = create(CodeGeneratorRequestSchema, {
  fileToGenerate: [...files.keys()].filter((name) => /^(gennaker|google\/rpc)\//.test(name)),
  parameter: "target=ts,import_extension=ts",
  protoFile: [...files.values()],
});
const plugin = spawnSync(process.execPath, [join(here, "../node_modules/@bufbuild/protoc-gen-es/bin/protoc-gen-es")], {
  input: toBinary(CodeGeneratorRequestSchema, request),
  maxBuffer: 1 << 26,
});
if (plugin.status !== 0) throw new Error(`protoc-gen-es failed: ${plugin.stderr}`);
const response = fromBinary(CodeGeneratorResponseSchema, plugin.stdout);
if (response.error) throw new Error(response.error);
rmSync(out, { recursive: true, force: true });
for (const file of response.file) {
  const path = join(out, file.name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, file.content);
}
