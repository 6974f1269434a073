import assert from "node:assert/strict";
import type { StepState } from "../../engine/core/state.ts";
import type { Company } from "../../engine/core/suspect.ts";
import { Room } from "../../engine/worker/room.ts";
import { fresh } from "../core/random_graph.ts";
import { buildGraph } from "../../engine/core/graph.ts";

const GRAPH = buildGraph({ nodes: [], edges: [], settings: {} }, () => undefined);

interface Parts {
  room: Room;
  woken: string[];
  /** Executions with a step that is stored as running. */
  stored: Set<string>;
}

function open(slots: number): Parts {
  const woken: string[] = [];
  const stored = new Set<string>();
  const room = new Room({
    slots,
    isMine: () => true,
    wake: (id) => void woken.push(id),
    isQuiet: (but) => [...stored].every((id) => id === but),
  });
  return { room, woken, stored };
}

/** Commits that an execution's step has begun, and says what came of it. */
async function begin(
  { room, stored }: Parts,
  id: string,
  { alone = false, few = false, ok = true }: { alone?: boolean; few?: boolean; ok?: boolean } = {},
): Promise<boolean> {
  const step: StepState = { visit: 1, attempt: 1, ...(alone ? { alone: true } : few ? { few: true } : {}) };
  const next = { ...fresh(GRAPH), id, steps: new Map([["n", step]]) };
  const commit = (): Promise<{ ok: true; versionstamp: string } | { ok: false; stale: [] }> =>
    Promise.resolve(ok ? { ok: true, versionstamp: "1" } : { ok: false, stale: [] });
  const result = await room.taken({ next, started: ["n"] }, commit);
  if (!result.ok) return false;
  stored.add(id);
  room.decided(id, null);
  return true;
}

/** The step has ended, and that is written. */
function end({ room, stored }: Parts, id: string, company: Company = "anybody"): void {
  if (company !== "anybody") {
    stored.delete(id);
    room.decided(id, null);
    return room.giveBack(company);
  }
  room.giveBack(company);
  stored.delete(id);
  room.decided(id, null);
}

const SUSPECT = { slot: false, few: false, alone: true };
const OF_ONE_DEATH = { slot: false, few: true, alone: false };
const OTHER = { slot: true, few: false, alone: false };

Deno.test("Room: a suspect waits until what runs has ended and is written, and nothing begins meanwhile", async () => {
  const parts = open(3);
  const { room, woken, stored } = parts;
  await begin(parts, "one");
  await begin(parts, "two");
  room.decided("suspect", SUSPECT);
  assert.equal(room.free, 0, "draining");
  assert.equal(room.isEmptyFor("suspect"), false);
  end(parts, "one");
  assert.deepEqual(woken, []);
  room.giveBack("anybody");
  assert.deepEqual(woken, [], "it has ended, but a death would still be charged to it");
  stored.delete("two");
  room.decided("two", null);
  assert.deepEqual(woken, ["suspect"]);
  assert.ok(await begin(parts, "suspect", { alone: true }));
  assert.equal(room.free, 0);
  assert.equal(await begin(parts, "late"), false, "what was decided before does not begin beside it");
  end(parts, "suspect", "nobody");
  assert.equal(room.free, 3);
});

Deno.test("Room: suspects go one after the other, and between two as many others begin as there are slots", async () => {
  const parts = open(2);
  const { room, woken } = parts;
  for (const id of ["s1", "s2", "s3"]) room.decided(id, SUSPECT);
  for (const id of ["o1", "o2", "o3"]) room.decided(id, OTHER);
  const order: string[] = [];
  const running: string[] = [];
  for (let i = 0; order.length < 6; i++) {
    assert.ok(i < 20 && woken.length > 0, `stuck after ${order.join()}`);
    const id = woken.shift()!;
    const alone = id.startsWith("s");
    if (alone) assert.ok(room.isEmptyFor(id), id);
    else assert.ok(room.free > 0, id);
    assert.ok(await begin(parts, id, { alone }));
    order.push(id);
    if (alone) end(parts, id, "nobody");
    else running.push(id);
    if (woken.length === 0) { for (const other of running.splice(0)) end(parts, other); }
  }
  assert.deepEqual(order, ["s1", "o1", "o2", "s2", "o3", "s3"]);
  assert.equal(room.waiting, 0);
  assert.equal(room.free, 2);
});

