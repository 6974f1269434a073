/** From what a person chose to what a test asks, and from its answer to what the canvas paints. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, loadNodeTypes } from "../../../engine/nodes/mod.ts";
import { type Simulated, SimulateInput } from "../../../engine/schemas/simulation.ts";
import { Cards } from "../../../islands/editor/canvas/cards.ts";
import { documentOf, type EditorDocument } from "../../../islands/editor/document/document.ts";
import { moveNodes } from "../../../islands/editor/document/edits.ts";
import { countsByNode, keepSame, paintsOfTest, seenInTest } from "../../../islands/editor/testing/paints.ts";
import {
  asksOf,
  calledPins,
  type Extent,
  mayAsk,
  requestOf,
  sameMeaning,
  type Wanted,
} from "../../../islands/editor/testing/request.ts";
import { FIRST_SETTINGS, parsePins, parseSettings } from "../../../islands/editor/testing/stored.ts";
import { nodeTypes } from "../../../islands/editor/use_node_types.ts";
import { chain, edge, node } from "../../helpers/engine.ts";
import { withDraft } from "../../simulation/dry_run.ts";
import { setConfigValue } from "./typing.ts";

const types = nodeTypes([...(await loadNodeTypes()).values()].map(describe));
const GRAPH = {
  nodes: [
    node("start", "trigger_manual"),
    node("crm", "api", { url: "https://crm.example.com/{{ lead.email }}" }),
    node("big", "condition", { all: [{ field: "steps.crm.output.size", op: "gt", value: 100 }] }),
    node("mail", "email", { to: "{{ lead.email }}", subject: "Hello", text: "For {{ lead.company }}" }),
    node("slack", "notification", { channel: "slack", message: "New lead", priority: "normal" }),
    node("ask", "task", { title: "Call", outcomes: ["Reached", "Not reached"] }),
  ],
  edges: [
    ...chain("start", "crm", "big"),
    edge("start", "slack"),
    edge("big", "mail", "true"),
    edge("big", "ask", "false"),
  ],
};
const DOCUMENT = documentOf({ name: "Follow-up", ...GRAPH });
const EMPTY = new Map<string, never>();
const LEAD = { email: "ann@example.com", company: "Acme" };

function wantedOf(part: Partial<Wanted> = {}, document: EditorDocument = DOCUMENT): Wanted {
  const cards = new Cards().of(document, {
    types,
    names: new Map(),
    problems: EMPTY,
    paints: EMPTY,
    counts: EMPTY,
    differences: EMPTY,
    pins: EMPTY,
  });
  return {
    document,
    mayEdit: true,
    cards,
    extent: { kind: "all" },
    start: { input: LEAD },
    pins: {},
    call: [],
    keep: false,
    ...part,
  };
}

/** What the server answers to a request, without anything having left. */
async function answerTo(wanted: Wanted): Promise<Simulated> {
  const found: Simulated[] = [];
  await withDraft(GRAPH, async (_house, _id, dryRun) => {
    found.push(await dryRun(SimulateInput.parse(requestOf(wanted))));
  });
  assert.ok(found[0]);
  return found[0];
}

Deno.test("requestOf() sends what is drawn, or nothing of it for those who may not draw", () => {
  const sent = requestOf(wantedOf());
  assert.deepEqual(sent.graph?.nodes, DOCUMENT.nodes);
  assert.deepEqual(Object.keys(requestOf(wantedOf({ mayEdit: false }))).sort(), ["input", "pins"]);
});

Deno.test("requestOf() leaves out pins that the server would refuse: gone nodes, gone ports, the node to run alone", () => {
  const pins = { crm: { output: 1, port: "gone" }, gone: { output: 2 }, big: { output: 3, port: "true" } };
  assert.deepEqual(requestOf(wantedOf({ pins })).pins, {
    crm: { output: 1 },
    big: { output: 3, port: "true" },
  });
  const only = requestOf(wantedOf({ pins, extent: { kind: "only", nodeId: "big" } }));
  assert.deepEqual([only.only, only.pins], ["big", { crm: { output: 1 } }]);
  assert.deepEqual(requestOf(wantedOf({ pins, call: ["crm"] })).pins, { big: { output: 3, port: "true" } });
});

Deno.test("requestOf() names in a dry run only outcomes and mails that are drawn", () => {
  const extent: Extent = {
    kind: "dry",
    meantime: {
      at: "2026-12-01T09:00",
      opens: true,
      clicks: false,
      answers: { ask: "Not reached", gone: "x", big: "maybe" },
    },
  };
  const sent = requestOf(wantedOf({ extent }));
  assert.deepEqual([sent.at, sent.opened, sent.clicked, sent.answers], [
    new Date(2026, 11, 1, 9).toISOString(),
    ["mail", "slack"],
    [],
    { ask: "Not reached" },
  ]);
});

Deno.test("requestOf() makes what the server takes, whatever was kept from before", async () => {
  const text = fc.string({ maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(fc.constantFrom("crm", "big", "ask", "gone"), fc.record({ output: text, port: text })),
      fc.constantFrom<Extent[]>({ kind: "all" }, { kind: "until", nodeId: "big" }, {
        kind: "only",
        nodeId: "crm",
      }),
      async (pins, extent) => {
        const run = await answerTo(wantedOf({ pins, extent }));
        assert.equal(run.steps.length, GRAPH.nodes.length);
      },
    ),
    { numRuns: 15 },
  );
});

