/** A real server for stories and bars, on a free port of this machine. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type Gennaker, connect } from "@gennaker/client";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const binary = process.env.BINARY ?? join(root, "target/debug/gennaker");
const ui = process.env.UI_DIR ?? fileURLToPath(new URL("../dist", import.meta.url));

/** A server with data of its own. */
export class Server {
  /** Where it is, `http://127.0.0.1:PORT`. */
  readonly address: string;
  /** The API, for what a story prepares and checks. */
  readonly api: Gennaker;
  readonly #data: string;
  readonly #settings: readonly string[];
  #process: ChildProcess;

  private constructor(process: ChildProcess, address: string, data: string, settings: readonly string[]) {
    this.#process = process;
    this.#data = data;
    this.#settings = settings;
    this.address = address;
    this.api = connect({ address, actor: "story" });
  }

  /** Starts one with an empty store; `settings` are further flags. */
  static async start(settings: readonly string[] = []): Promise<Server> {
    const data = await mkdtemp(join(tmpdir(), "gennaker-ui-"));
    const { process, address } = await launch(data, "127.0.0.1:0", settings);
    return new Server(process, `http://${address}`, data, settings);
  }

  /** Ends it like a power cut. */
  async kill(): Promise<void> {
    const ended = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await ended;
  }

  /** Starts it again on its data, at its address. */
  async restart(): Promise<void> {
    const started = await launch(this.#data, new URL(this.address).host, this.#settings);
    this.#process = started.process;
  }

  /** Ends it and removes its data. */
  async stop(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const ended = once(this.#process, "exit");
      this.#process.kill("SIGTERM");
      await ended;
    }
    await rm(this.#data, { recursive: true, force: true });
  }
}

/** Starts the program and waits until it says where it listens. */
async function launch(data: string, listen: string, settings: readonly string[]) {
  const flags = ["serve", "--data-dir", data, "--listen", listen, "--ui-dir", ui, "--set", "local.stop_on_shutdown=true", ...settings];
  const started = spawn(binary, flags, { stdio: ["ignore", "pipe", "pipe"] });
  const lines: string[] = [];
  const address = await new Promise<string>((resolve, reject) => {
    const look = (line: string) => {
      lines.push(line);
      const ready = /"message":"ready","address":"([^"]+)"/.exec(line);
      if (ready?.[1]) resolve(ready[1]);
    };
    for (const stream of [started.stdout, started.stderr]) createInterface({ input: stream }).on("line", look);
    started.once("error", reject);
    started.once("exit", (code) => reject(new Error(`${binary} ended with ${code}:\n${lines.join("\n")}`)));
  });
  return { process: started, address };
}
