/** What the inspector is shown with in the tests: the real node types, and a workflow around the node. */
import assert from "node:assert/strict";
import { build, stop } from "esbuild";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { describe, loadNodeTypes } from "../../../engine/nodes/mod.ts";
import type { NodeDescriptor } from "../../../engine/nodes/define.ts";
import type { JsonObject } from "../../../engine/schemas/json.ts";
import type { View } from "../../../engine/schemas/node.ts";
import type { WorkflowEdge, WorkflowNode } from "../../../engine/schemas/workflow.ts";
import { PATIENCE_MS } from "../../helpers/browser.ts";
import type { PageProps } from "./inspector_page.tsx";

const ROOT = new URL("../../../", import.meta.url).pathname;

export const descriptors: readonly NodeDescriptor[] = [...(await loadNodeTypes()).values()].map(describe);

export function descriptorOf(type: string): NodeDescriptor {
  const found = descriptors.find((one) => one.type === type);
  assert.ok(found, `no node type ${type}`);
  return found;
}

export const sample: View = {
  trigger: { body: { plan: "pro", seats: 12, items: [{ sku: "A-1" }] }, query: {}, headers: {} },
  lead: {
    id: "01JD000000000000000000000L",
    email: "ann@example.com",
    firstName: "Ann",
    lastName: "Lee",
    phone: "",
    industry: "",
    timezone: "Europe/Zurich",
    score: 42,
    status: "new",
    tags: ["vip"],
    fields: { employees: 250 },
  },
  steps: { enrich: { output: { status: 200, body: { revenue: 1_000_000 } } } },
  execution: { id: "01JD0000000000000000000001", workflowName: "Cold outreach" },
  messages: { hello: { sent: true, opened: true, clicked: false, replied: false } },
  now: "2026-11-22T12:00:00.000Z",
};

export function nodeOf(id: string, type: string, config: JsonObject, label = ""): WorkflowNode {
  return { id, type, position: { x: 0, y: 0 }, data: { label, config } };
}

function edge(source: string, target: string, sourceHandle?: string): WorkflowEdge {
  return { id: `${source}-${target}`, source, target, ...(sourceHandle ? { sourceHandle } : {}) };
}

/** The node `it` behind a trigger, a request and a mail, with one step behind it and one beside it. */
export function propsFor(type: string, config?: JsonObject, change: Partial<PageProps> = {}): PageProps {
  const descriptor = descriptorOf(type);
  const node = nodeOf("it", type, config ?? descriptor.example);
  const nodes = [
    nodeOf("start", "trigger_webhook", descriptorOf("trigger_webhook").example),
    nodeOf("enrich", "api", descriptorOf("api").example, "Enrich"),
    nodeOf("hello", "email", descriptorOf("email").example, "First mail"),
    nodeOf("after", "task", descriptorOf("task").example, "Call her"),
    nodeOf("beside", "set", { fields: [] }, "Beside"),
    node,
  ];
  const edges = [
    edge("start", "enrich"),
    edge("enrich", "hello"),
    edge("hello", "it"),
    edge("start", "beside"),
    ...descriptor.kind === "effect" ? [edge("it", "after", "error")] : [],
  ];
  return {
    node,
    descriptor,
    document: { nodes, edges, settings: {} },
    descriptors,
    issues: [],
    sample,
    resources: {
      secrets: [
        { name: "crm_key", hosts: ["api.example.com"], from: "team" },
        { name: "hook_secret", hosts: [], from: "environment" },
      ],
      workflows: [{ id: "01JD000000000000000000000W", name: "Nurture" }],
    },
    readOnly: false,
    ...change,
  };
}

let script: Promise<string> | undefined;

/** The page's script, bundled once. */
function pageScript(): Promise<string> {
  return script ??= bundle(["tests/islands/editor/inspector_page.tsx"], []).then(({ code }) => code);
}

/** Bundles as islands/build.ts does; says what went in. */
export async function bundle(
  entries: string[],
  external: string[],
): Promise<{ code: string; inputs: string[] }> {
  try {
    const { outputFiles, metafile } = await build({
      absWorkingDir: ROOT,
      entryPoints: entries,
      bundle: true,
      format: "esm",
      minify: true,
      write: false,
      metafile: true,
      target: ["es2022"],
      jsx: "automatic",
      jsxImportSource: "preact",
      external,
      logLevel: "error",
    });
    return { code: outputFiles[0]?.text ?? "", inputs: Object.keys(metafile.inputs) };
  } finally {
    await stop();
  }
}

/** The built style sheet; the runner builds before the tests. */
async function styleSheet(): Promise<string> {
  const manifest: { style: string } = JSON.parse(
    await Deno.readTextFile(`${ROOT}static/build/manifest.json`),
  );
  return await Deno.readTextFile(`${ROOT}static/build/${manifest.style.replace("/static/", "")}`);
}

/** A window with the inspector in it; script errors fail the test when it is closed. */
export async function openInspector(
  browser: Browser,
  props: PageProps,
  options: BrowserContextOptions & { panel?: string; style?: string } = {},
): Promise<{ page: Page } & AsyncDisposable> {
  const { panel = "380px", style, ...rest } = options;
  const context = await browser.newContext({
    viewport: { width: 900, height: 900 },
    locale: "en-GB",
    ...rest,
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const faults: string[] = [];
  const page = await context.newPage();
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => void (message.type() === "error" && faults.push(message.text())));
  const [code, css] = [await pageScript(), style ?? await styleSheet()];
  await page.setContent(
    `<!doctype html><html lang="en"><head><title>Inspector</title><style>${css}</style></head>` +
      `<body><main style="width:${panel};max-width:100vw;border:1px solid var(--line)" id="root"></main></body></html>`,
  );
  await page.evaluate((text) => {
    const props: PageProps = JSON.parse(text);
    globalThis.inspectorPage = { props, node: props.node, keys: [], renamed: [], opened: [], show: () => {} };
  }, JSON.stringify(props));
  await page.addScriptTag({ content: code, type: "module" });
  await page.waitForFunction(() => "ready" in document.documentElement.dataset).catch(() => {
    assert.fail(`the inspector does not start: ${faults.join("; ")}`);
  });
  return {
    page,
    async [Symbol.asyncDispose](): Promise<void> {
      await context.close();
      assert.deepEqual(faults, []);
    },
  };
}
