import assert from "node:assert/strict";
import fc from "fast-check";
import { graphChecks } from "../../../engine/node_info.ts";
import { describe, loadNodeTypes } from "../../../engine/nodes/mod.ts";
import type { Json, JsonObject } from "../../../engine/schemas/json.ts";
import type { Issue, WorkflowNode } from "../../../engine/schemas/workflow.ts";
import { SAMPLE } from "../../../engine/workflows/sample.ts";
import { documentOf, graphOfDocument } from "../../../islands/editor/document/document.ts";
import { schemaProblems } from "../../../islands/editor/document/json_schema.ts";
import { issuesOf, mergeIssues } from "../../../islands/editor/document/issues.ts";
import { localIssues } from "../../../islands/editor/document/problems.ts";
import { quickest } from "../../helpers/quickest.ts";
import { setConfigValue } from "./typing.ts";

const types = await loadNodeTypes();
const descriptors = [...types.values()].map(describe);
const checks = graphChecks(types);

/** Every value of a config changed, taken away and added to, one at a time. */
function* spoilt(config: JsonObject): Generator<JsonObject> {
  const values: (Json | undefined)[] = [undefined, null, "", "x", 7, -1, 1.5, true, [], {}, ["x"], {
    kind: "none",
  }];
  const paths: (string | number)[][] = [];
  const visit = (value: Json, path: (string | number)[]): void => {
    if (path.length > 0) paths.push(path);
    if (typeof value !== "object" || value === null) return;
    for (const [key, member] of Object.entries(value)) {
      visit(member, [...path, Array.isArray(value) ? Number(key) : key]);
    }
  };
  visit(config, []);
  const doc = documentOf({
    name: "x",
    nodes: [{ id: "n", type: "x", position: { x: 0, y: 0 }, data: { label: "", config } }],
  });
  for (const path of [...paths, ["stranger"]]) {
    for (const value of values) yield setConfigValue(doc, "n", path, value).nodes[0]?.data.config ?? {};
  }
}

Deno.test("schemaProblems() takes every node type's example, and refuses what zod refuses by its schema", () => {
  const seen = { both: 0, neither: 0, serverOnly: 0 };
  for (const type of types.values()) {
    const { schema, example } = describe(type);
    assert.deepEqual(schemaProblems(schema, example), [], type.type);
    for (const config of [example, {}, ...spoilt(example)]) {
      const local = schemaProblems(schema, config);
      const parsed = type.config.safeParse(config);
      const text = `${type.type} ${JSON.stringify(config)} ${JSON.stringify(local)} ${parsed.error?.message}`;
      // The browser may know less than the server (refinements are no part of a schema), never more.
      if (local.length > 0) assert.equal(parsed.success, false, text);
      const byRefinement = parsed.error?.issues.every(({ code }) =>
        code === "custom" || code === "invalid_union"
      );
      if (!parsed.success && !byRefinement) assert.ok(local.length > 0, text);
      seen[local.length > 0 ? "both" : parsed.success ? "neither" : "serverOnly"]++;
    }
  }
  assert.ok(seen.both > 300 && seen.neither > 100, JSON.stringify(seen));
});

Deno.test("schemaProblems() names the field that zod names, and what is accepted", () => {
  let named = 0;
  for (const type of types.values()) {
    const { schema, example, conditions } = describe(type);
    if (conditions.includes("")) continue;
    for (const config of spoilt(example)) {
      const local = schemaProblems(schema, config);
      for (const problem of local) assert.ok(problem.message.length > 5, JSON.stringify(problem));
      const issues = type.config.safeParse(config).error?.issues ?? [];
      if (issues.some(({ code }) => code === "invalid_union" || code === "custom")) continue;
      // zod names the object that has a member too many; here it is the member.
      const paths = issues.flatMap((issue) => {
        const path = issue.path.map(String);
        return issue.code === "unrecognized_keys"
          ? issue.keys.map((key) => [...path, key].join("."))
          : [path.join(".")];
      });
      assert.deepEqual(
        [...new Set(local.map(({ path }) => path))].toSorted(),
        [...new Set(paths)].toSorted(),
        `${type.type} ${JSON.stringify(config)}`,
      );
      named += paths.length;
    }
  }
  assert.ok(named > 200, `${named} fields named`);
});

