/** The server as a process. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const BINARY = process.env.BINARY ?? fileURLToPath(new URL("../../../target/debug/gennaker", import.meta.url));

/** A server on the loopback that can be killed and started again at the same address. */
export class ServerProcess {
  readonly #directory: string;
  #child: ChildProcess | undefined;
  #listen = "127.0.0.1:0";

  constructor(directory: string) {
    this.#directory = directory;
  }

  get address(): string {
    return `http://${this.#listen}`;
  }

  /** Starts it and waits until it is ready. */
  async start(): Promise<void> {
    if (!existsSync(BINARY)) throw new Error(`${BINARY} is missing: run \`cargo build -p gennaker\` first`);
    const options = ["--data-dir", this.#directory, "--listen", this.#listen, "--log-format", "json"];
    const child = spawn(BINARY, ["serve", ...options], { stdio: ["ignore", "ignore", "pipe"] });
    this.#child = child;
    const said: string[] = [];
    for await (const line of createInterface(child.stderr)) {
      said.push(line);
      const address = /"message":"ready","address":"([^"]+)"/.exec(line)?.[1];
      if (!address) continue;
      this.#listen = address;
      child.stderr.resume();
      return;
    }
    throw new Error(`the server did not start:\n${said.join("\n")}`);
  }

  /** Ends it without giving it a chance to say goodbye. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, "exit");
    child.kill("SIGKILL");
    await exit;
  }
}
