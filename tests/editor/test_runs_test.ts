/** Test runs from the canvas: pins, one node, run to here, real calls and kept mails, through the dry run. */
import assert from "node:assert/strict";
import { target } from "../egress/target_fixture.ts";
import { ANN, chain, edge, isOver, node } from "../helpers/engine.ts";
import type { Opened } from "../helpers/engine.ts";
import { mailServer } from "../messages/smtp_fixture.ts";
import { EngineError } from "../../engine/errors.ts";
import { messageKeys } from "../../engine/messages/store.ts";
import { dump, statusesOf, stepOf, withDraft } from "../simulation/dry_run.ts";
import type { Graph } from "../simulation/dry_run.ts";

const DAY_MS = 86_400_000;

function mail(id: string, text = "Hello"): ReturnType<typeof node> {
  return node(id, "email", { to: "{{ lead.email }}", subject: `${id} for {{ lead.company }}`, text });
}

/** Looks something up, decides by it, and mails by two ways. */
const graph: Graph = {
  nodes: [
    node("start", "trigger_manual"),
    node("crm", "api", { url: "https://crm.example.com/{{ lead.email }}" }),
    node("big", "condition", { all: [{ field: "steps.crm.output.body.size", op: "gt", value: 100 }] }),
    mail("large", "{{ steps.crm.output.body.owner }} writes"),
    node("pause", "wait", { kind: "for", duration: { value: 2, unit: "days" } }),
    mail("small"),
    node("last", "set", { fields: [{ name: "owner", value: "{{ steps.crm.output.body.owner }}" }] }),
  ],
  edges: [
    ...chain("start", "crm", "big"),
    edge("big", "large", "true"),
    edge("large", "pause"),
    edge("pause", "last"),
    edge("big", "small", "false"),
  ],
};
const LEAD = { email: "ann@example.com", company: "Acme" };
const CRM = { output: { status: 200, body: { size: 500, owner: "Kim" } } };

Deno.test("simulate() a pinned node is not run: it completes with the output and port that were given", () =>
  withDraft(graph, async (_house, _id, dryRun) => {
    const run = await dryRun({ input: LEAD, pins: { crm: CRM } });
    const crm = stepOf(run, "crm");
    assert.deepEqual([crm.type, crm.status, crm.port, crm.reason?.code, crm.would], [
      "api",
      "completed",
      "out",
      "pinned",
      undefined,
    ]);
    assert.deepEqual(crm.output, CRM.output);
    assert.equal(stepOf(run, "large").would?.kind, "mail");
    assert.deepEqual([stepOf(run, "last").output, run.duration], [{ owner: "Kim" }, 2 * DAY_MS]);

    const port = await dryRun({ input: LEAD, pins: { big: { output: null, port: "false" } } });
    assert.deepEqual([stepOf(port, "small").status, stepOf(port, "large").status], ["completed", "skipped"]);
    const wait = await dryRun({ input: LEAD, pins: { crm: CRM, pause: { output: null } } });
    assert.deepEqual([wait.endedAs, wait.duration], ["completed", 0], "a pinned wait does not wait");
  }));

Deno.test("simulate() what is pinned at a trigger is what arrives there, and where it starts", () =>
  withDraft({
    nodes: [
      node("start", "trigger_manual"),
      node("hook", "trigger_webhook", { path: "test-hook", method: "POST", respond: "accepted" }),
      node("take", "set", { fields: [{ name: "from", value: "{{ trigger.query.utm }}" }] }),
    ],
    edges: [edge("start", "take"), edge("hook", "take")],
  }, async (_house, _id, dryRun) => {
    const payload = { body: LEAD, query: { utm: "fair" }, headers: {} };
    const run = await dryRun({ pins: { hook: { output: payload } } });
    assert.deepEqual([stepOf(run, "take").output, stepOf(run, "hook").status], [
      { from: "fair" },
      "completed",
    ]);
    assert.equal(run.lead?.email, "ann@example.com");
    await refused(dryRun({ pins: { hook: { output: "text" } } }), "pins.hook.output");
  }));

