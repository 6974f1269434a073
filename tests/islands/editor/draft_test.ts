import assert from "node:assert/strict";
import fc from "fast-check";
import type { Workflow } from "../../../engine/schemas/workflow.ts";
import { documentOf, hashOfDocument } from "../../../islands/editor/document/document.ts";
import { addNode, setName } from "../../../islands/editor/document/edits.ts";
import { Draft } from "../../../islands/editor/draft.ts";
import { VirtualWorld } from "./virtual_world.ts";
import { renameNode } from "./typing.ts";

const FIRST = workflowOf(3, { start: "Start", mail: "Mail" });

function workflowOf(revision: number, labels: { readonly [id: string]: string }): Workflow {
  return {
    id: "w",
    name: "Outreach",
    revision,
    version: null,
    draftChanged: true,
    nodeCount: 2,
    webhooks: [],
    createdAt: "2026-11-01T08:00:00.000Z",
    updatedAt: "2026-11-01T08:00:00.000Z",
    publishedAt: null,
    nodes: Object.entries(labels).map(([id, label]) => ({
      id,
      type: id,
      position: { x: 0, y: 0 },
      data: { label, config: {} },
    })),
    edges: [],
    settings: {},
    notes: [],
    issues: [],
  };
}

function label(draft: Draft, id: string): string | undefined {
  return draft.document.nodes.find((node) => node.id === id)?.data.label;
}

function kind(draft: Draft): Draft["state"]["kind"] {
  return draft.state.kind;
}

function rename(draft: Draft, id: string, label: string): void {
  draft.edit("Rename", (doc) => renameNode(doc, id, label), `label ${id}`);
}

Deno.test("Draft() saves once when typing pauses, and what was typed meanwhile after it", async () => {
  const world = new VirtualWorld(FIRST);
  const draft = new Draft(FIRST, world, () => {});
  for (const letter of ["M", "Ma", "Mai"]) {
    rename(draft, "mail", letter);
    await world.pass(200);
  }
  assert.deepEqual([kind(draft), world.saves.length], ["unsaved", 0]);
  const slow = world.hold();
  await world.pass(600);
  assert.deepEqual([kind(draft), world.saves.length], ["saving", 1]);
  rename(draft, "mail", "Mail 2");
  assert.equal(kind(draft), "saving", "it does not say that it is saved while something is not");
  slow.resolve();
  await world.settled();
  assert.equal(kind(draft), "unsaved");
  await world.pass(600);
  assert.deepEqual([kind(draft), world.saves.length], ["saved", 2]);
  assert.deepEqual(world.saves.map(({ revision }) => revision), [3, 4]);
  assert.equal(world.stored.nodes[1]?.data.label, "Mail 2");
});

Deno.test("Draft() who types on and on is saved every three seconds all the same", async () => {
  const world = new VirtualWorld(FIRST);
  const draft = new Draft(FIRST, world, () => {});
  for (let key = 0; key < 40; key++) {
    rename(draft, "mail", `Mail ${key}`);
    await world.pass(250);
  }
  assert.ok(world.saves.length >= 3 && world.saves.length <= 5, `${world.saves.length} saves in 10 s`);
});

Deno.test("Draft() edits of one field within a second are one step of undo; others are not", async () => {
  const world = new VirtualWorld(FIRST);
  const draft = new Draft(FIRST, world, () => {});
  for (const letters of ["A", "As", "Ask"]) {
    rename(draft, "mail", letters);
    await world.pass(300);
  }
  rename(draft, "start", "Begin");
  await world.pass(1_500);
  rename(draft, "start", "Beginning");
  assert.equal(draft.history.past.length, 3);
  draft.undo();
  assert.equal(label(draft, "start"), "Begin");
  draft.undo();
  draft.undo();
  assert.equal(label(draft, "mail"), "Mail");
  assert.equal(draft.undo(), null);
  draft.redo();
  assert.equal(label(draft, "mail"), "Ask");
});

Deno.test("Draft() without a connection tries again after 3, 6, 12 … at most 30 s, at once when it is back, and loses nothing", async () => {
  const world = new VirtualWorld(FIRST);
  const draft = new Draft(FIRST, world, () => {});
  world.connected = false;
  rename(draft, "mail", "Offline");
  await world.pass(600);
  assert.equal(kind(draft), "offline");
  const began = world.now();
  await world.pass(100_000);
  assert.deepEqual(
    world.tries.slice(1).map((at) => Math.round((at - began) / 1_000)),
    [3, 9, 21, 45, 75],
  );
  rename(draft, "mail", "Still offline");
  assert.equal(kind(draft), "offline");
  const before = world.tries.length;
  await world.pass(1_000);
  assert.equal(world.tries.length, before, "typing does not make it try more often");
  world.connected = true;
  draft.wake();
  await world.pass(0);
  assert.deepEqual([kind(draft), world.stored.nodes[1]?.data.label], ["saved", "Still offline"]);
  rename(draft, "mail", "Online");
  world.connected = false;
  await world.pass(600);
  const again = world.tries.length;
  await world.pass(3_000);
  assert.equal(world.tries.length, again + 1, "after an answer it begins at 3 s again");
});

