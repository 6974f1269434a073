import assert from "node:assert/strict";
import { collectPage, newestFirst, ULID_CURSOR } from "../../engine/store/pages.ts";
import { ANN, input, openHouse } from "./house.ts";

Deno.test("list() pages newest first without loss or repeat while others create", async () => {
  await using house = await openHouse();
  const made: string[] = [];
  for (let i = 0; i < 25; i++) made.push((await house.workflows.create(input(`W${i}`, []), ANN)).id);
  await house.workflows.remove(made[7] ?? "", {}, ANN);
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof house.workflows.list>> = await house.workflows.list({
      limit: 6,
      cursor: cursor ?? undefined,
    });
    seen.push(...page.items.map((item) => item.id));
    await house.workflows.create(input("Newcomer", []), ANN);
    cursor = page.nextCursor;
  } while (cursor !== null);
  assert.deepEqual(seen, made.filter((_, i) => i !== 7).reverse());
});

Deno.test("list() finds by a part of the name in any case, and ends without an empty page", async () => {
  await using house = await openHouse();
  for (const name of ["Cold Outreach", "Warm welcome", "COLD follow-up"]) {
    await house.workflows.create(input(name, []), ANN);
  }
  const page = await house.workflows.list({ limit: 2, q: "cold" });
  assert.deepEqual(page.items.map((item) => item.name), ["COLD follow-up", "Cold Outreach"]);
  assert.equal(page.nextCursor, null);
});

Deno.test("list() refuses a cursor that it did not give", async () => {
  await using house = await openHouse();
  await assert.rejects(house.workflows.list({ limit: 2, cursor: "../x" }), { status: 422 });
});

Deno.test("collectPage() stops after 50 ms, says how far it came, and goes on from there", async () => {
  await using house = await openHouse();
  for (let i = 0; i < 10; i++) {
    house.clock.now = Date.UTC(2026, 0, i + 1);
    await house.workflows.create(input(i === 0 ? "wanted" : "other", []), ANN);
  }
  let elapsed = 0;
  const find = (
    cursor: string | null,
  ): Promise<{ items: string[]; nextCursor: string | null; searchedUntil?: string }> =>
    collectPage(
      newestFirst<{ name: string; createdAt: number }>(house.store, ["workflow"], {
        cursor,
        pattern: ULID_CURSOR,
      }),
      {
        paging: { limit: 5 },
        keep: (record) => record.name === "wanted",
        view: (record) => record.name,
        at: (record) => record.createdAt,
        elapsed: () => (elapsed += 10),
      },
    );
  const first = await find(null);
  assert.deepEqual(first.items, []);
  assert.equal(first.searchedUntil, "2026-01-06T00:00:00.000Z");
  assert.ok(first.nextCursor);
  const second = await find(first.nextCursor);
  assert.deepEqual([...second.items, ...(await find(second.nextCursor)).items].includes("wanted"), true);
});

Deno.test("collectPage() fills a page of what it keeps, however long reading takes", async () => {
  await using house = await openHouse();
  for (let i = 0; i < 6; i++) await house.workflows.create(input(`flow ${i}`, []), ANN);
  let elapsed = 0;
  const page = await collectPage(
    newestFirst<{ name: string; createdAt: number }>(house.store, ["workflow"], { pattern: ULID_CURSOR }),
    {
      paging: { limit: 5 },
      keep: () => true,
      view: (record) => record.name,
      at: (record) => record.createdAt,
      elapsed: () => (elapsed += 60),
    },
  );
  assert.equal(page.items.length, 5);
  assert.equal(page.searchedUntil, undefined);
  assert.ok(page.nextCursor);
});