Deno.test("simulate() one node runs alone over pins; what lies before it is not run, what lies behind is not reached", () =>
  withDraft(graph, async (_house, _id, dryRun) => {
    const run = await dryRun({ input: LEAD, only: "large", pins: { crm: CRM } });
    const { would, status } = stepOf(run, "large");
    assert.deepEqual([status, would?.kind === "mail" && would.text], ["completed", "Kim writes"]);
    assert.deepEqual(statusesOf(run), {
      start: "completed",
      crm: "completed",
      big: "completed",
      large: "completed",
      pause: "pending",
      small: "pending",
      last: "pending",
    });
    assert.equal(stepOf(run, "big").reason?.code, "unknown_output");
    assert.equal(stepOf(run, "last").at, null);
    assert.deepEqual(run.notes, []);

    const blind = await dryRun({ input: LEAD, only: "large" });
    assert.match(blind.notes.join(), /Nothing is known of what "crm" puts out/);
    assert.equal(stepOf(blind, "large").status, "completed");
    // The port by which a node before it left is no matter: it was asked for.
    const other = await dryRun({ input: LEAD, only: "small", pins: { big: { output: null, port: "true" } } });
    assert.equal(stepOf(other, "small").status, "completed");
  }));

Deno.test("simulate() one node runs alone over what a real execution put out, for its lead and its payload", () =>
  withDraft({
    nodes: [
      node("start", "trigger_manual"),
      node("look", "probe"),
      node("say", "set", {
        fields: [{
          name: "who",
          value: "{{ steps.look.output.say }} {{ lead.company }} {{ trigger.body.n }}",
        }],
      }),
    ],
    edges: chain("start", "look", "say"),
  }, async (house, id, dryRun) => {
    const { engine, probe } = house;
    probe.answer = () => ({ kind: "done", output: { say: "real" } });
    await engine.workflows.publish(id, {}, ANN);
    const lead = await engine.leads.create(LEAD);
    const { executionId } = await engine.triggers.execute(
      { workflowId: id, leadId: lead.id, input: { n: 7 } },
      {},
      ANN,
    );
    await house.until(() => isOver(engine, executionId));
    const calls = probe.calls.length;
    const run = await dryRun({ only: "say", from: executionId });
    assert.deepEqual(stepOf(run, "say").output, { who: "real Acme 7" });
    assert.deepEqual([stepOf(run, "look").reason?.code, probe.calls.length], ["taken_over", calls]);
    // A pin counts more than what was.
    const pinned = await dryRun({
      only: "say",
      from: executionId,
      pins: { look: { output: { say: "pinned" } } },
    });
    assert.deepEqual(stepOf(pinned, "say").output, { who: "pinned Acme 7" });

    const { id: other } = await engine.workflows.create(
      { name: "Other", nodes: graph.nodes, edges: graph.edges, settings: {} },
      ANN,
    );
    await refused(engine.simulate(other, { only: "last", from: executionId }), "from");
    await assert.rejects(dryRun({ only: "say", from: "01HZZZZZZZZZZZZZZZZZZZZZZZ" }), { status: 404 });
  }));

Deno.test("simulate() a loop alone runs its rounds; to a node in the rounds runs all rounds to it and nothing after", () =>
  withDraft({
    nodes: [
      node("start", "trigger_manual"),
      node("loop", "for_each", { items: "{{ trigger.body.items }}" }),
      node("each", "set", { fields: [{ name: "n", value: "{{ steps.loop.output.item }}" }] }),
      node("then", "set", { fields: [] }),
      node("after", "set", { fields: [{ name: "all", value: "{{ steps.loop.output.results }}" }] }),
    ],
    edges: [edge("start", "loop"), edge("loop", "each", "each"), edge("each", "then"), edge("loop", "after")],
  }, async (_house, _id, dryRun) => {
    const alone = await dryRun({ only: "loop", input: { items: [1, 2] } });
    assert.deepEqual(stepOf(alone, "loop").output, { count: 2, failed: 0, results: [{}, {}] });
    assert.equal(stepOf(alone, "after").status, "pending");
    const within = await dryRun({ until: "each", input: { items: [1, 2] } });
    assert.deepEqual(stepOf(within, "loop").output, { count: 2, failed: 0, results: [{ n: 1 }, { n: 2 }] });
    assert.deepEqual([stepOf(within, "then").at, stepOf(within, "after").at], [null, null]);
  }));