Deno.test("Draft() puts on top what somebody else changed elsewhere, and says so", async () => {
  const world = new VirtualWorld(FIRST);
  const draft = new Draft(FIRST, world, () => {});
  world.stored = workflowOf(4, { start: "Theirs", mail: "Mail" });
  rename(draft, "mail", "Mine");
  await world.pass(600);
  await world.pass(0);
  assert.deepEqual([label(draft, "start"), label(draft, "mail")], ["Theirs", "Mine"]);
  assert.deepEqual(world.stored.nodes.map(({ data }) => data.label), ["Theirs", "Mine"]);
  assert.equal(kind(draft), "saved");
  assert.match(draft.news ?? "", /Somebody else changed this workflow/);
  assert.equal(draft.undo(), "Merge what somebody else changed");
});

Deno.test("Draft() asks where both changed the same; nothing is overwritten by saving, typing or looking meanwhile", async () => {
  const world = new VirtualWorld(FIRST);
  const draft = new Draft(FIRST, world, () => {});
  world.stored = workflowOf(4, { start: "Start", mail: "Theirs" });
  rename(draft, "mail", "Mine");
  await world.pass(600);
  assert.ok(draft.state.kind === "conflict");
  assert.deepEqual(draft.state.conflicts.map(({ id, field }) => [id, field]), [["mail", "label"]]);
  assert.equal(await draft.flush(), false);
  await draft.refresh();
  assert.equal(await draft.flush(), false, "also once the revision is known");
  await world.pass(60_000);
  assert.equal(world.stored.nodes[1]?.data.label, "Theirs");

  rename(draft, "start", "Typed meanwhile");
  assert.ok(draft.state.kind === "conflict");
  assert.equal(draft.state.asked, 0, "a key does not ask again");
  draft.ask();
  assert.ok(draft.state.kind === "conflict");
  assert.equal(draft.state.asked, 1);
  assert.equal(draft.state.merged.nodes[0]?.data.label, "Typed meanwhile", "what is typed meanwhile is kept");
  await draft.settle(draft.state.merged);
  assert.deepEqual(world.stored.nodes.map(({ data }) => data.label), ["Typed meanwhile", "Mine"]);
  assert.equal(kind(draft), "saved");
});

Deno.test("Draft() found by looking, a conflict is not overwritten by a save either", async () => {
  const world = new VirtualWorld(FIRST);
  const draft = new Draft(FIRST, world, () => {});
  rename(draft, "mail", "Mine");
  world.stored = workflowOf(4, { start: "Start", mail: "Theirs" });
  await draft.refresh();
  assert.equal(kind(draft), "conflict");
  assert.equal(await draft.flush(), false);
  await world.pass(10_000);
  assert.equal(world.stored.nodes[1]?.data.label, "Theirs");
  rename(draft, "mail", "Theirs");
  await world.pass(600);
  assert.equal(kind(draft), "saved", "who types the same as they did has nothing to choose");
});

Deno.test("Draft.flush() saves on top of what it had to merge", async () => {
  const world = new VirtualWorld(FIRST);
  const draft = new Draft(FIRST, world, () => {});
  world.stored = workflowOf(4, { start: "Theirs", mail: "Mail" });
  rename(draft, "mail", "Mine");
  assert.equal(await draft.flush(), true);
  assert.deepEqual(world.stored.nodes.map(({ data }) => data.label), ["Theirs", "Mine"]);
  const count = world.saves.length;
  await world.pass(5_000);
  assert.equal(world.saves.length, count, "and no more often");
});

Deno.test("Draft() a save whose answer was lost is its own: no news, no conflict with oneself", async () => {
  const world = new VirtualWorld(FIRST);
  const draft = new Draft(FIRST, world, () => {});
  rename(draft, "mail", "First");
  world.loseAnswers = 1;
  await world.pass(600);
  assert.deepEqual([kind(draft), world.stored.revision], ["offline", 4]);
  rename(draft, "mail", "Second");
  await world.pass(3_000);
  await world.pass(0);
  assert.deepEqual([kind(draft), draft.news], ["saved", null]);
  assert.deepEqual([world.stored.nodes[1]?.data.label, world.stored.revision], ["Second", 5]);
});

Deno.test("Draft() refused by the server says so, and tries again with the next edit", async () => {
  const world = new VirtualWorld(FIRST);
  const draft = new Draft(FIRST, world, () => {});
  world.refuse = "The drawing has a cycle";
  rename(draft, "mail", "Odd");
  await world.pass(600);
  assert.deepEqual(draft.state, { kind: "refused", detail: "The drawing has a cycle" });
  await world.pass(60_000);
  assert.equal(world.tries.length, 1);
  world.refuse = null;
  rename(draft, "mail", "Fine");
  await world.pass(600);
  assert.equal(kind(draft), "saved");
});

