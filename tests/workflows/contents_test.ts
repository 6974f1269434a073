import assert from "node:assert/strict";
import fc from "fast-check";
import { keys } from "../../engine/store/keys.ts";
import type { VersionRecord, WorkflowRecord } from "../../engine/workflows/record.ts";
import { ANN, type House, input, large, openHouse, storedContents } from "./house.ts";

type Command = { kind: "save"; letter: string; kib: number } | { kind: "publish" } | { kind: "race" };

const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 4,
    // Few contents, so that drafts come back to what a version or an older draft was.
    arbitrary: fc.constantFrom<Command>(
      { kind: "save", letter: "a", kib: 1 },
      { kind: "save", letter: "b", kib: 1 },
      { kind: "save", letter: "c", kib: 70 },
      { kind: "save", letter: "a", kib: 420 },
    ),
  },
  { weight: 2, arbitrary: fc.constant({ kind: "publish" as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: "race" as const }) },
);

async function apply({ workflows }: House, id: string, command: Command): Promise<void> {
  const { revision } = await workflows.get(id);
  switch (command.kind) {
    case "save":
      await workflows.save(id, revision, large(command.kib, command.letter), ANN);
      return;
    case "publish":
      await workflows.publish(id, {}, ANN);
      return;
    case "race":
      await Promise.allSettled([
        workflows.save(id, revision, large(1, "x"), ANN),
        workflows.publish(id, {}, ANN),
        workflows.save(id, revision, large(1, "y"), ANN),
        workflows.get(id),
      ]);
      return;
    default:
      command satisfies never;
  }
}

/** Exactly what draft and versions use is stored, whole and readable. */
async function assertContents({ store, workflows }: House, id: string): Promise<void> {
  const record = (await store.get<WorkflowRecord>(keys.workflow(id)))?.value;
  assert.ok(record);
  const used = new Map([[record.draftHash, record.draftChunks]]);
  for await (const { value } of store.list<VersionRecord>({ selector: { prefix: ["version", id] } })) {
    used.set(value.hash, value.chunks);
    await workflows.loadVersion(id, value.version);
  }
  assert.deepEqual(await storedContents(store, id), new Map([...used].sort()));
}

Deno.test("contents are never leaked, and never deleted while used", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 1, maxLength: 10 }), async (commands) => {
      await using house = await openHouse();
      const { id } = await house.workflows.create(input("Any", []), ANN);
      for (const one of commands) {
        await apply(house, id, one);
        await assertContents(house, id);
      }
    }),
    { numRuns: 25 },
  );
});

Deno.test("save() keeps the content of an older version to which the draft had come back", async () => {
  await using house = await openHouse();
  const { id } = await house.workflows.create(input("Back", []), ANN);
  await apply(house, id, { kind: "save", letter: "a", kib: 1 });
  await apply(house, id, { kind: "publish" });
  await apply(house, id, { kind: "save", letter: "b", kib: 1 });
  await apply(house, id, { kind: "publish" });
  await apply(house, id, { kind: "save", letter: "a", kib: 1 });
  await apply(house, id, { kind: "save", letter: "c", kib: 1 });
  await assertContents(house, id);
});

Deno.test("save() sweeps what a process left that died after staging", async () => {
  await using house = await openHouse();
  const { id } = await house.workflows.create(input("Swept", []), ANN);
  for (let i = 0; i < 9; i++) await house.kv.set(keys.content(id, "00ff", i), new Uint8Array(10));
  await house.workflows.save(id, 1, large(420, "a"), ANN);
  await assertContents(house, id);
});
