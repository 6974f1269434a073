/**
 * `deno task test:long`: what takes minutes. Prints the seed and the counts that were really run; ends with 1 when
 * something was lost or doubled, or nothing was run. `--only` selects by the names in PARTS (several with commas), `--seed N`
 * repeats, `--kills N`, `--rounds N` and `--minutes N` (of the overload) shorten or lengthen.
 */
import { deploy } from "../processes/deploy.ts";
import { runBackpressure } from "./backpressure.ts";
import { runCancels } from "./cancels.ts";
import { runChunks } from "./chunks.ts";
import { runDeliveries } from "./deliveries.ts";
import { denokv } from "./denokv.ts";
import { runEffects } from "./effects.ts";
import { kills } from "./kills.ts";
import { runMetrics } from "./metrics.ts";
import { runPoison } from "./poison.ts";
import type { Options, Result } from "./result.ts";
import { runFaults, runGraphs, runJumps, runOffsets, runZombies } from "./simulations.ts";
import { runSchedules } from "./schedules.ts";
import { runTimers } from "./timers.ts";
import { runVersions } from "./versions.ts";

const PARTS: { readonly [name: string]: (options: Options) => Promise<Result> } = {
  graphs: runGraphs,
  faults: runFaults,
  zombies: runZombies,
  clocks: runOffsets,
  jumps: runJumps,
  kills: runKills,
  deploy: runDeploy,
  denokv: runDenokv,
  timers: runTimers,
  schedules: runSchedules,
  effects: runEffects,
  chunks: runChunks,
  metrics: runMetrics,
  backpressure: runBackpressure,
  versions: runVersions,
  cancel: runCancels,
  deliveries: runDeliveries,
  poison: runPoison,
};
/** Each is a host of its own: what one left cannot help the next. */
const ROUNDS_A_HOST = 25;
/** Until its end, and then seen unchanged for as long. */
const LEASES_MS = 34_000;

async function runKills(options: Options): Promise<Result> {
  const lines: string[] = [];
  let ok = true;
  for (const queue of ["on", "off"]) {
    const found = await kills({ kills: options.kills, seed: options.seed, queue });
    ok &&= found.accepted > 0 && found.missing + found.unfinished + found.mails === 0;
    lines.push(
      `kill -9, queue ${queue}: ${found.kills} kills × 100 requests, ${found.requests} sent, ` +
        `${found.accepted} accepted, ${found.missing} missing, ${found.unfinished} not completed, ` +
        `${found.mails} without exactly one mail`,
    );
  }
  return { told: lines.join("\n"), ok };
}

async function runDeploy({ rounds, seed }: Options): Promise<Result> {
  const sum = { rounds: 0, instances: 0, killed: 0, accepted: 0 };
  const wrong: string[] = [];
  for (let i = 0; sum.rounds < rounds; i++) {
    const found = await deploy({ rounds: Math.min(ROUNDS_A_HOST, rounds - sum.rounds), seed: seed + i });
    sum.rounds += found.rounds;
    sum.instances += found.instances;
    sum.killed += found.killed;
    sum.accepted += found.accepted;
    wrong.push(...found.lost, ...found.doubled);
  }
  return {
    told: `as on Deploy: ${sum.rounds} rounds, ${sum.instances} instances, ${sum.killed} of them killed, ` +
      `${sum.accepted} accepted, ${wrong.length} lost or doubled${
        wrong.map((line) => `\n  ${line}`).join("")
      }`,
    ok: sum.accepted > 0 && wrong.length === 0,
  };
}

async function runDenokv(): Promise<Result> {
  const program = Deno.env.get("DENOKV");
  if (!program) {
    return { told: "denokv: not run, DENOKV names no program (cargo install denokv --locked)", ok: true };
  }
  const found = await denokv(program);
  const ok = found.unfinished === 0 && found.doubled.length === 0 && found.cancelMs < 2_000 &&
    found.resumedMs !== null && found.resumedMs < LEASES_MS;
  return {
    told: `two processes over denokv: ${found.executions} executions, ${found.unfinished} not completed, ` +
      `${found.doubled.length} doubled, ${found.mostAtOnce} steps at once at most, cancelled after ` +
      `${found.cancelMs} ms, a killed one's steps again after ${
        Math.round((found.resumedMs ?? NaN) / 1_000)
      } s, ` +
      `× ${found.ratio.toFixed(2)} of one process`,
    ok,
  };
}

function readArguments(args: readonly string[]): Options {
  const given = new Map<string, string>();
  for (let i = 0; i < args.length; i += 2) given.set(args[i]!, args[i + 1] ?? "");
  const number = (name: string, otherwise: number): number => {
    const value = Number(given.get(name) ?? otherwise);
    if (!Number.isInteger(value) || value < 1) throw new Error(`${name} takes a whole number from 1`);
    return value;
  };
  const only = given.get("--only")?.split(",") ?? Object.keys(PARTS);
  const known = ["--only", "--seed", "--kills", "--rounds", "--minutes"];
  const wrong = [...given.keys()].find((name) => !known.includes(name)) ??
    only.find((name) => !(name in PARTS));
  if (wrong !== undefined) throw new Error(`"${wrong}" is not known; accepted: ${known.join(", ")}`);
  return {
    only,
    seed: number("--seed", 1 + Date.now() % 1_000_000),
    kills: number("--kills", 200),
    rounds: number("--rounds", 100),
    minutes: number("--minutes", 2),
  };
}

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

const options = readArguments(Deno.args);
say(`seed ${options.seed}`);
let ok = true;
for (const name of options.only) {
  const began = performance.now();
  const result = await PARTS[name]!(options).catch((error: unknown): Result => (
    { told: `${name}: ${error instanceof Error ? error.stack : String(error)}`, ok: false }
  ));
  ok &&= result.ok;
  say(
    `${result.told}\n  ${result.ok ? "as promised" : "WRONG"}, ${
      Math.round((performance.now() - began) / 1_000)
    } s`,
  );
}
Deno.exit(ok ? 0 : 1);
