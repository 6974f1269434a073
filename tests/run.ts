/**
 * Runs every test: builds the islands, makes sure of Chromium, checks types once, then `deno test`, in two lots at once
 * where nothing picks among them. The last line is `N passed, N failed`. Arguments: paths pick files, words filter by
 * name, options go to `deno test`.
 */
import { ensureChromium } from "./helpers/chromium.ts";

const ROOT = new URL("../", import.meta.url).pathname;
/** The same as `deno task check`. */
const CHECKED = ["main.ts", "engine", "routes", "islands", "tests", "bench"];
const SUMMARY = /^(?:ok|FAILED) \| (\d+) passed\b.*? \| (\d+) failed\b(.*)$/gm;

interface Counts {
  passed: number;
  failed: number;
}

/** Reads the last summary of `deno test`; ignored tests count as failed: what is skipped proves nothing. */
export function readSummary(output: string): Counts | null {
  const last = [...output.matchAll(SUMMARY)].at(-1);
  if (!last) return null;
  const ignored = Number(/(\d+) ignored/.exec(last[3] ?? "")?.[1] ?? 0);
  return { passed: Number(last[1]), failed: Number(last[2]) + ignored };
}

/** A browser's tests wait most of the time, and so do the others: beside each other they take little more than half. */
const SLOW_LOT = ["tests/e2e/"];
const LEAST_CORES = 2;

/** Which paths are run at once with which others: all that is in `tests/`, each in one lot. */
export function lotsOf(entries: readonly string[], cores: number): string[][] {
  const others = entries.filter((entry) => !SLOW_LOT.includes(entry));
  return cores < LEAST_CORES || others.length === entries.length ? [[...entries]] : [SLOW_LOT, others];
}

/** What `deno test` is given for the arguments of `deno task test`. */
export function testArguments(args: readonly string[], isPath: (text: string) => boolean): string[] {
  const options = args.filter((text) => text.startsWith("-"));
  const words = args.filter((text) => !text.startsWith("-") && !isPath(text));
  const paths = args.filter((text) => !text.startsWith("-") && isPath(text));
  const filter = words.length > 0 ? ["--filter", `/(?i:${words.map(escapeForRegex).join("|")})/`] : [];
  return [
    ...["test", "-A", "--unstable-kv", "--unstable-cron", "--no-check"],
    ...options,
    ...filter,
    ...(paths.length > 0 ? paths : ["tests/"]),
  ];
}

function escapeForRegex(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}

function isPath(text: string): boolean {
  try {
    Deno.statSync(ROOT + text);
    return true;
  } catch {
    return false;
  }
}

/** What has tests in it, right below `tests/`. */
function testEntries(): string[] {
  const found: string[] = [];
  for (const { name, isDirectory } of Deno.readDirSync(`${ROOT}tests`)) {
    if (isDirectory) found.push(`tests/${name}/`);
    else if (/_test\.tsx?$/.test(name)) found.push(`tests/${name}`);
  }
  return found.sort();
}

/** Runs deno in the project, saying what it says as it comes; returns how it ended and the end of what it said. */
async function deno(
  args: readonly string[],
  say: (bytes: Uint8Array) => Promise<void> = writeAll,
): Promise<{ success: boolean; said: string }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const decoder = new TextDecoder();
  let said = "";
  for await (const chunk of child.stdout) {
    await say(chunk);
    said = (said + decoder.decode(chunk, { stream: true })).slice(-20_000);
  }
  return { success: (await child.status).success, said };
}

async function writeAll(bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) done += await Deno.stdout.write(bytes.subarray(done));
}

/** Everything in order; a type error does not keep the tests from running, and counts as one failure. */
async function run(args: readonly string[]): Promise<Counts> {
  const built = await deno(["run", "-A", "islands/build.ts"]);
  if (!built.success) return { passed: 0, failed: 1 };
  try {
    await ensureChromium();
  } catch (error) {
    await writeAll(new TextEncoder().encode(`${error instanceof Error ? error.message : String(error)}\n`));
    return { passed: 0, failed: 1 };
  }
  const checked = await deno(["check", "--quiet", ...CHECKED]);
  const lots = args.length > 0 ? [args] : lotsOf(testEntries(), navigator.hardwareConcurrency);
  const counts = await test(lots);
  return { passed: counts.passed, failed: counts.failed + (checked.success ? 0 : 1) };
}

/** The lots at once: the first is heard as it runs, the others when it has ended. */
async function test(lots: readonly (readonly string[])[]): Promise<Counts> {
  const held: Uint8Array[][] = lots.map(() => []);
  const running = lots.map((lot, i) =>
    deno(
      testArguments(lot, isPath),
      i === 0 ? writeAll : (bytes) => Promise.resolve(void held[i]!.push(bytes)),
    )
  );
  const all: Counts = { passed: 0, failed: 0 };
  for (const [i, lot] of running.entries()) {
    const tested = await lot;
    for (const bytes of held[i]!) await writeAll(bytes);
    const counts = readSummary(tested.said) ?? { passed: 0, failed: 1 };
    const silent = !tested.success && counts.failed === 0;
    all.passed += counts.passed;
    all.failed += counts.failed + (silent ? 1 : 0);
  }
  return all;
}

if (import.meta.main) {
  const { passed, failed } = await run(Deno.args);
  await writeAll(new TextEncoder().encode(`${passed} passed, ${failed} failed\n`));
  Deno.exit(failed === 0 && passed > 0 ? 0 : 1);
}
