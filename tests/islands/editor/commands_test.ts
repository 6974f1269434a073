import assert from "node:assert/strict";
import { describe, loadNodeTypes } from "../../../engine/nodes/mod.ts";
import { Cards } from "../../../islands/editor/canvas/cards.ts";
import { NOTHING, type Selection } from "../../../islands/editor/canvas/flow_elements.ts";
import { documentOf } from "../../../islands/editor/document/document.ts";
import type { Actions, Editor, Place } from "../../../islands/editor/editor_context.ts";
import { commandsFor, ranked } from "../../../islands/editor/palette/commands.ts";
import { nodeTypes } from "../../../islands/editor/use_node_types.ts";

const types = nodeTypes([...(await loadNodeTypes()).values()].map(describe));
const DOCUMENT = documentOf({
  name: "Commands",
  nodes: (["trigger_manual", "email", "condition", "notification"] as const).map((type, i) => ({
    id: type,
    type,
    position: { x: 0, y: i * 150 },
    data: { label: types.of(type)?.title ?? type, config: structuredClone(types.of(type)?.example ?? {}) },
  })),
  edges: [
    { id: "a", source: "trigger_manual", sourceHandle: "out", target: "email", targetHandle: "in" },
    { id: "b", source: "email", sourceHandle: "out", target: "condition", targetHandle: "in" },
  ],
});

/** An editor of that drawing; what is done to it is written down. */
function editorWith(
  selection: Partial<Selection> = {},
  mayEdit = true,
): { editor: Editor; done: unknown[][] } {
  const done: unknown[][] = [];
  const actions = new Proxy({}, {
    get: (_target, name) => (...values: unknown[]) => {
      done.push([name, ...values]);
      return "";
    },
  }) as Actions;
  const none = new Map<string, never>();
  const cards = new Cards().of(DOCUMENT, {
    types,
    names: new Map(),
    problems: none,
    paints: none,
    counts: none,
    differences: none,
    pins: none,
  });
  const editor = {
    draft: { document: DOCUMENT, live: { version: null } },
    document: DOCUMENT,
    types,
    cards,
    selection: { ...NOTHING, ...selection },
    mayEdit,
    mayEditDraft: mayEdit,
    mayPublish: mayEdit,
    mayRun: mayEdit,
    actions,
    goTo: (id: string) => void done.push(["goTo", id]),
    openDrawer: (tab: string) => void done.push(["openDrawer", tab]),
    lookAt: (review: unknown) => void done.push(["lookAt", review]),
  } as unknown as Editor;
  return { editor, done };
}

/** The labels in the order in which they are offered. */
function offered(editor: Editor, text: string, place: Place | null = null): string[] {
  return ranked(commandsFor(editor, place), text).map(({ label }) => label);
}

Deno.test("commandsFor() finds what is meant first: what to do, what to add, where to go", () => {
  const { editor } = editorWith();
  assert.equal(offered(editor, "undo")[0], "Undo");
  assert.equal(offered(editor, "send mail")[0], "Add Send mail");
  assert.equal(offered(editor, "slack")[0], "Add Notification");
  assert.equal(offered(editor, "add wiat")[0], "Add Wait", "a slip of the finger is forgiven");
  assert.equal(offered(editor, "go to cond")[0], "Go to Condition");
  assert.equal(offered(editor, "publish")[0], "Publish …");
  assert.deepEqual(offered(editor, "xyzzy"), []);
  assert.equal(offered(editor, "  ").length, commandsFor(editor, null).length);
});

Deno.test("commandsFor() adds behind what is selected, on the selected edge, or at the asked place", () => {
  const run = (editor: Editor, label: string, place: Place | null = null): void =>
    commandsFor(editor, place).find((command) => command.label === label)?.run();
  Reflect.set(globalThis, "document", { querySelector: () => null });
  try {
    const plain = editorWith({ nodes: new Set(["email"]) });
    run(plain.editor, "Add Set fields");
    assert.deepEqual(plain.done, [["add", "set", { kind: "next" }]]);
    const edge = editorWith({ edges: new Set(["a"]) });
    run(edge.editor, "Add Set fields");
    assert.deepEqual(edge.done, [["add", "set", { kind: "edge", edgeId: "a" }]]);
    const place: Place = { kind: "after", source: "condition", port: "false" };
    const asked = editorWith();
    run(asked.editor, "Set fields", place);
    assert.deepEqual(asked.done, [["add", "set", place]]);
    assert.equal(
      offered(asked.editor, "", place).includes("Start by hand"),
      false,
      "a trigger follows nothing",
    );
    assert.equal(
      offered(asked.editor, "", { kind: "at", point: { x: 0, y: 0 } }).includes("Start by hand"),
      true,
    );
  } finally {
    Reflect.deleteProperty(globalThis, "document");
  }
});

Deno.test("commandsFor() offers the connections that may be made from the selected node, and no others", () => {
  const { editor, done } = editorWith({ nodes: new Set(["condition"]) });
  const connecting = commandsFor(editor, null).filter(({ id }) => id.startsWith("connect "));
  assert.deepEqual(connecting.map(({ label }) => label), [
    "Connect by “Yes” to Notification",
    "Connect by “No” to Notification",
  ], "not to the trigger, not in a circle");
  connecting[1]?.run();
  assert.deepEqual(done, [["connect", "condition", "false", "notification"]]);
});

Deno.test("commandsFor() whoever may not edit goes and looks, and changes nothing", () => {
  const { editor } = editorWith({ nodes: new Set(["condition"]) }, false);
  const labels = offered(editor, "");
  assert.ok(labels.includes("Go to Condition"));
  assert.deepEqual(labels.filter((label) => /^(Add|Connect|Undo|Delete|Tidy|Publish)/.test(label)), []);
});
