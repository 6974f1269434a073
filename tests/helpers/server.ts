/** The real program as its own process: started, killed, stopped and started again on one database file. */
import assert from "node:assert/strict";

const ROOT = new URL("../../", import.meta.url).pathname;
/** An owner's token for fixtures; what a test asserts is done by pointer and keys. */
const TOKEN = "fixture-token-0123456789-0123456789-0123456789";
/** Long only where something is wrong, or the machine has much else to do. */
const START_MS = 90_000;
const SETTLE_MS = 180_000;

export interface ServerOptions {
  env?: Readonly<Record<string, string>>;
  /** Another Deno than the one that runs the tests. */
  deno?: string;
  /** Another program than main.ts, with its arguments; it says that it runs as main.ts does. */
  program?: readonly string[];
}

/** A started server with its own folder; `await using` kills it and removes the folder. */
export class Server implements AsyncDisposable {
  readonly url: string;
  #folder: string;
  #options: ServerOptions;
  #child: Deno.ChildProcess | null = null;
  #said = "";
  #reading: Promise<unknown> = Promise.resolve();

  constructor(folder: string, port: number, options: ServerOptions) {
    this.#folder = folder;
    this.#options = options;
    this.url = `http://127.0.0.1:${port}`;
  }

  /** The process that runs now. */
  get pid(): number {
    assert.ok(this.#child, "the server does not run");
    return this.#child.pid;
  }

  /** Settles when the process that runs now has ended, by itself or not. */
  get ended(): Promise<unknown> {
    assert.ok(this.#child, "the server does not run");
    return this.#child.status;
  }

  /** Everything that it printed since the last start. */
  get said(): string {
    return this.#said;
  }

  /** The set-up link as a person at the terminal reads it. */
  get setUpLink(): string {
    const link = /Create the first owner at (\S+)/.exec(this.#said)?.[1];
    assert.ok(link, `no set-up link in: ${this.#said}`);
    return link;
  }

  /** Starts the process and returns once it has printed that it runs. */
  async start(): Promise<void> {
    this.#said = "";
    const child = this.#child = new Deno.Command(this.#options.deno ?? Deno.execPath(), {
      // As `deno task start` has it: packages come from the cache, without a look at node_modules for each.
      args: [
        ...["run", "--quiet", "-A", "--no-check", "--node-modules-dir=none"],
        ...this.#options.program ?? ["main.ts"],
      ],
      cwd: ROOT,
      clearEnv: true,
      env: {
        ...inherited(),
        NO_COLOR: "1",
        PORT: new URL(this.url).port,
        LEADFLOW_KV: `${this.#folder}/leadflow.db`,
        LEADFLOW_TOKEN: TOKEN,
        ...this.#options.env,
      },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const running = Promise.withResolvers<void>();
    const hear = (text: string): void => {
      this.#said += text;
      if (this.#said.includes("LeadFlow runs")) running.resolve();
    };
    this.#reading = Promise.all([readAll(child.stdout, hear), readAll(child.stderr, hear)]);
    const timer = setTimeout(() => running.reject(new Error(`not started in time: ${this.#said}`)), START_MS);
    child.status.then(({ code }) => running.reject(new Error(`ended with ${code}: ${this.#said}`)));
    try {
      await running.promise;
    } finally {
      clearTimeout(timer);
    }
  }

  /** SIGKILL: the process has no say. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** A polite stop; says how it ended and how long that took. */
  async stop(signal: "SIGTERM" | "SIGINT" = "SIGTERM"): Promise<{ code: number; ms: number }> {
    const began = performance.now();
    const code = await this.#end(signal);
    return { code, ms: performance.now() - began };
  }

  /** SIGINT, and SIGKILL if it is still there after so long, as a host that scales down does. Says whether that was needed. */
  async retire(graceMs: number): Promise<boolean> {
    const child = this.#child;
    let killed = false;
    const timer = setTimeout(() => {
      try {
        child?.kill("SIGKILL");
        killed = true;
      } catch {
        // It has ended, and its last words are still being read.
      }
    }, graceMs);
    await this.#end("SIGINT");
    clearTimeout(timer);
    return killed;
  }

  async #end(signal: Deno.Signal): Promise<number> {
    const child = this.#child;
    if (child === null) return 0;
    this.#child = null;
    try {
      child.kill(signal);
    } catch {
      // It ended by itself; its code says so.
    }
    const { code } = await child.status;
    await this.#reading;
    return code;
  }

  /** A fixture's call of the API as an owner; refuses anything but a success. */
  async api(
    method: string,
    path: string,
    body?: unknown,
    headers: { [name: string]: string } = {},
  ): Promise<unknown> {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        ...headers,
        authorization: `Bearer ${TOKEN}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    assert.ok(response.ok, `${method} ${path} → ${response.status} ${text}\n${this.#said.slice(-2_000)}`);
    return text ? JSON.parse(text) : null;
  }

  /** The body of an event stream, from its first event on. */
  async stream(path: string): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
    const response = await fetch(this.url + path, { headers: { authorization: `Bearer ${TOKEN}` } });
    assert.ok(response.ok && response.body, `${path} → ${response.status}`);
    return response.body;
  }

  /** The story's curl; returns the execution's id. */
  async hook(path: string, body: unknown): Promise<string> {
    const response = await fetch(`${this.url}/hooks/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    assert.equal(response.status, 202, `${text}\n${this.#said.slice(-2_000)}`);
    return textOf(JSON.parse(text), "executionId");
  }

  /** Creates and publishes a workflow; returns its id. */
  async publish(workflow: unknown): Promise<string> {
    const id = textOf(await this.api("POST", "/api/workflow", workflow), "id");
    await this.api("POST", `/api/workflow/${id}/publish`, {});
    return id;
  }

  /** Waits for an execution's last event, as its stream closes then; returns the status it ended with. */
  async settled(executionId: string): Promise<string> {
    const response = await fetch(`${this.url}/api/monitoring/executions/${executionId}/stream`, {
      headers: { authorization: `Bearer ${TOKEN}` },
      signal: AbortSignal.timeout(SETTLE_MS),
    });
    assert.ok(response.ok, `stream of ${executionId} → ${response.status}`);
    await response.text();
    return textOf(await this.api("GET", `/api/monitoring/executions/${executionId}`), "status");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await Deno.remove(this.#folder, { recursive: true }).catch((error) => {
      // Servers on one folder: another has removed it.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }
}

/** Starts a server on a fresh database and a free port. */
export async function startServer(options: ServerOptions = {}): Promise<Server> {
  const server = new Server(await Deno.makeTempDir({ prefix: "leadflow-" }), freePort(), options);
  try {
    await server.start();
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
  return server;
}

/** One text of an answer, by its name. */
export function textOf(answer: unknown, name: string): string {
  assert.ok(typeof answer === "object" && answer !== null);
  const value: unknown = Reflect.get(answer, name);
  assert.ok(typeof value === "string", `no ${name} in ${JSON.stringify(answer)}`);
  return value;
}

/** Below those that systems hand out by themselves: while a server is down, nobody else is given its port. Browsers take all. */
const PORTS = { from: 11_000, to: 30_000 };
const given = new Set<number>();

/** A port on which nobody listens, each time another one. */
export function freePort(): number {
  for (;;) {
    const port = PORTS.from + Math.floor(Math.random() * (PORTS.to - PORTS.from));
    if (given.has(port) || isTaken(port)) continue;
    given.add(port);
    return port;
  }
}

function isTaken(port: number): boolean {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return false;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return true;
    throw error;
  }
}

/** The tester's environment without what decides how LeadFlow runs. */
function inherited(): Record<string, string> {
  const own = Object.entries(Deno.env.toObject()).filter(([name]) => !/^(LEADFLOW_.*|PORT|HOST)$/.test(name));
  return Object.fromEntries(own);
}

async function readAll(stream: ReadableStream<Uint8Array>, hear: (text: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  for await (const chunk of stream) hear(decoder.decode(chunk, { stream: true }));
}