Deno.test("asksOf() asks about requests to programs, once each, and not about messages to people", async () => {
  const run = await answerTo(wantedOf());
  const message = { kind: "http" as const, method: "POST", url: "https://hooks.slack.com/x", body: null };
  const posted = run.steps.map((step) => step.nodeId === "slack" ? { ...step, would: message } : step);
  const asks = asksOf({ ...run, steps: posted }, types, new Set());
  assert.deepEqual(asks, [{
    nodeId: "crm",
    label: "crm",
    method: "GET",
    url: "https://crm.example.com/ann%40example.com",
  }]);
  assert.deepEqual(asksOf(run, types, new Set(["crm"])), []);
  const called = {
    ...run,
    steps: run.steps.map((step) =>
      step.would?.kind === "http" ? { ...step, would: { ...step.would, called: true } } : step
    ),
  };
  assert.deepEqual(asksOf(called, types, new Set()), []);
  assert.deepEqual(Object.keys(calledPins(called)), ["crm"]);
  assert.deepEqual(calledPins(run), {});
});

Deno.test("mayAsk() is about nodes that a test may call, unless they are pinned or decided about", () => {
  const open = { types, pins: {}, decided: new Set<string>() };
  assert.equal(mayAsk(GRAPH.nodes, open), true);
  assert.equal(mayAsk(GRAPH.nodes, { ...open, pins: { crm: { output: 1 } } }), false);
  assert.equal(mayAsk(GRAPH.nodes, { ...open, decided: new Set(["crm"]) }), false);
  const people = GRAPH.nodes.filter(({ id }) => id !== "crm");
  assert.equal(mayAsk(people, open), false, "a message to people is never sent, so it is not asked about");
});

Deno.test("sameMeaning() is about what runs: not about places, but about any config, edge or setting", () => {
  const moved = moveNodes(DOCUMENT, new Map([["crm", { x: 900, y: 900 }]]));
  assert.equal(sameMeaning(DOCUMENT, moved), true);
  assert.equal(sameMeaning(DOCUMENT, structuredClone(DOCUMENT)), true, "undone, it is what it was");
  assert.equal(sameMeaning(DOCUMENT, setConfigValue(DOCUMENT, "crm", ["url"], "https://x.example")), false);
  assert.equal(sameMeaning(DOCUMENT, { ...DOCUMENT, edges: DOCUMENT.edges.slice(1) }), false);
  const [first, ...rest] = DOCUMENT.edges;
  assert.ok(first);
  assert.equal(
    sameMeaning(DOCUMENT, { ...DOCUMENT, edges: [{ ...first, sourceHandle: "error" }, ...rest] }),
    false,
  );
  assert.equal(sameMeaning(DOCUMENT, { ...DOCUMENT, settings: { timezone: "Asia/Tokyo" } }), false);
});

Deno.test("paintsOfTest() paints every node, with what it did in a few words", async () => {
  const run = await answerTo(wantedOf({ pins: { crm: { output: { size: 500 } } } }));
  const paints = paintsOfTest(run, "Europe/Zurich");
  assert.deepEqual(
    Object.fromEntries([...paints].map(([id, { status, detail }]) => [id, `${status} ${detail}`.trim()])),
    {
      start: "completed",
      crm: "completed pinned",
      big: "completed true",
      mail: "completed to ann@example.com",
      ask: 'skipped big went "true", not "false" (Yes — steps.crm.output.size was 500, needed > 100)',
      slack: 'failed No secret has the name "slack_webhook"',
    },
  );
  assert.deepEqual(seenInTest(run).get("mail")?.status, "completed");
  const part = await answerTo(wantedOf({ extent: { kind: "until", nodeId: "crm" } }));
  assert.equal(paintsOfTest(part, "Europe/Zurich").get("mail")?.status, "pending");
  assert.equal(seenInTest(part).has("mail"), false, "what was not reached has nothing to tell");
});

Deno.test("keepSame() keeps what says the same, so that only what changed is drawn again", () => {
  const before = countsByNode([count("a", 1), count("b", 2)]);
  assert.equal(keepSame(before, countsByNode([count("a", 1), count("b", 2)])), before);
  const next = keepSame(before, countsByNode([count("a", 1), count("b", 3)]));
  assert.equal(next.get("a"), before.get("a"));
  assert.deepEqual(next.get("b"), { entered: 3, waiting: 0, passed: 3, failed: 0 });
  assert.notEqual(keepSame(before, countsByNode([count("a", 1)])), before);
});

function count(nodeId: string, passed: number): Parameters<typeof countsByNode>[0][number] {
  return { nodeId, entered: passed, active: 0, waiting: 0, passed, failed: 0, skipped: 0, cancelled: 0 };
}

Deno.test("parseSettings() gives back what was kept, and the first ones for anything else", () => {
  const kept = {
    sample: { kind: "lead" as const, email: "ann@example.com" },
    chosen: true,
    keep: true,
    meantime: { at: "2026-12-01T09:00", opens: true, clicks: true, answers: { ask: null, call: "Reached" } },
  };
  assert.deepEqual(parseSettings(JSON.stringify(kept)), kept);
  for (const text of [null, "", "{", "7", "[]", '{"sample":{"kind":"lead"},"meantime":[],"keep":"yes"}']) {
    assert.deepEqual(parseSettings(text), FIRST_SETTINGS, String(text));
  }
});

Deno.test("parsePins() gives back pins, and leaves out what is none", () => {
  const pins = { a: { output: { x: [1, null] }, port: "true" }, b: { output: null } };
  assert.deepEqual(parsePins(JSON.stringify(pins)), pins);
  assert.deepEqual(parsePins('{"a":{},"b":7,"c":{"output":"x","port":7}}'), { c: { output: "x" } });
  assert.deepEqual(parsePins("nothing"), {});
});
