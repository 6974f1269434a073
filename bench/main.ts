/**
 * `deno task bench`: measures the real server and prints one table. `--only a,b` selects, `--long` also lists 200,000
 * executions. Ends with 1 when something was wrong (an execution lost, a wait early), never for slowness.
 */
import { runProgram } from "./bench.ts";
import type { Bench } from "./bench.ts";
import { counted } from "./counted.ts";
import { editor } from "./editor.ts";
import { fanOut } from "./fan_out.ts";
import { latency } from "./latency.ts";
import { listing } from "./listing.ts";
import { many } from "./many.ts";
import { memory, startUp } from "./process_cost.ts";
import { RawKvResult } from "./raw_kv.ts";
import { recovery } from "./recovery.ts";
import { rate, table } from "./report.ts";
import type { Findings, Row } from "./report.ts";
import { schedules } from "./schedules.ts";
import { killAll } from "./server_process.ts";
import { sleeping } from "./sleeping.ts";
import { steps } from "./steps.ts";
import { throughput } from "./throughput.ts";
import { viewers } from "./viewers.ts";
import { waits } from "./waits.ts";

const SECTIONS: { [letter: string]: (bench: Bench) => Promise<Findings> } = {
  // First, because the others are compared to it.
  h: rawKv,
  a: throughput,
  b: steps,
  c: latency,
  d: waits,
  e: startUp,
  f: memory,
  g: listing,
  i: many,
  j: fanOut,
  k: sleeping,
  l: recovery,
  m: schedules,
  n: counted,
  o: viewers,
  editor,
};

/** (h) The database alone, on a file in the same folder. */
async function rawKv(bench: Bench): Promise<Findings> {
  bench.say("(h) the database alone");
  const { small, large } = RawKvResult.parse(
    JSON.parse(await runProgram("raw_kv.ts", `${bench.folder}/h.db`)),
  );
  bench.rawCommits = small;
  const row = (what: string, commits: number, keys: number): Row => ({
    section: "h",
    what,
    measured: `${rate(commits)}, ${rate(commits * keys)} keys`.replace("/s keys", " keys/s"),
    target: "",
    ratio: commits / small,
  });
  return {
    rows: [
      row("raw KV, 3 mutations a commit, in sequence", small, 3),
      row("raw KV, 300 mutations a commit, in sequence", large, 300),
    ],
    failures: [],
  };
}

/** What the numbers were measured on. */
function machine(): string {
  const load = Deno.loadavg().map((each) => each.toFixed(1)).join(" ");
  return `${navigator.hardwareConcurrency} cores, load average ${load}, Deno ${Deno.version.deno}, ${Deno.build.target}`;
}

function write(stream: { writeSync(bytes: Uint8Array): number }, text: string): void {
  stream.writeSync(new TextEncoder().encode(text));
}

/** `--only` and `--long`; throws for anything else. */
function readArguments(args: readonly string[]): { letters: string[]; long: boolean } {
  let letters = Object.keys(SECTIONS);
  let long = false;
  for (let i = 0; i < args.length; i++) {
    if (args[i] === "--long") long = true;
    else if (args[i] === "--only") {
      const asked = (args[++i] ?? "").split(",");
      const unknown = asked.filter((letter) => !(letter in SECTIONS));
      if (unknown.length > 0) {
        throw new Error(
          `--only takes ${Object.keys(SECTIONS).sort().join(", ")}, not "${unknown.join(",")}"`,
        );
      }
      letters = letters.filter((letter) => asked.includes(letter));
    } else throw new Error(`"${args[i]}" is not known; accepted: --only a,b and --long`);
  }
  return { letters, long };
}

async function run({ letters, long }: ReturnType<typeof readArguments>): Promise<number> {
  const folder = await Deno.makeTempDir({ prefix: "leadflow-bench-" });
  const bench: Bench = { folder, long, say: (line) => write(Deno.stderr, `${line}\n`) };
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => {
      killAll();
      try {
        Deno.removeSync(folder, { recursive: true });
      } finally {
        // A server that is just ending may still write there: then the folder stays, and the benchmark ends all the same.
        Deno.exit(130);
      }
    });
  }
  const rows: Row[] = [];
  const failures: string[] = [];
  try {
    for (const letter of letters) {
      const found = await SECTIONS[letter]!(bench).catch((error: unknown): Findings => (
        { rows: [], failures: [`(${letter}) ${error instanceof Error ? error.message : String(error)}`] }
      ));
      rows.push(...found.rows);
      failures.push(...found.failures);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  rows.sort((a, b) => a.section.localeCompare(b.section));
  write(Deno.stdout, `\n${table(rows)}\n${machine()}\n`);
  for (const failure of failures) write(Deno.stdout, `WRONG: ${failure}\n`);
  return failures.length > 0 ? 1 : 0;
}

function fromCommandLine(): ReturnType<typeof readArguments> {
  try {
    return readArguments(Deno.args);
  } catch (error) {
    write(Deno.stderr, `${error instanceof Error ? error.message : String(error)}\n`);
    Deno.exit(2);
  }
}

Deno.exit(await run(fromCommandLine()));
