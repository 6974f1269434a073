/** A side effect is never silently repeated: told by a server that counts what it is asked under which key. */
import assert from "node:assert/strict";
import { systemClock } from "../../engine/worker/clock.ts";
import { ManualClock } from "../helpers/clock.ts";
import { ANN, chain, createProbe, emptyDatabase, hook, hookNode, node } from "../helpers/engine.ts";
import { openEngine, publish } from "../helpers/engine.ts";
import type { Opened, Probe } from "../helpers/engine.ts";
import { oracle } from "../helpers/oracle.ts";
import { mailServer } from "../messages/smtp_fixture.ts";
import type { FakeServer } from "../messages/smtp_fixture.ts";
import { chance } from "../processes/chance.ts";
import type { Options, Result } from "./result.ts";

const STEPS = 10;
const EXECUTIONS = 10_000;
/** So many are under way at once: fewer than a process refuses. */
const CROWD = 2_000;
const WORLDS = 20;
const PER_WORLD = 30;
const PATIENCE_MS = 72 * 3_600_000;

export async function runEffects({ seed }: Options): Promise<Result> {
  const clean = await faultFree();
  const sum = { steps: 0, repeats: 0, deaths: 0, mails: 0, uncertain: 0 };
  for (let i = 0; i < WORLDS; i++) {
    const found = await withDeaths(chance(seed + i)).catch((error) => {
      throw new Error(`--seed ${seed + i}: ${error instanceof Error ? error.stack : String(error)}`);
    });
    for (const name of ["steps", "repeats", "deaths", "mails", "uncertain"] as const) {
      sum[name] += found[name];
    }
  }
  return {
    told: `effects: ${clean.steps} steps without faults asked a counting server ${clean.asked} times, ` +
      `${clean.repeats} repeated; ${sum.steps} steps over ${sum.deaths} deaths, ${sum.repeats} repeated, each by a ` +
      `death inside it; ${sum.mails} mails sent, 0 twice, ${sum.uncertain} uncertain in the inbox`,
    ok: clean.steps === STEPS * EXECUTIONS && clean.asked === clean.steps && clean.repeats === 0 &&
      sum.deaths > 0 && sum.repeats > 0 && sum.mails > 0 && sum.uncertain > 0,
  };
}

async function faultFree(): Promise<{ steps: number; asked: number; repeats: number }> {
  const counts = new Map<string, number>();
  let asked = 0;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    asked++;
    const key = request.headers.get("idempotency-key") ?? "none";
    counts.set(key, (counts.get(key) ?? 0) + 1);
    await request.body?.cancel();
    return Response.json({ asked });
  });
  const { port } = server.addr;
  const house = await openEngine({ clock: systemClock, allowHosts: [`127.0.0.1:${port}`] });
  const calls = Array.from(
    { length: STEPS },
    (_, i) => node(`call${i}`, "api", { method: "POST", url: `http://127.0.0.1:${port}/`, body: { i } }),
  );
  await publish(house.engine, [hookNode("go"), ...calls], chain("hook", ...calls.map(({ id }) => id)));
  const live = async (): Promise<number> =>
    (await house.store.keys({ selector: { prefix: ["live"] } })).length;
  for (let sent = 0; sent < EXECUTIONS; sent += 100) {
    await Promise.all(Array.from({ length: 100 }, () => hook(house.engine, "go")));
    while (await live() > CROWD) await new Promise((resolve) => setTimeout(resolve, 100));
  }
  while (await live() > 0) await new Promise((resolve) => setTimeout(resolve, 100));
  const heads = (await house.store.keys({ selector: { prefix: ["execution"] } })).length;
  assert.equal(heads, EXECUTIONS);
  const page = await house.engine.executions.list({ status: "failed", limit: 1 });
  assert.deepEqual(page.items, []);
  await house.engine.stop();
  house.die();
  house.real.close();
  await server.shutdown();
  return { steps: counts.size, asked, repeats: asked - counts.size };
}

