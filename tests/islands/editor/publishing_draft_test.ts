import assert from "node:assert/strict";
import type { Workflow } from "../../../engine/schemas/workflow.ts";
import { Draft } from "../../../islands/editor/draft.ts";
import type { DraftWorld } from "../../../islands/editor/draft_world.ts";
import type { Answer } from "../../../islands/shared/api.ts";
import { renameNode } from "./typing.ts";

const FIRST: Workflow = {
  id: "w",
  name: "Outreach",
  revision: 3,
  version: 1,
  draftChanged: false,
  nodeCount: 2,
  webhooks: [],
  createdAt: "2026-11-01T08:00:00.000Z",
  updatedAt: "2026-11-01T08:00:00.000Z",
  publishedAt: "2026-11-01T08:00:00.000Z",
  nodes: ["hook", "mail"].map((id) => ({
    id,
    type: id,
    position: { x: 0, y: 0 },
    data: { label: id, config: {} },
  })),
  edges: [],
  settings: {},
  issues: [],
};

/** A server that holds one workflow; `late` answers reads only when it is told to. */
function worldOf(stored: { now: Workflow; late: Promise<unknown>[] }): DraftWorld {
  return {
    save(change, revision): Promise<Answer<Workflow>> {
      assert.equal(revision, stored.now.revision, "nobody else saved in this test");
      stored.now = { ...stored.now, ...change, revision: revision + 1, draftChanged: true };
      return Promise.resolve({ ok: true, data: stored.now });
    },
    async read(): Promise<Answer<Workflow>> {
      const data = stored.now;
      await stored.late.shift();
      return { ok: true, data };
    },
    now: () => 0,
    later: () => () => {},
    keep(): void {},
    kept: () => null,
  };
}

function open(): { draft: Draft; stored: { now: Workflow; late: Promise<unknown>[] } } {
  const stored = { now: FIRST, late: [] as Promise<unknown>[] };
  return { draft: new Draft(FIRST, worldOf(stored), () => {}), stored };
}

Deno.test("Draft.refresh() tells of a version that went live elsewhere, until it is put away", async () => {
  const { draft, stored } = open();
  await draft.refresh();
  assert.equal(draft.news, null);
  stored.now = { ...FIRST, version: 2 };
  await draft.refresh();
  assert.match(draft.news ?? "", /Version 2 went live/);
  assert.equal(draft.live.version, 2);
  draft.edit("Rename", (doc) => renameNode(doc, "mail", "Mail"));
  assert.match(draft.news ?? "", /Version 2/, "an edit does not hide it");
  draft.read();
  assert.equal(draft.news, null);
});

Deno.test("Draft.refresh() takes no answer that is older than what was saved or published here since", async () => {
  const { draft, stored } = open();
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  stored.late = gates.map(({ promise }) => promise);
  const beforeSave = draft.refresh();
  draft.edit("Rename", (doc) => renameNode(doc, "mail", "Mail"));
  assert.ok(await draft.flush());
  gates[0]?.resolve();
  await beforeSave;
  assert.equal(draft.live.revision, 4);
  assert.equal(draft.document.nodes[1]?.data.label, "Mail");
  const beforePublish = draft.refresh();
  draft.published(2);
  gates[1]?.resolve();
  await beforePublish;
  assert.equal(draft.live.version, 2);
  assert.equal(draft.news, null);
});

Deno.test("Draft.alone() saves first, names what it saved, and nothing is looked up or saved meanwhile", async () => {
  const { draft, stored } = open();
  draft.edit("Rename", (doc) => renameNode(doc, "mail", "Mail"));
  const published = Promise.withResolvers<number>();
  const revisions: number[] = [];
  const called = Promise.withResolvers<void>();
  const answer = draft.alone((revision) => {
    revisions.push(revision);
    called.resolve();
    return published.promise;
  });
  await called.promise;
  // It is live on the server before its answer is here: that is no news.
  stored.now = { ...stored.now, version: 2 };
  await draft.refresh();
  assert.equal(draft.news, null);
  let flushed = false;
  draft.edit("Rename", (doc) => renameNode(doc, "mail", "Letter"));
  const flushing = draft.flush().then(() => void (flushed = true));
  await Promise.resolve();
  assert.equal(flushed, false);
  assert.equal(stored.now.revision, 4);
  published.resolve(2);
  assert.equal(await answer, 2);
  await flushing;
  assert.deepEqual([revisions, stored.now.revision], [[4], 5]);
});

Deno.test("Draft.alone() does not call while the draft cannot be saved", async () => {
  const { draft } = open();
  const world = worldOf({ now: FIRST, late: [] });
  const offline = new Draft(FIRST, {
    ...world,
    save: () =>
      Promise.resolve({ ok: false, problem: { type: "", title: "No connection", status: 0, detail: "" } }),
  }, () => {});
  offline.edit("Rename", (doc) => renameNode(doc, "mail", "Mail"));
  assert.equal(await offline.alone(() => assert.fail("called")), null);
  assert.equal(await draft.alone(() => Promise.resolve("called")), "called");
});

Deno.test("Draft.adopt() is one step of undo that holds only what the server changed", () => {
  const { draft } = open();
  const [hook] = draft.document.nodes;
  const settings = { limits: { maxConcurrent: 3 } };
  draft.adopt(structuredClone({ ...FIRST, revision: 4, settings }), "Change the rules");
  assert.equal(draft.document.nodes[0], hook);
  assert.deepEqual(draft.document.settings, settings);
  assert.deepEqual([draft.live.revision, draft.state.kind], [4, "saved"]);
  assert.equal(draft.history.past.length, 1);
  assert.deepEqual(draft.history.past[0]?.nodes, []);
  assert.equal(draft.undo(), "Change the rules");
  assert.deepEqual(draft.document.settings, {});
});
