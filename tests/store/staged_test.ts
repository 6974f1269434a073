/** Large values are stored before the execution they belong to: when that never comes to be, nothing of them stays. */
import assert from "node:assert/strict";
import { FAULTS } from "../helpers/faulty_kv.ts";
import { ManualClock } from "../helpers/clock.ts";
import {
  chain,
  createProbe,
  emptyDatabase,
  hook,
  hookNode,
  isOver,
  node,
  openEngine,
  publish,
  turn,
} from "../helpers/engine.ts";
import { oracle } from "../helpers/oracle.ts";

const HOUR_MS = 3_600_000;
/** Too large for the accepting commit. */
const LARGE = { text: "x".repeat(300_000) };
/** What belongs to executions, and what says that something has been stored for one. */
const PREFIXES = ["body", "staged", "execution", "step"];

async function stored(real: Deno.Kv): Promise<{ [prefix: string]: number }> {
  const found: { [prefix: string]: number } = {};
  for (const prefix of PREFIXES) {
    const entries = await Array.fromAsync(real.list({ prefix: [prefix] }));
    if (entries.length > 0) found[prefix] = entries.length;
  }
  return found;
}

Deno.test("accept() of a large body leaves nothing beside it that says so", async () => {
  await using house = await openEngine();
  await publish(house.engine, [hookNode("go"), node("a", "probe")], chain("hook", "a"));
  const { executionId } = await hook(house.engine, "go", LARGE);
  await house.until(() => isOver(house.engine, executionId));
  const { body, execution, ...rest } = await stored(house.real);
  assert.deepEqual([execution, rest], [1, {}]);
  assert.ok(body! > 3, `${body} chunks`);
  await oracle(house.store);
});

Deno.test("of two accepts under one key at once, the one that lost is swept, and the other keeps its values", async () => {
  await using house = await openEngine();
  await publish(house.engine, [hookNode("go"), node("a", "probe")], chain("hook", "a"));
  // The first to store something hears of it when the others stand where it does: none has been told of another.
  house.faults.afterCommit = async (): Promise<void> => {
    house.faults.afterCommit = () => Promise.resolve();
    for (let quiet = 0; quiet < 5; quiet++) {
      await turn();
      if (house.faults.pending > 1) quiet = 0;
    }
  };
  const answers = await Promise.all([1, 2, 3].map(() => hook(house.engine, "go", LARGE, { key: "once" })));
  const ids = new Set(answers.map(({ executionId }) => executionId));
  assert.equal(ids.size, 1);
  const [id] = ids;
  await house.until(() => isOver(house.engine, id!));
  const kept = (await Array.fromAsync(house.real.list({ prefix: ["body", id!] }))).length;
  assert.ok((await stored(house.real)).body! > kept, "the losers had stored theirs");
  house.clock.advance(2 * HOUR_MS);
  await house.until(async () => (await stored(house.real)).staged === undefined, HOUR_MS);
  assert.equal((await stored(house.real)).body, kept);
  const execution = await house.engine.executions.get(id!);
  assert.deepEqual(execution.input, LARGE);
  await oracle(house.store);
});

Deno.test("a death or a cut at any commit of a large accept: the execution is whole, or nothing of it is left", async () => {
  let fired = 0;
  for (const fault of FAULTS) {
    for (let nth = 1;; nth++) {
      const [real, clock, probe] = [await emptyDatabase(), new ManualClock(), createProbe()];
      const house = await openEngine({ real, manual: clock, probe });
      await publish(house.engine, [hookNode("go"), node("a", "probe")], chain("hook", "a"));
      house.faults.arm({ name: "blob", nth, fault });
      const answer = hook(house.engine, "go", LARGE).catch(() => null);
      await Promise.race([answer, house.faults.crashed]);
      if (house.faults.fired) fired++;
      const alive = house.faults.dead ? await openEngine({ real, manual: clock, probe }) : house;
      clock.advance(2 * HOUR_MS);
      await alive.until(async () => (await stored(real)).staged === undefined, HOUR_MS);
      const [entry] = await Array.fromAsync(real.list({ prefix: ["execution"] }));
      if (entry) {
        const id = String(entry.key[1]);
        assert.deepEqual((await alive.engine.executions.get(id)).input, LARGE, `${fault} ${nth}`);
      } else assert.deepEqual(await stored(real), {}, `${fault} ${nth}`);
      await oracle(alive.store);
      const done = !house.faults.fired;
      await alive[Symbol.asyncDispose]();
      house.die();
      real.close();
      if (done) break;
    }
  }
  assert.ok(fired >= FAULTS.length * 2, `${fired} faults`);
});
