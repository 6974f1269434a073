/** The history of a workflow: names, notes, and the way back to a version. */
import assert from "node:assert/strict";
import { ANN, chain, edge, node } from "../helpers/engine.ts";
import { openEditor } from "./house.ts";
import type { Answered, EditorHouse } from "./house.ts";
import type { Workflow, WorkflowGraph, WorkflowVersion } from "../../engine/schemas/workflow.ts";

type Restored = Workflow & { previousRevision: number };

const FIRST = {
  nodes: [
    node("start", "trigger_manual"),
    node("stage", "set", { fields: [{ name: "stage", value: "new" }] }),
  ],
  edges: chain("start", "stage"),
};
const SECOND = {
  nodes: [...FIRST.nodes, node("more", "set", { fields: [{ name: "a", value: "1" }] })],
  edges: [...FIRST.edges, edge("stage", "more")],
  notes: [{
    id: "n1",
    kind: "note" as const,
    position: { x: 0, y: 0 },
    width: 200,
    height: 100,
    text: "Why we ask",
    tone: "grey" as const,
  }],
};

async function withTwo(test: (house: EditorHouse, path: string, id: string) => Promise<void>): Promise<void> {
  await using house = await openEditor();
  const { id } = await house.engine.workflows.create({ name: "Welcome", settings: {}, ...FIRST }, ANN);
  await house.engine.workflows.publish(id, { note: "the first" }, ANN);
  await house.engine.workflows.save(id, 1, { name: "Welcome back", ...SECOND }, ANN);
  await house.engine.workflows.publish(id, {}, ANN);
  await test(house, `/api/workflow/${id}/versions`, id);
}

Deno.test("PATCH versions/:n names a version and changes its note; what it runs stays as it was", () =>
  withTwo(async ({ ask, engine, store }, path, id) => {
    const before = await store.get(["version", id, 1]);
    const named = await ask<WorkflowVersion>("PATCH", `${path}/1`, { name: "  Before the campaign " });
    assert.equal(named.status, 200, JSON.stringify(named.body));
    assert.deepEqual([named.body.name, named.body.note, named.body.publishedBy], [
      "Before the campaign",
      "the first",
      "Ann",
    ]);
    const noted = await ask<WorkflowVersion>("PATCH", `${path}/1`, { note: "" });
    assert.deepEqual([noted.body.name, noted.body.note], ["Before the campaign", undefined]);
    const { body: { items } } = await ask<{ items: WorkflowVersion[] }>("GET", path);
    assert.deepEqual(
      items.map((
        { version, name, workflowName }: { [name: string]: unknown },
      ) => [version, name, workflowName]),
      [[2, "", "Welcome back"], [1, "Before the campaign", "Welcome"]],
    );
    assert.equal((await ask<WorkflowVersion>("GET", `${path}/1`)).body.name, "Before the campaign");
    assert.deepEqual(await store.get(["version", id, 1]), before, "a version never changes");
    assert.equal((await engine.workflows.get(id)).revision, 2);
  }));

Deno.test("PATCH versions/:n refuses what is no name and no version, and stores nothing", () =>
  withTwo(async ({ ask, store }, path, id) => {
    const long = await ask("PATCH", `${path}/1`, { name: "x".repeat(201) });
    assert.deepEqual([long.status, long.body.issues[0]?.path], [422, "name"]);
    assert.equal((await ask("PATCH", `${path}/1`, { nodes: [] })).status, 422);
    for (const n of ["3", "0", "x"]) {
      assert.equal((await ask("PATCH", `${path}/${n}`, { name: "a" })).status, 404);
    }
    assert.deepEqual(await store.keys({ selector: { prefix: ["version_name", id] } }), []);
  }));

Deno.test("GET versions/live is the version that runs now, 404 while there is none", () =>
  withTwo(async ({ ask, engine }, path) => {
    const { body } = await ask<WorkflowVersion & WorkflowGraph>("GET", `${path}/live`);
    assert.deepEqual([body.version, body.nodes.length, body.notes?.length], [2, 3, 1]);
    const draft = await engine.workflows.create({ name: "New", nodes: [], edges: [], settings: {} }, ANN);
    assert.equal((await ask("GET", `/api/workflow/${draft.id}/versions/live`)).status, 404);
  }));

Deno.test("POST versions/:n/restore makes the version's graph the draft, a revision on, and says which it replaced", () =>
  withTwo(async ({ ask, engine }, path, id) => {
    const restore = (headers = {}, n = 1): Promise<Answered<Restored>> =>
      ask<Restored>("POST", `${path}/${n}/restore`, undefined, headers);
    assert.equal((await restore()).status, 428);
    assert.equal((await restore({ "if-match": '"1"' })).status, 412);
    assert.equal((await engine.workflows.get(id)).nodes.length, 3, "nothing was restored");
    const done = await restore({ "if-match": '"2"' });
    assert.equal(done.status, 200, JSON.stringify(done.body));
    assert.deepEqual([done.body.revision, done.body.previousRevision, done.body.version], [3, 2, 2]);
    assert.equal(done.headers.get("etag"), '"3"');
    const { nodes, edges, settings, notes, name, draftChanged } = await engine.workflows.get(id);
    assert.deepEqual({ nodes, edges, settings, notes }, { ...FIRST, settings: {}, notes: undefined });
    assert.deepEqual([name, draftChanged], ["Welcome back", true], "the name is not the graph's");

    const again = await restore({ "if-match": '"3"' }, 2);
    assert.deepEqual(
      [again.body.draftChanged, again.body.notes?.length],
      [false, 1],
      "byte for byte what is live",
    );
    assert.equal((await restore({ "if-match": '"4"' }, 9)).status, 404);
  }));

Deno.test("remove() takes the names of versions along", () =>
  withTwo(async ({ ask, store }, path, id) => {
    await ask("PATCH", `${path}/2`, { name: "Second" });
    assert.equal((await ask("DELETE", `/api/workflow/${id}`)).status, 204);
    assert.deepEqual(await store.keys({ selector: { prefix: ["version_name", id] } }), []);
    assert.equal((await ask("PATCH", `${path}/2`, { name: "Late" })).status, 404);
  }));