Deno.test("schemaProblems() says in words what is wrong", () => {
  const schema: JsonObject = {
    type: "object",
    properties: {
      to: { type: "string", minLength: 1, maxLength: 5 },
      mode: { enum: ["any", "all"] },
      times: { type: "integer", minimum: 1, maximum: 9 },
      tags: { type: "array", items: { type: "string", pattern: "^[a-z]+$" }, minItems: 1, maxItems: 2 },
      auth: {
        oneOf: [
          {
            type: "object",
            properties: { kind: { const: "none" } },
            required: ["kind"],
            additionalProperties: false,
          },
          {
            type: "object",
            properties: { kind: { const: "basic" }, user: { type: "string" } },
            required: ["kind", "user"],
            additionalProperties: false,
          },
        ],
      },
      tree: { $ref: "#/$defs/tree" },
    },
    required: ["to"],
    additionalProperties: false,
    $defs: {
      tree: {
        type: "object",
        properties: { all: { type: "array", items: { $ref: "#/$defs/tree" } } },
        additionalProperties: false,
      },
    },
  };
  const words = (value: JsonObject): string[] =>
    schemaProblems(schema, value).map(({ path, message, accepted }) => `${path}: ${message} (${accepted})`);
  assert.deepEqual(
    words({ to: "x", tree: { all: [{ all: [] }, {}] }, auth: { kind: "basic", user: "u" } }),
    [],
  );
  assert.deepEqual(words({}), ["to: Is needed (a text)"]);
  assert.deepEqual(words({ to: "" }), ["to: Is empty (at least one character)"]);
  assert.deepEqual(words({ to: "123456" }), ["to: Has 6 characters (at most 5 characters)"]);
  assert.deepEqual(words({ to: 7 }), ["to: 7 is not a text (a text)"]);
  assert.deepEqual(words({ to: "x", mode: "some" }), ['mode: "some" is none of the choices ("any", "all")']);
  assert.deepEqual(words({ to: "x", times: 10 }), ["times: 10 is not accepted (1 to 9)"]);
  assert.deepEqual(words({ to: "x", times: 1.5 }), ["times: 1.5 is not a whole number (a whole number)"]);
  assert.deepEqual(words({ to: "x", tags: [] }), ["tags: Is empty (at least 1)"]);
  assert.deepEqual(words({ to: "x", tags: ["a", "B"] }), [
    'tags.1: "B" does not have the form that is needed (^[a-z]+$)',
  ]);
  assert.deepEqual(words({ to: "x", auth: { kind: "basic" } }), ["auth.user: Is needed (a text)"]);
  assert.deepEqual(words({ to: "x", auth: { kind: "magic" } }), [
    'auth.kind: "magic" is none of the choices ("none", "basic")',
  ]);
  assert.deepEqual(words({ to: "x", tree: { all: [{ all: [{ any: [] }] }] } }), [
    'tree.all.0.all.0.any: There is no field "any" (all)',
  ]);
  assert.deepEqual(words({ to: "x", cc: "y" }), [
    'cc: There is no field "cc" (to, mode, times, tags, auth, tree)',
  ]);
});

Deno.test("schemaProblems() comes to an end on any value, however deep", () => {
  const condition = descriptors.find(({ type }) => type === "condition");
  assert.ok(condition);
  let deep: Json = { field: "a", op: "exists" };
  for (let i = 0; i < 2_000; i++) deep = { all: [deep] };
  assert.ok(schemaProblems(condition.schema, deep).length > 0);
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
      const json: Json = JSON.parse(JSON.stringify(value));
      for (const { schema } of descriptors) assert.ok(schemaProblems(schema, json).length <= 20);
    }),
    { numRuns: 200 },
  );
});

Deno.test("localIssues() agrees with the server on the sample, whole and broken", () => {
  const doc = documentOf(SAMPLE);
  assert.deepEqual(localIssues(doc, descriptors), []);
  const server = (graph: typeof doc): Issue[] => {
    const shape = checks.shape(graphOfDocument(graph));
    return shape.length > 0 ? shape : checks.runnable(graphOfDocument(graph));
  };
  let compared = 0;
  for (const node of doc.nodes) {
    for (const config of spoilt(node.data.config)) {
      const broken = setConfigValue(doc, node.id, [], config);
      const [here, there] = [localIssues(broken, descriptors), server(broken)];
      if (here.length > 0) assert.ok(there.length > 0, JSON.stringify(here));
      const told = new Set(there.map(({ nodeId }) => nodeId));
      for (const issue of here) assert.ok(told.has(issue.nodeId), `${issue.path} ${issue.message}`);
      compared += here.length;
    }
  }
  assert.ok(compared > 200, `${compared} issues`);
  const dangling = { ...doc, edges: [...doc.edges, { id: "x", source: "gone", target: "start" }] };
  assert.deepEqual(localIssues(dangling, descriptors), server(dangling));
});

Deno.test("mergeIssues() says nothing twice, and issuesOf() finds those of one field", () => {
  const issue = (path: string, message: string, nodeId = "mail"): Issue => ({ path, message, nodeId });
  const local = [issue("nodes.mail.config.to", "Is empty"), issue("nodes.mail", "No trigger leads to it")];
  const server = [
    issue("nodes.mail.config.to", "Too small"),
    issue("nodes.mail", "No trigger leads to it"),
    issue("nodes.hook.config.path", "is used", "hook"),
    issue("nodes.mail.config.to2.0", "Other"),
  ];
  const merged = mergeIssues(local, server);
  assert.deepEqual(merged.map(({ message }) => message), [
    "Is empty",
    "No trigger leads to it",
    "is used",
    "Other",
  ]);
  assert.equal(issuesOf(merged, "mail").length, 3);
  assert.deepEqual(issuesOf(merged, "mail", "to").map(({ message }) => message), ["Is empty"]);
  assert.deepEqual(issuesOf(merged, "mail", "to2").map(({ message }) => message), ["Other"]);
  assert.deepEqual(issuesOf([issue("nodes.mail.config", "Is no condition")], "mail", "").length, 1);
});

Deno.test("localIssues() 300 nodes are checked between two key strokes", () => {
  const nodes: WorkflowNode[] = Array.from(
    { length: 300 },
    (_, i) => ({ ...SAMPLE.nodes[i % SAMPLE.nodes.length]!, id: `n${i}` }),
  );
  const edges = Array.from(
    { length: 299 },
    (_, i) => ({ id: `e${i}`, source: `n${i}`, target: `n${i + 1}` }),
  );
  const doc = documentOf({ name: "Large", nodes, edges });
  const ms = quickest(() => assert.ok(localIssues(doc, descriptors).length > 0), 500);
  assert.ok(ms < 500, `${ms} ms`);
});
