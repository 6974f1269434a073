/** Several real processes on one database file. */
import { flow, hookNode, waitNode } from "../e2e/flows.ts";
import { freePort, Server } from "../helpers/server.ts";
import type { LogLine } from "./step_log.ts";
import { readLines, writeLine } from "./step_log.ts";

export interface HouseOptions {
  env?: Readonly<Record<string, string>>;
  locks?: boolean;
}

export class House implements AsyncDisposable {
  readonly #options: HouseOptions;
  readonly #folder: string;
  readonly #servers: Server[] = [];

  private constructor(folder: string, options: HouseOptions) {
    this.#folder = folder;
    this.#options = options;
    Deno.writeTextFileSync(this.#log, "");
  }

  static async open(options: HouseOptions = {}): Promise<House> {
    return new House(await Deno.makeTempDir({ prefix: "leadflow-many-" }), options);
  }

  get #log(): string {
    return `${this.#folder}/steps.log`;
  }

  get lines(): LogLine[] {
    return readLines(this.#log);
  }

  /** One more process. */
  async add(): Promise<Server> {
    const server = this.prepare();
    await server.start();
    return server;
  }

  /** A process that is not started yet. */
  prepare(): Server {
    const { env, locks = true } = this.#options;
    const server = new Server(this.#folder, freePort(), {
      env: { LEADFLOW_SEND: "off", ...env },
      program: ["tests/processes/instance.ts", this.#log, locks ? "locks" : "no-locks"],
    });
    this.#servers.push(server);
    return server;
  }

  /** SIGKILL, noted before it is sent. */
  async kill(server: Server): Promise<void> {
    writeLine(this.#log, { what: "kill", pid: server.pid, at: Date.now() });
    await server.kill();
  }

  /** Says that a process has ended by itself. */
  died(pid: number): void {
    writeLine(this.#log, { what: "kill", pid, at: Date.now() });
  }

  /** Says that a process is about to be stopped: from now on its steps may be given to others. */
  stopping(server: Server): void {
    writeLine(this.#log, { what: "stop", pid: server.pid, at: Date.now() });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.#servers) await server[Symbol.asyncDispose]();
    await Deno.remove(this.#folder, { recursive: true }).catch(() => {});
  }
}

/** Webhook → slow → wait → slow. */
export function slowAndWait(path: string, ms: number, seconds = 1): unknown {
  return flow(
    `Slow and wait ${path}`,
    [
      hookNode(path),
      ["one", "slow", "One", { ms }],
      waitNode(seconds),
      ["two", "slow", "Two", { ms }],
    ],
    [["hook", "one"], ["one", "pause"], ["pause", "two"]],
  );
}

/** Webhook → deadly. */
export function onlyDeadly(path: string, how: string): unknown {
  return flow(`Deadly ${path}`, [hookNode(path), ["dead", "deadly", "Dead", { how }]], [["hook", "dead"]]);
}

/** Webhook → slow. */
export function onlySlow(path: string, ms: number): unknown {
  return flow(`Slow ${path}`, [hookNode(path), ["one", "slow", "One", { ms }]], [["hook", "one"]]);
}