Deno.test("Draft() what was not saved survives a reload, and goes on from where it began", async () => {
  const world = new VirtualWorld(FIRST);
  const before = new Draft(FIRST, world, () => {});
  world.connected = false;
  rename(before, "mail", "Typed");
  await world.pass(600);
  before.persist();
  world.connected = true;
  world.forgetTimers();
  world.stored = workflowOf(4, { start: "Theirs", mail: "Mail" });
  const after = new Draft(world.stored, world, () => {});
  assert.equal(label(after, "mail"), "Typed");
  assert.equal(kind(after), "unsaved");
  await world.pass(0);
  await world.pass(0);
  assert.deepEqual(world.stored.nodes.map(({ data }) => data.label), ["Theirs", "Typed"]);
  assert.equal(kind(after), "saved");
});

Deno.test("Draft() left while it saved: what arrived all the same is not put on top of itself", async () => {
  for (const typedAfter of [null, "Typed after"]) {
    const world = new VirtualWorld(FIRST);
    const before = new Draft(FIRST, world, () => {});
    rename(before, "mail", "Sent");
    world.hold();
    await world.pass(600);
    if (typedAfter) rename(before, "mail", typedAfter);
    before.persist();
    world.forgetTimers();
    world.stored = workflowOf(4, { start: "Start", mail: "Sent" });
    const after = new Draft(world.stored, world, () => {});
    await world.pass(600);
    await world.pass(0);
    assert.deepEqual([kind(after), after.news], ["saved", null]);
    assert.equal(world.stored.nodes[1]?.data.label, typedAfter ?? "Sent");
    assert.equal(after.undo(), "Rename", "the history is still there");
  }
});

Deno.test("Draft() takes up its history only with its own document, whatever the order of keys", async () => {
  const world = new VirtualWorld(FIRST);
  const before = new Draft(FIRST, world, () => {});
  rename(before, "mail", "Changed");
  await world.pass(600);
  before.persist();
  const shuffled: Workflow = JSON.parse(
    JSON.stringify(
      world.stored,
      (_key, value) =>
        typeof value === "object" && value !== null && !Array.isArray(value)
          ? Object.fromEntries(Object.entries(value).reverse())
          : value,
    ),
  );
  const same = new Draft(shuffled, world, () => {});
  assert.equal(same.undo(), "Rename");
  const other = new Draft(workflowOf(4, { start: "Start", mail: "Another" }), world, () => {});
  assert.equal(other.undo(), null);
  world.keep("history", "{ damaged");
  world.keep("unsaved", '{"revision": 4}');
  const fresh = new Draft(shuffled, world, () => {});
  assert.deepEqual([fresh.undo(), kind(fresh)], [null, "saved"]);
});

Deno.test("hashOfDocument() is the same for any order of keys, and another for any other value", () => {
  const document = documentOf(FIRST);
  fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.string(), (config, name) => {
    const one = { ...document, name, nodes: [nodeWith(config)] };
    const turned = Object.fromEntries(Object.entries(config).reverse());
    assert.equal(hashOfDocument(one), hashOfDocument({ ...one, nodes: [nodeWith(turned)] }));
    assert.notEqual(hashOfDocument(one), hashOfDocument({ ...one, name: `${name}.` }));
  }));
  assert.notEqual(
    hashOfDocument(document),
    hashOfDocument({ ...document, nodes: document.nodes.toReversed() }),
  );

  function nodeWith(config: { [key: string]: unknown }): typeof document.nodes[number] {
    return {
      id: "n",
      type: "n",
      position: { x: 0, y: 0 },
      data: { label: "", config: JSON.parse(JSON.stringify(config)) },
    };
  }
});

Deno.test("Draft() two windows, any edits and any order of saving: both end at one document that has every node", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ who: fc.boolean(), wait: fc.nat(900) }), { maxLength: 20 }),
      async (turns) => {
        const world = new VirtualWorld(FIRST);
        const [one, two] = [
          new Draft(FIRST, world.window(), () => {}),
          new Draft(FIRST, world.window(), () => {}),
        ];
        for (const [index, { who, wait }] of turns.entries()) {
          const node = {
            id: `n${index}`,
            type: "wait",
            position: { x: 0, y: index },
            data: { label: "", config: {} },
          };
          (who ? one : two).edit("Add", (doc) => addNode(doc, node));
          await world.pass(wait);
        }
        one.edit("Rename", (doc) => setName(doc, "Both"));
        for (let round = 0; round < 6; round++) {
          await world.pass(4_000);
          await one.refresh();
          await two.refresh();
        }
        const ids = (draft: Draft): string[] => draft.document.nodes.map(({ id }) => id).sort();
        const wanted = ["start", "mail", ...turns.map((_, index) => `n${index}`)].sort();
        assert.deepEqual([ids(one), ids(two)], [wanted, wanted]);
        assert.deepEqual([kind(one), kind(two), two.document.name], ["saved", "saved", "Both"]);
      },
    ),
    { numRuns: 25 },
  );
});
