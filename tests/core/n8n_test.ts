/** Files of n8n as workflows of ours. */
import assert from "node:assert/strict";
import { fromN8n, isN8nFile } from "../../engine/core/import/n8n.ts";
import type { Imported } from "../../engine/core/import/n8n.ts";
import { graphChecks } from "../../engine/node_info.ts";
import { loadNodeTypes } from "../../engine/nodes/mod.ts";
import type { JsonObject } from "../../engine/schemas/json.ts";
import { WorkflowInput } from "../../engine/schemas/workflow.ts";
import { conditions, LEADS, n8nFile } from "./n8n_files.ts";
import type { FileNode } from "./n8n_files.ts";

const types = await loadNodeTypes();
const checks = graphChecks(types);

/** Converted, and a graph that may be saved. */
function converted(file: unknown): Imported & { config(id: string): JsonObject; note(name: string): string } {
  const made = fromN8n(file, types);
  const workflow = WorkflowInput.parse(made.workflow);
  assert.deepEqual(checks.shape(workflow), []);
  return {
    ...made,
    config: (id) => workflow.nodes.find((node) => node.id === id)?.data.config ?? {},
    note: (name) => made.report.find(({ node }) => node === name)?.note ?? "",
  };
}

function one(
  node: FileNode,
  before: FileNode = { name: "Start", type: "manualTrigger" },
): ReturnType<typeof converted> {
  return converted(n8nFile([before, node], [[before.name, node.name]]));
}

Deno.test("fromN8n() takes over a whole workflow: nodes, ways, expressions, and says what became of each", () => {
  const { workflow, report, config, note } = converted(LEADS);
  assert.deepEqual(report.map(({ node, became }) => `${node}: ${became}`), [
    "Webhook: trigger_webhook",
    "Look up: api",
    "Large?: condition",
    "Write: email",
    "Later: wait",
    "Answer: respond",
    "Note down: set",
    "CRM: task",
    "Sticky Note: note",
  ]);
  assert.deepEqual([workflow.name, workflow.settings, workflow.notes?.[0]?.text], [
    "From n8n",
    { timezone: "Europe/Zurich" },
    "## Read me",
  ]);
  assert.deepEqual(config("webhook"), {
    path: "new-lead",
    method: "POST",
    auth: { kind: "none" },
    respond: "node",
  });
  assert.deepEqual(config("look_up"), {
    method: "POST",
    url: "https://api.example.com/companies/{{ trigger.body.domain }}",
    headers: [{ name: "x-source", value: "n8n" }],
    query: [],
    body: { email: "{{ trigger.body.email }}", tags: ["new"] },
    timeout: { value: 10, unit: "seconds" },
  });
  assert.match(note("Look up"), /credentials "CRM key": choose a secret/);
  assert.deepEqual(config("large"), {
    all: [
      { field: "steps.look_up.output.body.employees", op: "gte", value: 250 },
      { field: "trigger.body.email", op: "ends_with", value: ".com" },
    ],
  });
  assert.deepEqual(config("write"), {
    to: "{{ trigger.body.email }}",
    subject: "Hello {{ steps.look_up.output.body.name }} and [n8n: $json.name.toUpperCase()]",
    text: "You have {{ steps.look_up.output.body.employees }} people.",
    replyTo: "kim@example.com",
  });
  assert.match(note("Write"), /"\$json\.name\.toUpperCase\(\)" could not be taken over/);
  assert.deepEqual(config("later"), { kind: "for", duration: { value: 2, unit: "days" } });
  assert.match(note("CRM"), /There is no node for n8n-nodes-base\.hubspot/);
  assert.match(String(config("crm").description), /"operation": "create"/);
  // An answer is an end here: what came after it comes after what came before it.
  const ways = workflow.edges.map(({ source, sourceHandle, target }) =>
    `${source}.${sourceHandle}>${target}`
  );
  assert.deepEqual(ways, [
    "webhook.out>look_up",
    "look_up.out>large",
    "large.true>write",
    "large.false>later",
    "write.out>answer",
    "later.out>answer",
    "write.out>note_down",
    "later.out>note_down",
    "note_down.out>crm",
  ]);
  assert.deepEqual(checks.runnable(WorkflowInput.parse(workflow)), [], "it can be published as it is");
});

