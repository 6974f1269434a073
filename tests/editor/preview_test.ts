/** What publishing would begin, told before. */
import assert from "node:assert/strict";
import type { PublishPreview } from "../../engine/schemas/preview.ts";
import { SAMPLE } from "../../engine/workflows/sample.ts";
import { ManualClock } from "../helpers/clock.ts";
import { ANN, chain, edge, hook, hookNode, node, publish } from "../helpers/engine.ts";
import type { Graph } from "../simulation/dry_run.ts";
import { openEditor } from "./house.ts";
import type { EditorHouse } from "./house.ts";

async function preview(house: EditorHouse, graph: Graph): Promise<PublishPreview> {
  const { id } = await house.engine.workflows.create({ name: "Preview", settings: {}, ...graph }, ANN);
  const { status, body } = await house.ask<PublishPreview>("GET", `/api/workflow/${id}/publish/preview`);
  assert.equal(status, 200, JSON.stringify(body));
  return body;
}

Deno.test("GET publish/preview says what starts it, in words and with the address, and shows the first mail as it reads", async () => {
  await using house = await openEditor();
  const sample = await preview(house, SAMPLE);
  assert.deepEqual(sample.startedBy, [
    {
      nodeId: "hook",
      label: "New lead arrives",
      kind: "trigger_webhook",
      words: "POST /hooks/cold-outreach",
      url: "http://leadflow.test/hooks/cold-outreach",
    },
    {
      nodeId: "start",
      label: "Start by hand",
      kind: "trigger_manual",
      words: "Started by hand",
    },
  ]);
  assert.deepEqual([sample.revision, sample.version, sample.issues, sample.running], [1, 1, [], {
    total: 0,
    more: false,
  }]);
  assert.equal(sample.firstMessage?.lead.sample, true);
  assert.equal(sample.firstMessage?.subject, "A question for Acme");

  await house.engine.leads.create({ email: "old@example.com", company: "Old" });
  house.clock.advance(1_000);
  await house.engine.leads.create({ email: "kim@example.com", firstName: "Kim", company: "Globex" });
  const { firstMessage, matchingLeads } = await preview(house, {
    ...SAMPLE,
    nodes: SAMPLE.nodes.map((each) =>
      each.id === "hook" ? { ...each, data: { ...each.data, config: { path: "b" } } } : each
    ),
  });
  assert.deepEqual([firstMessage?.nodeId, firstMessage?.to, firstMessage?.subject], [
    "first_mail",
    ["kim@example.com"],
    "A question for Globex",
  ]);
  assert.match(firstMessage?.text ?? "", /^Hello Kim,/);
  assert.deepEqual(firstMessage?.lead, { name: "Kim", email: "kim@example.com", sample: false });
  assert.equal(matchingLeads, null, "nothing in it asks for leads");
  assert.equal((await house.engine.messages.list({ limit: 1 })).items.length, 0);
});

Deno.test("GET publish/preview counts the leads that its trigger means, else those that its first decision means", async () => {
  await using house = await openEditor();
  for (const [n, score] of [10, 60, 80, 90].entries()) {
    await house.engine.leads.create({ email: `lead${n}@example.com`, score });
  }
  const filter = { all: [{ field: "lead.score", op: "gte", value: 50 }] };
  const after = node("note", "set", { fields: [] });
  const filtered = await preview(house, {
    nodes: [node("hot", "trigger_signal", { signal: "email.opened", filter }), after],
    edges: chain("hot", "note"),
  });
  assert.deepEqual(filtered.matchingLeads, { count: 3, more: false, words: "score ≥ 50" });
  assert.deepEqual([filtered.startedBy[0]?.words, filtered.startedBy[0]?.url], [
    "When email.opened",
    undefined,
  ]);
  const decided = await preview(house, {
    nodes: [
      node("start", "trigger_manual"),
      node("hot", "condition", { any: [{ field: "lead.score", op: "lt", value: 20 }] }),
      after,
    ],
    edges: [edge("start", "hot"), edge("hot", "note", "true")],
  });
  assert.equal(decided.matchingLeads?.count, 1);
  const other = await preview(house, {
    nodes: [
      node("start", "trigger_manual"),
      node("hot", "condition", { any: [{ field: "trigger.body.n", op: "lt", value: 20 }] }),
    ],
    edges: chain("start", "hot"),
  });
  assert.equal(other.matchingLeads, null, "what arrives is not known before");
});

