/** The owner's token of every server that the benchmark starts. */
export const TOKEN = "benchmark-benchmark-benchmark-benchmark";

export interface ServerOptions {
  /** The program: main.ts, or the benchmark's own with one more node type. */
  entry: URL;
  /** Database file. */
  kv: string;
  /** Beside the defaults. */
  env?: { readonly [name: string]: string };
}

const START_MS = 30_000;
const STOP_MS = 6_000;
/** Linux counts CPU time in hundredths of a second, on every machine (USER_HZ). */
const TICKS_PER_SECOND = 100;
const running = new Set<Deno.ChildProcess>();

/** Ends whatever server still runs; for when the benchmark itself is stopped. */
export function killAll(): void {
  for (const child of running) end(child);
}

/** A process that has ended cannot be killed: the id may be another's by now. */
function end(child: Deno.ChildProcess): void {
  if (running.has(child)) child.kill("SIGKILL");
}

/** A LeadFlow server in its own process, on a free port. */
export class ServerProcess {
  readonly port: number;
  readonly #child: Deno.ChildProcess;

  private constructor(child: Deno.ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  /** Resolves when it has said where it listens; throws with its last words when it ends before, or after 30 s. */
  static async start({ entry, kv, env }: ServerOptions): Promise<ServerProcess> {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "-A", "--node-modules-dir=none", entry.pathname],
      cwd: new URL("../", import.meta.url),
      clearEnv: true,
      env: { ...environment(kv), ...env },
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    running.add(child);
    child.status.then(() => running.delete(child));
    const timer = setTimeout(() => end(child), START_MS);
    try {
      return new ServerProcess(child, await announcedPort(child));
    } finally {
      clearTimeout(timer);
    }
  }

  /** As a power cut would: no handler runs. */
  async kill(): Promise<void> {
    end(this.#child);
    await this.#child.status;
  }

  /** Politely; after 6 s not any more. */
  async stop(): Promise<void> {
    if (!running.has(this.#child)) return;
    this.#child.kill("SIGTERM");
    const timer = setTimeout(() => end(this.#child), STOP_MS);
    await this.#child.status;
    clearTimeout(timer);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** Resident memory in MiB now; NaN where there is no /proc. */
  async memory(): Promise<number> {
    const status = await Deno.readTextFile(`/proc/${this.#child.pid}/status`).catch(() => "");
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? NaN) / 1_024;
  }

  /** CPU time that it has used so far, all threads, in seconds; NaN where there is no /proc. */
  async cpuSeconds(): Promise<number> {
    const stat = await Deno.readTextFile(`/proc/${this.#child.pid}/stat`).catch(() => "");
    // The name, in brackets, may hold spaces; user and system time are the 12th and 13th field after it.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11] ?? NaN) + Number(fields[12] ?? NaN)) / TICKS_PER_SECOND;
  }

  /** One request to the API as the owner; throws unless it is answered with 2xx. */
  async api(method: "GET" | "POST", path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`http://127.0.0.1:${this.port}${path}`, {
      method,
      headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} is answered ${response.status}: ${text}`);
    return JSON.parse(text);
  }
}

/** Nothing of the caller's own LeadFlow: what is measured is the default. */
function environment(kv: string): { [name: string]: string } {
  const inherited = Object.entries(Deno.env.toObject()).filter(([name]) => !name.startsWith("LEADFLOW_"));
  return {
    ...Object.fromEntries(inherited),
    HOST: "127.0.0.1",
    PORT: "0",
    LEADFLOW_KV: kv,
    LEADFLOW_TOKEN: TOKEN,
    NO_COLOR: "1",
  };
}

/** Reads the output until the address; then on to the end, so that the pipe never fills. */
async function announcedPort(child: Deno.ChildProcess): Promise<number> {
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`The server ended before it listened:\n${text.slice(-2_000)}`);
    text += value;
    const found = /http:\/\/[^\s:]+:(\d+)\S*\s/.exec(text);
    if (!found) continue;
    const drain = async (): Promise<void> => {
      while (!(await reader.read()).done);
    };
    // The pipe breaks when the server is killed.
    drain().catch(() => {});
    return Number(found[1]);
  }
}
