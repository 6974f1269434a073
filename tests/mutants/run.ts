/**
 * Plants bugs, one after the other, in a copy of the tree and sees that the tests notice. A mutant is caught when its
 * tests pass without it and fail with it. Arguments: parts of names, to plant only those. Ends with 1 when one was missed.
 */
import { cpSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { readSummary } from "../run.ts";
import { MUTANTS } from "./mutants.ts";
import type { Edit, Mutant, Selection } from "./mutant.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const COPIED = [
  ...["engine", "islands", "routes", "static", "tests"],
  ...["main.ts", "environment.ts", "log.ts", "telemetry.ts", "deno.json", "deno.lock"],
];
/** Tests that do not end have noticed nothing. */
const LIMIT_MS = 180_000;

/** The text with the bug in it; throws when what it replaces is not there exactly once. */
export function planted(text: string, { file, find, replace }: Edit): string {
  const found = text.split(find).length - 1;
  if (found !== 1) throw new Error(`Cannot plant in ${file}: found ${found} times: ${find.trim()}`);
  return text.replace(find, () => replace);
}

export interface Verdict {
  passed: boolean;
  /** Names of tests that failed. */
  failed: string[];
}

/** Reads what `deno test` said. What did not load, or ran nothing, is neither passed nor failed: null. */
export function verdictOf(output: string): Verdict | null {
  // Of a test that takes more than a minute, that is said in the middle of its line.
  const said = output.replaceAll(/'[^\n]*' has been running for over \([^)\n]*\)\n/g, "");
  const counts = readSummary(said);
  if (!counts || counts.passed + counts.failed === 0) return null;
  const failed = [...said.matchAll(/^(?! )(.+?) \.\.\. FAILED\b/gm)].map((match) => match[1]!);
  if (counts.failed > 0 && failed.length === 0) return null;
  return { passed: counts.failed === 0, failed };
}

/** The tree as it is now, where bugs may be planted. */
function copyTree(): string {
  const folder = Deno.makeTempDirSync({ prefix: "leadflow-mutants-" });
  for (const name of COPIED) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  return folder;
}

async function test(folder: string, { file, filter, env }: Selection): Promise<Verdict | null> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["test", "-A", "--unstable-kv", "--unstable-cron", "--no-check", "--fail-fast"],
      ...(filter === undefined ? [] : ["--filter", filter]),
      file,
    ],
    cwd: folder,
    env: { ...env, NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "null",
    signal: AbortSignal.timeout(LIMIT_MS),
  });
  return verdictOf(new TextDecoder().decode((await child.output()).stdout));
}

interface Result {
  caught: boolean;
  how: string;
}

async function judge(folder: string, mutant: Mutant): Promise<Result> {
  const before = new Map<string, string>();
  try {
    for (const edit of mutant.edits) {
      const path = join(folder, edit.file);
      const text = Deno.readTextFileSync(path);
      if (!before.has(path)) before.set(path, text);
      Deno.writeTextFileSync(path, planted(text, edit));
    }
    const verdict = await test(folder, mutant.noticedBy);
    if (!verdict) return { caught: false, how: "its tests did not run to an end" };
    if (verdict.passed) return { caught: false, how: `not noticed by ${mutant.noticedBy.file}` };
    return { caught: true, how: verdict.failed.join(", ") };
  } catch (error) {
    return { caught: false, how: error instanceof Error ? error.message : String(error) };
  } finally {
    for (const [path, text] of before) Deno.writeTextFileSync(path, text);
  }
}

/** A selection that fails by itself catches nothing; each is run once without a bug. */
async function provenSound(
  folder: string,
  selection: Selection,
  known: Map<string, boolean>,
): Promise<boolean> {
  const name = JSON.stringify(selection);
  const sound = known.get(name) ?? (await test(folder, selection))?.passed === true;
  known.set(name, sound);
  return sound;
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

async function plantAll(mutants: readonly Mutant[]): Promise<number> {
  const folder = copyTree();
  const known = new Map<string, boolean>();
  let caught = 0;
  try {
    say("| mutant | caught by | seconds |\n| --- | --- | ---: |");
    for (const mutant of mutants) {
      const started = performance.now();
      const sound = await provenSound(folder, mutant.noticedBy, known);
      const result = sound ? await judge(folder, mutant) : {
        caught: false,
        how: `${mutant.noticedBy.file} fails without it`,
      };
      if (result.caught) caught++;
      const seconds = ((performance.now() - started) / 1_000).toFixed(1);
      say(`| ${mutant.name} | ${result.caught ? "" : "MISSED: "}${result.how} | ${seconds} |`);
    }
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
  return caught;
}

if (import.meta.main) {
  const wanted = MUTANTS.filter(({ name }) =>
    Deno.args.length === 0 || Deno.args.some((part) => name.includes(part))
  );
  const caught = await plantAll(wanted);
  say(`${caught} caught, ${wanted.length - caught} missed`);
  Deno.exit(caught === wanted.length && caught > 0 ? 0 : 1);
}
