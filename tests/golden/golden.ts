/**
 * Golden histories: what the engine of one day stored, commit by commit, in tests/golden/*.jsonl. From each of these
 * commits the engine of today goes on and has to settle in the same way, so that runs outlive a new release.
 *
 * `deno run -A --unstable-kv --unstable-cron tests/golden/record.ts "name of a story"` adds one; what is there is never
 * recorded anew. Where what is stored changes on purpose, the old history stays and another is added beside it.
 */
import assert from "node:assert/strict";
import { oracle } from "../helpers/oracle.ts";
import { emptyDatabase } from "../helpers/engine.ts";
import { pooled, Prepared, World } from "../worker/crash_fixture.ts";
import type { Story } from "../worker/crash_fixture.ts";
import { STORIES } from "../worker/stories.ts";
import { MORE_STORIES } from "../long/shapes.ts";

/** A value: JSON text as it was stored, a counter, or nothing (it was deleted). */
type Stored = { t: string } | { n: string } | { gone: true };

/** In a key, the versionstamp of the commit that wrote it. */
const STAMP = "$stamp";

/** One line: all that a commit changed, and when (epoch ms). */
interface Commit {
  at: number;
  changed: [key: (string | number)[], value: Stored][];
}

/** Status of the execution, and status and port of each of its steps. */
type End = { status: string; steps: { [nodeId: string]: [status: string, port: string | null] } };

export interface Golden {
  story: string;
  end: End;
  /** The first is the database before it begins. */
  commits: Commit[];
}

const FOLDER = new URL("./", import.meta.url);
const decoder = new TextDecoder();
const encoder = new TextEncoder();

function storyOf(name: string): Story {
  const story = STORIES.get(name) ?? MORE_STORIES.get(name);
  assert.ok(story, `there is no story "${name}"`);
  return story;
}

/** Plays a story and notes what each commit changed. */
export async function record(name: string): Promise<Golden> {
  const story = storyOf(name);
  const real = await (await Prepared.of(story)).copy();
  const world = new World(real, { queue: false, ...story.options }, null);
  if (story.answer) world.probe.answer = story.answer;
  await world.open();
  let known = new Map<string, Deno.KvEntry<unknown>>();
  const commits: Commit[] = [];
  const note = async (): Promise<void> => {
    const now = new Map<string, Deno.KvEntry<unknown>>();
    for await (const entry of real.list({ prefix: [] })) now.set(JSON.stringify(entry.key), entry);
    const changed: Commit["changed"] = [];
    for (const [key, entry] of now) {
      if (known.get(key)?.versionstamp === entry.versionstamp) continue;
      changed.push([JSON.parse(key.replaceAll(entry.versionstamp, STAMP)), storedOf(entry.value)]);
    }
    for (const key of known.keys()) if (!now.has(key)) changed.push([JSON.parse(key), { gone: true }]);
    known = now;
    if (changed.length > 0) commits.push({ at: world.clock.now, changed });
  };
  await note();
  world.house.faults.afterCommit = note;
  await story.play(world);
  await world.house.settle();
  const end = await endOf(world);
  await world.engine.stop();
  world.house.die();
  real.close();
  return { story: name, end, commits };
}

function storedOf(value: unknown): Stored {
  return value instanceof Uint8Array ? { t: decoder.decode(value) } : { n: String(value) };
}

async function endOf({ engine, executionId }: World): Promise<End> {
  const { status, steps } = await engine.executions.get(executionId);
  return { status, steps: Object.fromEntries(steps.map((step) => [step.nodeId, [step.status, step.port]])) };
}

/** Written as one line for the story and its end, and one for each commit. */
export async function write(golden: Golden): Promise<string> {
  const { commits, ...head } = golden;
  const name = `${golden.story.replaceAll(/[^a-z]+/g, "_")}.${commits.length}.jsonl`;
  const lines = [head, ...commits].map((line) => JSON.stringify(line));
  await Deno.writeTextFile(new URL(name, FOLDER), `${lines.join("\n")}\n`, { createNew: true });
  return name;
}

async function read(name: string): Promise<Golden> {
  const [head = "", ...lines] = (await Deno.readTextFile(new URL(name, FOLDER))).trim().split("\n");
  return { ...JSON.parse(head), commits: lines.map((line) => JSON.parse(line)) };
}

/** Goes on from each commit of each history, or (`every` n) of each nth; fails with the one that ends otherwise. */
export async function replayGoldens(every = 1): Promise<{ histories: number; prefixes: number }> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(FOLDER)) if (name.endsWith(".jsonl")) names.push(name);
  let prefixes = 0;
  for (const name of names.sort()) {
    const golden = await read(name);
    const all = Array.from({ length: golden.commits.length }, (_, i) => i + 1);
    await pooled(all.filter((until) => until % every === 0), async (until) => {
      await goOn(golden, until).catch((error) => {
        throw new Error(
          `${name}, from commit ${until}: ${error instanceof Error ? error.stack : String(error)}`,
        );
      });
      prefixes++;
    });
  }
  return { histories: names.length, prefixes };
}

async function goOn(golden: Golden, until: number): Promise<void> {
  const story = storyOf(golden.story);
  const commits = golden.commits.slice(0, until);
  const real = await emptyDatabase();
  for (const { changed } of commits) await restore(real, changed);
  const world = new World(real, { queue: false, ...story.options }, null, commits.at(-1)!.at);
  if (story.answer) world.probe.answer = story.answer;
  await world.open();
  try {
    await story.play(world);
    await world.house.settle();
    // An engine of another day may have counted less.
    await oracle(world.store(), { recount: false });
    assert.deepEqual(await endOf(world), golden.end);
  } finally {
    await world.engine.stop();
    world.house.die();
    real.close();
  }
}

/** As one commit, so that what names its versionstamp names the same one again. */
async function restore(real: Deno.Kv, changed: Commit["changed"]): Promise<void> {
  const atomic = real.atomic();
  for (const [parts, value] of changed) {
    const key = parts.map((part) => part === STAMP ? real.commitVersionstamp() : part);
    if ("t" in value) atomic.set(key, encoder.encode(value.t));
    else if ("n" in value) atomic.set(key, new Deno.KvU64(BigInt(value.n)));
    else atomic.delete(key);
  }
  await atomic.commit();
}
