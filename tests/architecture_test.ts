/** The checker of the house against the product, and against snippets that it must refuse. */
import assert from "node:assert/strict";
import { faultsOf, importsOf, MAX_LINES, readProduct, ringsOf } from "./house_rules.ts";

const product = await readProduct();

Deno.test("faultsOf() every file of the product keeps to its room", () => {
  assert.ok(product.size > 150, `read ${product.size} files`);
  const faults = [...product].flatMap(([path, text]) => faultsOf(path, text));
  assert.deepEqual(faults, []);
});

Deno.test("ringsOf() no two files of the product load each other", () => {
  assert.deepEqual(ringsOf(product), []);
});

Deno.test("importsOf() finds what is imported, and knows types from values", () => {
  assert.deepEqual(importsOf('import type { A } from "./a.ts";'), [{ target: "./a.ts", typesOnly: true }]);
  assert.deepEqual(importsOf('import { type A, type B } from "./a.ts";'), [{
    target: "./a.ts",
    typesOnly: true,
  }]);
  assert.deepEqual(importsOf('import {\n  type A,\n  b,\n} from "./a.ts";'), [{
    target: "./a.ts",
    typesOnly: false,
  }]);
  assert.deepEqual(importsOf('import type from "./a.ts";'), [{ target: "./a.ts", typesOnly: false }]);
  assert.deepEqual(importsOf('export * from "./a.ts";'), [{ target: "./a.ts", typesOnly: false }]);
  assert.deepEqual(importsOf('export type * from "./a.ts";'), [{ target: "./a.ts", typesOnly: true }]);
  assert.deepEqual(
    importsOf('import "./a.ts";\nconst b = await import("./b.ts");').map(({ target }) => target),
    [
      "./a.ts",
      "./b.ts",
    ],
  );
  assert.deepEqual(
    importsOf('// import "./a.ts";\n/* import "./b.ts"; */ const url = "https://c.example";'),
    [],
  );
});

const WRONG: readonly (readonly [path: string, code: string])[] = [
  ["engine/schemas/x.ts", 'import { y } from "../core/y.ts";'],
  ["engine/core/x.ts", 'import type { Store } from "../store/store.ts";'],
  ["engine/core/x.ts", "const at = Date.now();"],
  ["engine/core/x.ts", "export const env = Deno.env;"],
  ["engine/store/x.ts", 'import { w } from "../worker/w.ts";'],
  ["engine/worker/x.ts", 'import { createLeads } from "../leads/mod.ts";'],
  ["engine/worker/x.ts", 'import { define } from "../nodes/define.ts";'],
  ["engine/worker/x.ts", 'import email from "../nodes/email.ts";'],
  ["engine/leads/x.ts", 'import { createEngine } from "../engine.ts";'],
  ["engine/leads/x.ts", 'import { safeFetch } from "../egress/safe_fetch.ts";'],
  ["engine/leads/x.ts", "await kv.atomic().set(key, 1).commit();"],
  ["engine/contract.ts", 'import { Lead } from "./schemas/lead.ts";'],
  ["engine/nodes/x.ts", 'import { y } from "../core/template.ts";'],
  ["engine/nodes/x.ts", 'import email from "./email.ts";'],
  ["engine/nodes/x.ts", 'import { answer } from "./api/answer.ts";'],
  ["engine/nodes/x.ts", 'import net from "node:net";'],
  ["engine/nodes/x.ts", 'const a = await fetch("https://a.example");'],
  ["engine/egress/x.ts", 'import { keys } from "../store/keys.ts";'],
  ["engine/messages/tokens.ts", 'import { keys } from "../store/keys.ts";'],
  ["engine/leads/x.ts", 'import nodemailer from "nodemailer";'],
  ["engine/util/x.ts", ""],
  ["engine/leads/lead_helpers.ts", ""],
  ["routes/x.ts", 'import { Store } from "../engine/store/store.ts";'],
  ["routes/x.ts", 'import { can } from "../engine/access/can.ts";'],
  ["routes/x.ts", 'import type { Worker } from "../engine/worker/worker.ts";'],
  ["routes/x.ts", "return await globalThis.fetch(url);"],
  ["routes/pages/components/x.tsx", 'import { X } from "../../../islands/X.tsx";'],
  ["islands/x.tsx", 'import { createEngine } from "../engine/mod.ts";'],
  ["islands/x.tsx", 'import { renderPage } from "../routes/pages/page.tsx";'],
  ["islands/x.tsx", 'const m = await import("../engine/leads/mod.ts");'],
  ["islands/x.tsx", 'import { Buffer } from "node:buffer";'],
  ["islands/x.tsx", 'console.log("seen");'],
  ["main.ts", 'import { Store } from "./engine/store/store.ts";'],
  ["engine/leads/x.ts", "\n".repeat(MAX_LINES + 1)],
];

Deno.test("faultsOf() refuses each wrong arrow, way out, name and size", async (t) => {
  for (const [path, code] of WRONG) {
    await t.step(`${path} ${code.trim().slice(0, 60)}`, () => {
      assert.equal(faultsOf(path, code).length, 1, JSON.stringify(faultsOf(path, code)));
    });
  }
});

const RIGHT: readonly (readonly [path: string, code: string])[] = [
  ["engine/nodes/api.ts", 'import { answer } from "./api/answer.ts";'],
  ["engine/nodes/api/answer.ts", 'import type { EffectNode } from "../define.ts";'],
  ["engine/worker/x.ts", 'import type { NodeType } from "../nodes/define.ts";'],
  ["engine/egress/x.ts", "return await fetch(url, init);"],
  ["islands/x.tsx", "await fetch(path); // and console.log("],
  ["routes/x.ts", "return app.fetch(request);"],
  ["routes/x.ts", 'import type { Engine } from "../engine/contract.ts";'],
  ["islands/x.tsx", 'import { renderTemplate } from "../engine/core/template.ts";'],
];

Deno.test("faultsOf() lets right arrows pass", () => {
  for (const [path, code] of RIGHT) assert.deepEqual(faultsOf(path, code), []);
});

Deno.test("ringsOf() sees a ring over three files, and none through types", () => {
  const ring = (third: string): Map<string, string> =>
    new Map([
      ["engine/a.ts", 'import { b } from "./b.ts";'],
      ["engine/b.ts", 'export * from "./c.ts";'],
      ["engine/c.ts", third],
    ]);
  assert.deepEqual(ringsOf(ring('import { a } from "./a.ts";')), [
    "engine/a.ts → engine/b.ts → engine/c.ts → engine/a.ts",
  ]);
  assert.deepEqual(ringsOf(ring('import type { A } from "./a.ts";')), []);
});