Deno.test("simulate() to a node runs what leads to it, and may be drawn further without being finished", () =>
  withDraft(graph, async (_house, _id, dryRun) => {
    const unfinished: Graph = {
      nodes: [
        ...graph.nodes,
        node("later", "email", { to: "", subject: "", text: "" }),
        node("loose", "task", {}),
      ],
      edges: [...graph.edges, edge("last", "later")],
    };
    const drawn = { ...unfinished, settings: {} };
    await refused(dryRun({ graph: drawn, input: LEAD }), "nodes.later.config.to");
    const run = await dryRun({ graph: drawn, input: LEAD, until: "pause", pins: { crm: CRM } });
    assert.deepEqual(statusesOf(run), {
      start: "completed",
      crm: "completed",
      big: "completed",
      large: "completed",
      pause: "completed",
      small: "pending",
      last: "pending",
      later: "pending",
      loose: "pending",
    });
    assert.equal(run.duration, 2 * DAY_MS);
    const skipped = await dryRun({
      input: LEAD,
      until: "pause",
      http: { crm: { status: 200, body: { size: 1 } } },
    });
    assert.deepEqual([stepOf(skipped, "pause").status, skipped.endedAs], ["skipped", "completed"]);
    await refused(dryRun({ graph: drawn, until: "loose" }), "until");
  }));

Deno.test("simulate() to a node ends when it has settled, though another way to it would go on", () =>
  withDraft({
    nodes: [
      node("start", "trigger_manual"),
      node("soon", "wait", { kind: "for", duration: { value: 1, unit: "hours" } }),
      node("late", "wait", { kind: "for", duration: { value: 9, unit: "days" } }),
      node("first", "join", { mode: "any" }),
      mail("end"),
    ],
    edges: [...chain("start", "soon", "first", "end"), edge("start", "late"), edge("late", "first")],
  }, async (_house, _id, dryRun) => {
    const run = await dryRun({ input: LEAD, until: "first" });
    assert.deepEqual([run.endedAs, run.reason?.code, run.duration], ["stopped", "until_reached", 3_600_000]);
    assert.deepEqual([stepOf(run, "late").status, stepOf(run, "end").status], ["waiting", "pending"]);
  }));

Deno.test("simulate() runs the graph as it is on the canvas: nothing need be saved, published or even started by anything", () =>
  withDraft({ nodes: [], edges: [] }, async (house, _id, dryRun) => {
    await house.settle();
    const before = await dump(house.real);
    const drawn = { nodes: graph.nodes, edges: graph.edges, settings: { timezone: "Europe/Zurich" } };
    const run = await dryRun({ graph: drawn, input: LEAD, pins: { crm: CRM } });
    assert.deepEqual([run.endedAs, run.timezone, run.draft], ["completed", "Europe/Zurich", true]);
    const lonely = { nodes: [node("alone", "set", { fields: [{ name: "a", value: "1" }] })], edges: [] };
    const one = await dryRun({ graph: lonely, only: "alone" });
    assert.deepEqual(statusesOf(one), { alone: "completed" }, "the trigger that nobody drew is not shown");
    await house.settle();
    assert.deepEqual(await dump(house.real), before);
    await refused(dryRun({ graph: drawn, version: 1 }), "graph");
  }));

Deno.test("simulate() really calls the named nodes once, with their secrets, and no other; people get nothing", async () => {
  await using smtp = await mailServer();
  const shown: (string | null)[] = [];
  await using server = target((request) => {
    shown.push(request.headers.get("authorization"));
    return Response.json({ size: 700, owner: "Lou" }, {
      status: new URL(request.url).pathname === "/bad" ? 503 : 200,
    });
  });
  const calling: Graph = structuredClone(graph);
  const auth = { kind: "bearer", token: { secret: "crm" } };
  calling.nodes[1]!.data.config = { url: `${server.url}/leads`, auth };
  await withDraft(calling, async (house, _id, dryRun) => {
    await house.engine.secrets.put("crm", "marker-value", ["127.0.0.1"], ANN);
    const walled = await dryRun({ input: LEAD });
    assert.equal(server.requests.length, 0);
    assert.equal(stepOf(walled, "small").status, "completed");
    const run = await dryRun({ input: LEAD, call: ["crm"] });
    assert.deepEqual(shown, ["Bearer marker-value"]);
    const { would, output } = stepOf(run, "crm");
    assert.ok(would?.kind === "http" && would.called);
    assert.ok(!JSON.stringify(run).includes("marker-value"));
    assert.match(JSON.stringify(output), /Lou/);
    assert.equal(stepOf(run, "large").would?.kind, "mail");
    // One call, though its policy would try again.
    const bad = structuredClone(calling);
    bad.nodes[1]!.data.config = { url: `${server.url}/bad` };
    const failed = await dryRun({ graph: { ...bad, settings: {} }, input: LEAD, call: ["crm"] });
    assert.deepEqual([failed.endedAs, stepOf(failed, "crm").attempts, server.requests.length], [
      "failed",
      1,
      2,
    ]);
    assert.equal(smtp.connections, 0);
    for (const id of ["large", "big", "start"]) await refused(dryRun({ call: [id] }), `call.${id}`);
  }, { smtpUrl: smtp.url, allowHosts: [new URL(server.url).host], send: true });
});

