import assert from "node:assert/strict";
import type { Note } from "../../engine/schemas/workflow.ts";
import { pageApp } from "../pages/page_app.ts";
import { workflow } from "../pages/sample_data.ts";
import { useApp } from "../routes/app_fixture.ts";
import { ANN, input, openHouse } from "./house.ts";

const NOTE: Note = {
  id: "note",
  kind: "group",
  position: { x: 1, y: 2 },
  width: 300,
  height: 200,
  text: "First week",
  tone: "green",
};

Deno.test("a draft's notes are kept by a save that leaves them out, and by the version; an empty list takes them away", async () => {
  await using house = await openHouse();
  const made = await house.workflows.create({ ...input("Noted", ["a"]), notes: [NOTE] }, ANN);
  assert.deepEqual(made.notes, [NOTE]);
  const renamed = await house.workflows.save(made.id, 1, { name: "Renamed" }, ANN);
  assert.deepEqual(renamed.notes, [NOTE]);
  await house.workflows.publish(made.id, {}, ANN);
  assert.deepEqual((await house.workflows.version(made.id, 1)).notes, [NOTE]);
  const moved = await house.workflows.save(
    made.id,
    2,
    { notes: [{ ...NOTE, position: { x: 9, y: 9 } }] },
    ANN,
  );
  assert.equal(moved.draftChanged, true);
  const without = await house.workflows.save(made.id, 3, { notes: [] }, ANN);
  assert.equal("notes" in without, false);
});

Deno.test("no notes and an empty list are the same draft, with the hash of drafts from before there were notes", async () => {
  await using house = await openHouse();
  const made = await house.workflows.create(input("Plain", ["a"]), ANN);
  const saved = await house.workflows.save(made.id, 1, { notes: [] }, ANN);
  assert.equal(saved.revision, 1);
});

Deno.test("notes with one id twice, too many or too long are refused", async () => {
  await using house = await openHouse();
  const many = Array.from({ length: 201 }, (_, i) => ({ ...NOTE, id: `n${i}` }));
  for (
    const notes of [[NOTE, NOTE], many, [{ ...NOTE, text: "x".repeat(5_001) }], [{ ...NOTE, id: "a b" }]]
  ) {
    await assert.rejects(house.workflows.create({ ...input("Bad", ["a"]), notes }, ANN), {
      status: 422,
      slug: "invalid",
    });
  }
});

Deno.test("PUT /api/workflow/:id passes notes on, and GET /workflow/:id/export has them", async () => {
  await useApp(async ({ ask, engine }) => {
    await ask("/api/workflow", { method: "POST", as: "token", json: input("Noted", ["a"]) });
    const init = { method: "PUT", as: "token" as const, headers: { "if-match": "1" } };
    const saved = await ask("/api/workflow/w1", { ...init, json: { notes: [NOTE] } });
    assert.equal(saved.status, 200);
    assert.equal(engine.changes.at(-1), `workflow.save ${JSON.stringify({ notes: [NOTE] })}`);
    const refused = await ask("/api/workflow/w1", { ...init, json: { notes: [{ ...NOTE, tone: "pink" }] } });
    assert.equal(refused.status, 422);
  });
  const { html } = await pageApp({ workflows: [workflow({ notes: [NOTE] })] }).get("/workflow/wf1/export");
  assert.deepEqual(JSON.parse(html).notes, [NOTE]);
});