Deno.test("Room: a suspect whose execution is gone gives its turn to the next, and the last to everybody", () => {
  const { room, woken } = open(2);
  room.decided("gone", SUSPECT);
  room.decided("other", OTHER);
  room.decided("next", SUSPECT);
  assert.deepEqual(woken, ["gone"]);
  room.letGo("gone");
  assert.deepEqual(woken, ["gone", "next"]);
  room.letGo("next");
  assert.deepEqual(woken, ["gone", "next", "other"]);
  assert.equal(room.free, 2);
});

Deno.test("Room: a commit of a suspect's start that is not made gives all slots back, and is tried again", async () => {
  const parts = open(2);
  const { room, woken } = parts;
  room.decided("suspect", SUSPECT);
  assert.equal(await begin(parts, "suspect", { alone: true, ok: false }), false);
  assert.ok(room.isEmptyFor("suspect"));
  assert.ok(await begin(parts, "suspect", { alone: true }));
  end(parts, "suspect", "nobody");
  assert.deepEqual([room.free, room.waiting], [2, 0]);
  assert.ok(woken.every((id) => id === "suspect"));
});

Deno.test("Room: with one slot, suspects and others take turns", async () => {
  const parts = open(1);
  const { room, woken } = parts;
  await begin(parts, "one");
  room.decided("suspect", SUSPECT);
  room.decided("two", OTHER);
  end(parts, "one");
  assert.deepEqual(woken, ["suspect"]);
  await begin(parts, "suspect", { alone: true });
  end(parts, "suspect", "nobody");
  assert.deepEqual(woken, ["suspect", "two"]);
  assert.ok(await begin(parts, "two"));
});

Deno.test("Room: suspects of one death run as a group of as many as the root of the slots, and nobody else begins", async () => {
  const parts = open(9);
  const { room, woken } = parts;
  await begin(parts, "one");
  for (const id of ["s1", "s2", "s3", "s4", "s5"]) room.decided(id, OF_ONE_DEATH);
  room.decided("guilty", SUSPECT);
  room.decided("other", OTHER);
  assert.deepEqual([room.free, room.fewFor("s1")], [0, 0], "draining");
  end(parts, "one");
  assert.deepEqual(woken.splice(0), ["s1", "s2", "s3"]);
  assert.ok(await begin(parts, "s1", { few: true }));
  assert.equal(room.isEmptyFor("guilty"), false);
  assert.equal(await begin(parts, "guilty", { alone: true }), false);
  assert.equal(await begin(parts, "late"), false, "what was decided before does not begin beside it");
  for (const id of ["s2", "s3"]) assert.ok(await begin(parts, id, { few: true }));
  assert.equal(await begin(parts, "s4", { few: true }), false, "three at once");
  end(parts, "s2", "few");
  assert.equal(
    await begin(parts, "s4", { few: true }),
    false,
    "a group is not filled up: others want their turn",
  );
  for (const id of ["s1", "s3"]) end(parts, id, "few");
  assert.deepEqual(woken.splice(0), ["other"]);
  assert.ok(await begin(parts, "other"));
  end(parts, "other");
  assert.deepEqual(woken.splice(0), ["s4", "s5"]);
  for (const id of ["s4", "s5"]) assert.ok(await begin(parts, id, { few: true }));
  for (const id of ["s4", "s5"]) end(parts, id, "few");
  assert.deepEqual(woken, ["guilty"]);
  assert.ok(await begin(parts, "guilty", { alone: true }));
  end(parts, "guilty", "nobody");
  assert.deepEqual([room.free, room.waiting], [9, 0]);
});

Deno.test("Room: a commit of a group's member that is not made gives its place back", async () => {
  const parts = open(4);
  const { room } = parts;
  for (const id of ["s1", "s2"]) room.decided(id, OF_ONE_DEATH);
  assert.equal(await begin(parts, "s1", { few: true, ok: false }), false);
  assert.equal(room.fewFor("s1"), 2);
  assert.ok(await begin(parts, "s1", { few: true }));
  assert.equal(await begin(parts, "s2", { few: true, ok: false }), false);
  assert.equal(room.fewFor("s2"), 1);
  assert.ok(await begin(parts, "s2", { few: true }));
  for (const id of ["s1", "s2"]) end(parts, id, "few");
  assert.deepEqual([room.free, room.waiting], [4, 0]);
});