Deno.test("GET publish/preview looks at leads for a moment and says that there are more", async () => {
  let looks = 0;
  // Each look at the clock finds it a millisecond later.
  const manual = new ManualClock();
  const clock = { ...manual.process(), monotonic: () => looks++ };
  await using house = await openEditor({ manual, clock });
  const lead = await house.engine.leads.create({ email: "first@example.com", score: 60 });
  const stored = await house.store.get<{ [name: string]: unknown }>(["lead", lead.id]);
  const value = { ...stored?.value, fields: { text: "x".repeat(30_000) } };
  for (let n = 0; n < 2_000; n += 20) {
    const atomic = house.real.atomic();
    for (let i = n; i < n + 20; i++) {
      const id = `01KAAAAAAAAAAAAAAAAAAA${String(i).padStart(4, "0")}`;
      atomic.set(["lead", id], new TextEncoder().encode(JSON.stringify({ ...value, id })));
    }
    await atomic.commit();
  }
  const filter = { all: [{ field: "lead.score", op: "gte", value: 50 }] };
  const { matchingLeads } = await preview(house, {
    nodes: [
      node("hot", "trigger_signal", { signal: "email.opened", filter }),
      node("note", "set", { fields: [] }),
    ],
    edges: chain("hot", "note"),
  });
  assert.ok(matchingLeads?.more, "60 MB of leads are not read in 50 ms");
  assert.ok(matchingLeads.count > 0 && matchingLeads.count < 2_001, String(matchingLeads.count));
});

Deno.test("GET publish/preview counts what is under way without children, and says what keeps it from being published", async () => {
  await using house = await openEditor();
  const { engine } = house;
  const id = await publish(engine, [
    hookNode("many"),
    node("loop", "for_each", { items: "{{ trigger.body.items }}", concurrency: 5 }),
    node("ask", "task", { title: "Ask", outcomes: ["Yes"] }),
  ], [edge("hook", "loop"), edge("loop", "ask", "each")]);
  for (let n = 0; n < 3; n++) await hook(engine, "many", { items: [1, 2] });
  await house.until(async () => (await engine.inbox.count()) === 6);
  const { revision } = await engine.workflows.get(id);
  await engine.workflows.save(id, revision, {
    nodes: [hookNode("many"), node("mail", "email", { to: "", subject: "s", text: "t" })],
    edges: chain("hook", "mail"),
  }, ANN);
  const { body } = await house.ask<PublishPreview>("GET", `/api/workflow/${id}/publish/preview`);
  assert.deepEqual(body.running, { total: 3, more: false });
  assert.deepEqual([body.version, body.revision], [2, revision + 1]);
  assert.equal(body.issues[0]?.path, "nodes.mail.config.to");
  assert.deepEqual([body.firstMessage, body.notes.length], [null, 1]);
  assert.equal((await house.ask("GET", "/api/workflow/nobody/publish/preview")).status, 404);
});

Deno.test("GET publish/preview says why no mail would be sent, and waits no second for a step that never ends", async () => {
  await using house = await openEditor({ simulationLimits: {} });
  const silent = await preview(house, { nodes: [node("start", "trigger_manual")], edges: [] });
  assert.deepEqual([silent.firstMessage, silent.notes], [null, ["No mail would be sent to Ann Example"]]);
  house.probe.answer = () => new Promise(() => {});
  const deaf = await preview(house, {
    nodes: [
      node("start", "trigger_manual"),
      node("deaf", "probe"),
      node("mail", "email", { to: "{{ lead.email }}", subject: "s", text: "t" }),
    ],
    edges: chain("start", "deaf", "mail"),
  });
  assert.equal(deaf.firstMessage, null);
  assert.match(deaf.notes.join(), /at most 0\.7 s/);
});