Deno.test("fromN8n() reads what a node hands on where it came from, and its own fields where it set them", () => {
  const { config } = converted(n8nFile([
    { name: "Hook", type: "webhook", typeVersion: 2, parameters: { path: "a", httpMethod: "GET" } },
    {
      name: "Keep",
      type: "set",
      typeVersion: 3.4,
      parameters: {
        assignments: { assignments: [{ name: "stage", value: "new" }] },
        includeOtherFields: true,
      },
    },
    { name: "Nothing", type: "noOp" },
    {
      name: "Read",
      type: "set",
      typeVersion: 3.4,
      parameters: {
        assignments: {
          assignments: [
            { name: "own", value: "={{ $json.stage }}" },
            { name: "handed on", value: "={{ $json.query.utm }}" },
            { name: "index", value: '={{ $json.body["items list"][0].id }}' },
            { name: "now", value: "={{ $now }}" },
            { name: "plain", value: "{{ not a template }}" },
          ],
        },
      },
    },
    {
      name: "Only",
      type: "set",
      typeVersion: 3.4,
      parameters: { assignments: { assignments: [{ name: "x", value: "={{ $json.own }}" }] } },
    },
  ], [["Hook", "Keep"], ["Keep", "Nothing"], ["Nothing", "Read"], ["Read", "Only"]]));
  assert.deepEqual(config("read").fields, [
    { name: "own", value: "{{ steps.keep.output.stage }}" },
    { name: "handed on", value: "{{ trigger.query.utm }}" },
    { name: "index", value: '{{ trigger.body["items list"][0].id }}' },
    { name: "now", value: "{{ now }}" },
    { name: "plain", value: "{ { not a template }}" },
  ]);
  assert.deepEqual(config("only").fields, [{ name: "x", value: "{{ steps.read.output.own }}" }]);
});

Deno.test("fromN8n() conditions of both generations; an operator that is not known here is noted and keeps it from being published", () => {
  const old = one({
    name: "Old",
    type: "if",
    parameters: {
      combineOperation: "any",
      conditions: {
        string: [{ value1: "={{ $json.city }}", operation: "contains", value2: "Bern" }],
        number: [{ value1: "={{ $json.size }}", operation: "largerEqual", value2: 5 }],
        boolean: [{ value1: "={{ $json.vip }}", value2: true }],
      },
    },
  });
  assert.deepEqual(old.config("old"), {
    any: [
      { field: "trigger.body.city", op: "contains", value: "Bern" },
      { field: "trigger.body.size", op: "gte", value: 5 },
      { field: "trigger.body.vip", op: "eq", value: true },
    ],
  });
  const regex = one({
    name: "New",
    type: "if",
    typeVersion: 2.2,
    parameters: {
      conditions: conditions([
        ["={{ $json.email }}", "string", "regex", "^a"],
        ["={{ $json.a + 1 }}", "number", "gt", 1],
        ["={{ $json.name }}", "string", "exists"],
      ]),
    },
  });
  assert.match(regex.note("New"), /comparison "regex" is not known here/);
  assert.match(regex.note("New"), /no plain path: say which field/);
  assert.deepEqual(regex.config("new").all, [
    { field: "trigger.body.email", op: "regex", value: "^a" },
    { field: "", op: "gt", value: 1 },
    { field: "trigger.body.name", op: "exists" },
  ]);
  const issues = checks.runnable(WorkflowInput.parse(regex.workflow)).map(({ path }) => path);
  assert.ok(
    issues.includes("nodes.new.config.all.0.op") || issues.some((path) => path.includes("all.0")),
    issues.join(),
  );
  const filter = converted(n8nFile([
    { name: "Start", type: "manualTrigger" },
    {
      name: "Keep",
      type: "filter",
      typeVersion: 2,
      parameters: { conditions: conditions([["={{ $json.a }}", "boolean", "true"]], "or") },
    },
    { name: "End", type: "noOp" },
  ], [["Start", "Keep"], ["Keep", "End"]]));
  assert.deepEqual(filter.config("keep"), { any: [{ field: "trigger.body.a", op: "is_true" }] });
  assert.equal(filter.workflow.edges.at(-1)?.sourceHandle, "true");
});

Deno.test("fromN8n() a switch keeps its cases by name, and what is left over goes by otherwise", () => {
  const { config, workflow } = converted(n8nFile([
    { name: "Start", type: "manualTrigger" },
    {
      name: "Which",
      type: "switch",
      typeVersion: 3.2,
      parameters: {
        rules: {
          values: [
            {
              conditions: conditions([["={{ $json.n }}", "number", "gt", 9]]),
              renameOutput: true,
              outputKey: "Hot",
            },
            { conditions: conditions([["={{ $json.n }}", "number", "gt", 5]]) },
          ],
        },
        options: { fallbackOutput: "extra" },
      },
    },
    { name: "A", type: "noOp" },
    { name: "B", type: "noOp" },
    { name: "C", type: "noOp" },
  ], [["Start", "Which"], ["Which", 0, "A"], ["Which", 1, "B"], ["Which", 2, "C"]]));
  assert.deepEqual(config("which").cases, [
    { name: "Hot", when: { all: [{ field: "trigger.body.n", op: "gt", value: 9 }] } },
    { name: "Case 2", when: { all: [{ field: "trigger.body.n", op: "gt", value: 5 }] } },
  ]);
  assert.deepEqual(workflow.edges.slice(1).map(({ sourceHandle }) => sourceHandle), [
    "Hot",
    "Case 2",
    "otherwise",
  ]);
  assert.deepEqual(checks.runnable(WorkflowInput.parse(workflow)), []);
});