Deno.test("simulate() keeps mails where that is asked for: in the outbox, marked as a test, until they are forgotten", async () => {
  await using smtp = await mailServer();
  await withDraft(graph, async (house, _id, dryRun) => {
    const { engine, real, store } = house;
    const run = await dryRun({ input: LEAD, pins: { crm: CRM }, keep: true });
    const again = await dryRun({ input: LEAD, pins: { crm: CRM }, keep: true });
    assert.deepEqual([run.kept.length, (await dryRun({ input: LEAD })).kept], [1, []]);
    const { items } = await engine.messages.list({ limit: 10 });
    assert.deepEqual(items.map(({ id }) => id), [...again.kept, ...run.kept]);
    const message = await engine.messages.get(run.kept[0]!);
    assert.deepEqual([message.test, message.status, message.to, message.text], [
      true,
      "held",
      ["ann@example.com"],
      "Kim writes",
    ]);
    assert.equal(smtp.connections, 0);
    await house.until(async () => (await engine.messages.list({ limit: 1 })).items.length === 0, 40 * DAY_MS);
    await house.settle();
    assert.deepEqual(await messageKeys(store, message.executionId), []);
    for await (const { key } of real.list({ prefix: [] })) {
      assert.ok(!key.includes(message.id) && !key.includes(message.executionId), String(key));
    }
  }, { smtpUrl: smtp.url, send: true });
});

Deno.test("simulate() keeps mails whose links lead where they say, and that count nothing", () =>
  withDraft({
    nodes: [node("start", "trigger_manual"), mail("offer", "See https://example.com/offer?a=1&b=2")],
    edges: chain("start", "offer"),
  }, async ({ engine }, _id, dryRun) => {
    const { kept, notes } = await dryRun({ input: LEAD, keep: true, clicked: ["offer"] });
    assert.deepEqual(notes, [], "the link was a counted one while the dry run lasted");
    const { html } = await engine.messages.readable(kept[0]!);
    assert.match(html, /<a href="https:\/\/example\.com\/offer\?a=1&amp;b=2">/);
    assert.doesNotMatch(html, /\/t\/[co]\//);
  }));

Deno.test("simulate() refuses parts that are none, with the field and what is accepted", () =>
  withDraft(graph, async (_house: Opened, _id, dryRun) => {
    await refused(dryRun({ pins: { gone: { output: 1 } } }), "pins.gone");
    await refused(dryRun({ pins: { big: { output: 1, port: "maybe" } } }), "pins.big", /true, false/);
    await refused(dryRun({ only: "gone" }), "only");
    await refused(dryRun({ only: "start" }), "only");
    await refused(dryRun({ only: "crm", pins: { crm: CRM } }), "only");
    await refused(dryRun({ until: "gone" }), "until");
    await refused(dryRun({ only: "big", until: "crm" }), "until", /one of them/);
    await refused(dryRun({ call: ["gone"] }), "call.gone");
  }));

async function refused(promise: Promise<unknown>, path: string, accepted?: RegExp): Promise<void> {
  await assert.rejects(promise, (error) => {
    assert.ok(error instanceof EngineError, String(error));
    assert.equal(error.status, 422);
    const issue = error.issues.find((each) => each.path === path);
    assert.ok(issue, JSON.stringify(error.issues));
    if (accepted) assert.match(issue.accepted ?? "", accepted);
    return true;
  });
}
