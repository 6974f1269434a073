import { LoadPlan, LoadResult } from "./load.ts";
import { oddities } from "./report.ts";
import { ServerProcess } from "./server_process.ts";

export const MAIN: URL = new URL("../main.ts", import.meta.url);
/** With the no-op and the record of commits. */
export const BENCH_SERVER: URL = new URL("./server.ts", import.meta.url);

/** What the sections share. */
export interface Bench {
  /** Temporary folder of this run. */
  folder: string;
  /** Measure the long list too. */
  long: boolean;
  /** The raw database's small commits a second, once measured. */
  rawCommits?: number;
  say(line: string): void;
}

/** A server over a fresh database file. */
export function freshServer(bench: Bench, name: string, entry: URL = MAIN): Promise<ServerProcess> {
  return ServerProcess.start({ entry, kv: `${bench.folder}/${name}.db` });
}

/** As `runLoad`, with the server's own CPU time for each answer in µs: it says more than the rate on a busy machine. */
export async function runLoadOn(
  server: ServerProcess,
  plan: Omit<LoadPlan, "port">,
): Promise<LoadResult & { cpuMicros: number }> {
  const before = await server.cpuSeconds();
  const result = await runLoad({ ...plan, port: server.port });
  return { ...result, cpuMicros: (await server.cpuSeconds() - before) * 1_000_000 / result.inAll };
}

/** Runs the load generator in its own process. Throws when nothing at all was answered. */
export async function runLoad(plan: LoadPlan): Promise<LoadResult> {
  const output = await runProgram("load.ts", JSON.stringify(plan));
  const result = LoadResult.parse(JSON.parse(output));
  if (result.answered === 0) {
    throw new Error(`${plan.request.path} answered nothing of use${oddities(result)} ${result.refusal}`);
  }
  return result;
}

/** One of the benchmark's own programs; gives its output. */
export async function runProgram(file: string, argument: string): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", new URL(file, import.meta.url).pathname, argument],
    cwd: new URL("../", import.meta.url),
    stdin: "null",
    stderr: "inherit",
  });
  const { success, stdout } = await child.output();
  if (!success) throw new Error(`bench/${file} failed`);
  return new TextDecoder().decode(stdout);
}

/** A webhook's request; `########` in the body is a number that differs each time. */
export function post(path: string, body: { [name: string]: unknown }): LoadPlan["request"] {
  const text = JSON.stringify(body).replaceAll('"########"', "########");
  return { method: "POST", path: `/hooks/${path}`, body: text };
}

export const LEADLESS = { n: "########", company: "Acme", score: 72 };
export const WITH_EMAIL = {
  email: "person########@example.com",
  firstName: "Ann",
  company: "Acme",
  score: 72,
};

/** The raw-KV ratio where there is one. */
export function ratioOf(bench: Bench, perSecond: number): { ratio?: number } {
  return bench.rawCommits === undefined ? {} : { ratio: perSecond / bench.rawCommits };
}