Deno.test("fromN8n() a loop over single items becomes for each, another becomes a task; other ways back are dropped and named", () => {
  const nodes: FileNode[] = [
    { name: "Start", type: "manualTrigger" },
    {
      name: "List",
      type: "httpRequest",
      typeVersion: 4,
      parameters: { url: "https://api.example.com/list" },
    },
    { name: "Loop", type: "splitInBatches", typeVersion: 3, parameters: {} },
    {
      name: "Each",
      type: "httpRequest",
      typeVersion: 4,
      parameters: { url: "=https://api.example.com/{{ $json.id }}" },
    },
    { name: "Done", type: "noOp" },
  ];
  const wires = [["Start", "List"], ["List", "Loop"], ["Loop", 1, "Each"], ["Each", "Loop"], [
    "Loop",
    0,
    "Done",
  ]] as const;
  const looped = converted(n8nFile(nodes, [...wires]));
  assert.equal(looped.config("loop").items, "{{ steps.list.output.body }}");
  assert.equal(looped.config("each").url, "https://api.example.com/{{ steps.loop.output.item.id }}");
  assert.deepEqual(
    looped.workflow.edges.map(({ source, sourceHandle, target }) => `${source}.${sourceHandle}>${target}`),
    ["start.out>list", "list.out>loop", "loop.out>done", "loop.each>each"],
  );
  assert.deepEqual(checks.runnable(WorkflowInput.parse(looped.workflow)), []);
  const batches = converted(n8nFile(
    nodes.map((node) => node.name === "Loop" ? { ...node, parameters: { batchSize: 10 } } : node),
    [...wires],
  ));
  assert.equal(batches.report.find(({ node }) => node === "Loop")?.became, "task");
  const ring = converted(n8nFile([
    { name: "Start", type: "manualTrigger" },
    { name: "A", type: "noOp" },
    { name: "B", type: "noOp" },
  ], [["Start", "A"], ["A", "B"], ["B", "A"]]));
  assert.match(ring.note("B"), /led back to "A"/);
  assert.equal(ring.workflow.edges.length, 2);
});

Deno.test("fromN8n() a schedule starts by hand and names its times; a locked webhook stays locked; code is kept as a text", () => {
  const cron = converted(n8nFile([{
    name: "Every morning",
    type: "scheduleTrigger",
    typeVersion: 1.2,
    parameters: { rule: { interval: [{ field: "cronExpression", expression: "0 9 * * 1-5" }] } },
  }], []));
  assert.equal(cron.report[0]?.became, "trigger_manual");
  assert.match(cron.note("Every morning"), /cron 0 9 \* \* 1-5/);
  const weekly = converted(n8nFile([{
    name: "Weekly",
    type: "scheduleTrigger",
    parameters: { rule: { interval: [{ field: "weeks", triggerAtDay: [1], triggerAtHour: 8 }] } },
  }], []));
  assert.match(weekly.note("Weekly"), /every 1 weeks on weekdays 1 \(0 is Sunday\) at 8:00/);
  const locked = converted(n8nFile([{
    name: "Hook",
    type: "webhook",
    parameters: { path: "x", httpMethod: "POST", authentication: "headerAuth" },
  }], []));
  const { path } = checks.runnable(WorkflowInput.parse(locked.workflow))[0] ?? {};
  assert.equal(path, "nodes.hook.config.auth.secret", "nothing is opened that was locked");
  const code = one({
    name: "Code",
    type: "code",
    typeVersion: 2,
    parameters: { jsCode: "return [{ json: { a: `{{x}}` } }];" },
  });
  assert.equal(code.report[1]?.became, types.has("script") ? "script" : "task");
  const off = one({
    name: "Off",
    type: "httpRequest",
    disabled: true,
    parameters: { url: "https://x.example.com" },
  });
  assert.deepEqual([off.report[1]?.became, off.config("off")], ["set", { fields: [] }]);
  const merge = one({ name: "Merge", type: "merge", typeVersion: 3, parameters: { mode: "combine" } });
  assert.deepEqual(merge.config("merge"), { mode: "all" });
  assert.match(merge.note("Merge"), /combined items/);
});

Deno.test("fromN8n() takes any names and any dirt: ids stay ids, what is no node is refused", () => {
  const odd = converted(n8nFile(
    [
      { name: "__proto__", type: "manualTrigger" },
      { name: "Über 100 €!", type: "noOp" },
      { name: "über 100", type: "noOp" },
      { name: "日本", type: "constructor" },
      { name: "Model", type: "@n8n/n8n-nodes-langchain.lmChat" },
    ],
    [["__proto__", "Über 100 €!"], ["Über 100 €!", "über 100"], ["über 100", "日本"]],
    { settings: { timezone: "DEFAULT" } },
  ));
  const ids = odd.workflow.nodes.map(({ id }) => id);
  assert.equal(new Set(ids).size, 5);
  assert.deepEqual(odd.report.map(({ became }) => became), ["trigger_manual", "set", "set", "task", "task"]);
  assert.deepEqual(odd.workflow.settings, {});
  assert.ok(isN8nFile(LEADS));
  for (const file of [null, [], {}, { nodes: [], edges: [] }, { nodes: [] }]) {
    assert.equal(isN8nFile(file), false);
  }
  for (const file of [{ nodes: [{}], connections: {} }, { nodes: [], connections: [] }]) {
    assert.throws(() => fromN8n(file, types), { status: 422 });
  }
});