interface Deaths {
  steps: number;
  repeats: number;
  deaths: number;
  mails: number;
  uncertain: number;
}

interface Life {
  house: Opened;
  probe: Probe;
  died: boolean;
}

/** A crowd in which each process dies at some commit, until the work is done. */
async function withDeaths(random: () => number): Promise<Deaths> {
  await using server = await mailServer();
  const [real, manual] = [await emptyDatabase(), new ManualClock()];
  const lives: Life[] = [];
  const live = async (): Promise<Life> => {
    const probe = createProbe();
    const house = await openEngine({ real, manual, probe, random, smtpUrl: server.url, concurrency: 16 });
    lives.push({ house, probe, died: false });
    return lives.at(-1)!;
  };
  let current = await live();
  const mail = node("mail", "email", {
    to: "{{ lead.email }}",
    subject: "{{ execution.id }}",
    text: "Hello",
  });
  await publish(
    current.house.engine,
    [hookNode("go"), node("a", "probe"), node("b", "probe"), mail, node("c", "probe")],
    chain("hook", "a", "b", "mail", "c"),
  );
  await Promise.all(
    Array.from(
      { length: PER_WORLD },
      (_, i) => hook(current.house.engine, "go", { email: `lead-${i}@example.com` }),
    ),
  );
  let uncertain = 0;
  const end = manual.now + PATIENCE_MS;
  for (
    let rounds = 0;
    (await current.house.store.keys({ selector: { prefix: ["live"] }, limit: 1 })).length > 0;
    rounds++
  ) {
    assert.ok(manual.now < end, "not everything settles");
    if (lives.length <= 12 && rounds % 4 === 0) {
      const fault = random() < 0.5 ? "crash before" as const : "crash after" as const;
      current.house.faults.arm({ name: null, nth: 1 + Math.floor(random() * 3), fault });
    }
    await current.house.settle();
    if (current.house.faults.dead) {
      current.died = true;
      current.house.die();
      current = await live();
      continue;
    }
    uncertain += await decide(current);
    // The mail server takes its own time.
    await new Promise((resolve) => setTimeout(resolve, 2));
    manual.advance(1_000);
  }
  current.house.faults.arm(null);
  await current.house.settle();
  await oracle(current.house.store);
  const deaths = lives.filter(({ died }) => died).length;
  const repeats = explained(lives);
  const mails = sentOnce(server);
  await current.house.engine.stop();
  for (const { house } of lives) house.die();
  real.close();
  return { steps: PER_WORLD * 4, repeats, deaths, mails, uncertain };
}

/** Whoever is asked says that it was sent; how many were. */
async function decide({ house }: Life): Promise<number> {
  const asked = house.engine.inbox.list({ limit: 100 }).then(async ({ items }) => {
    for (const { id, kind } of items) {
      assert.equal(kind, "uncertain");
      await house.engine.inbox.complete(id, { outcome: "sent" }, ANN);
    }
    return items.length;
  });
  const answer = await Promise.race([asked, house.faults.crashed]);
  return answer === "crashed" ? 0 : answer;
}

/** Of a step that ran more than once, each run but the last was in a process that died; how many those are. */
function explained(lives: readonly Life[]): number {
  const runs = new Map<string, boolean[]>();
  for (const { probe, died } of lives) {
    const own = new Set<string>();
    for (const { key } of probe.calls) {
      assert.ok(!own.has(key), `${key} ran twice in one process`);
      own.add(key);
      runs.set(key, [...runs.get(key) ?? [], died]);
    }
  }
  let repeats = 0;
  for (const [key, ends] of runs) {
    assert.ok(ends.slice(0, -1).every(Boolean), `${key} was repeated though its process lived`);
    repeats += ends.length - 1;
  }
  return repeats;
}

function sentOnce(server: FakeServer): number {
  const ids = server.received.map(({ data }) => /^Message-ID: (.*)$/im.exec(data)?.[1]);
  assert.equal(new Set(ids).size, ids.length, "a mail was sent twice");
  return ids.length;
}
