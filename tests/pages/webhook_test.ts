import assert from "node:assert/strict";
import type { HookRefusal, HookState } from "../../engine/schemas/hook.ts";
import { pageApp } from "./page_app.ts";
import { workflow } from "./sample_data.ts";

const AT = "2026-11-22T09:00:00.000Z";

function refusal(text: string, more: Partial<HookRefusal> = {}): HookRefusal {
  const call = { method: "POST", contentType: "application/json", size: 1_234, from: "203.0.113.*" };
  return { code: "key-wrong", status: 401, text, ...call, count: 1, firstAt: AT, lastAt: AT, ...more };
}

function hookState(more: Partial<HookState> = {}): HookState {
  const address = { nodeId: "hook", label: "Form", path: "form", method: "POST", live: true, rate: null };
  return { ...address, accepted: null, refused: { total: 0, items: [] }, unheard: null, ...more };
}

async function page(...hooks: HookState[]): Promise<string> {
  return (await pageApp({ workflows: [workflow()], hooks }).get("/workflow/wf1")).html;
}

Deno.test("GET /workflow/:id tells when the last call came, and leads to its execution", async () => {
  const html = await page(hookState({ accepted: { at: AT, executionId: "ex1" } }));
  assert.match(html, /\/hooks\/form<\/code> that was accepted: <a class="link" href="\/executions\/ex1">/);
  assert.match(html, /No call was refused lately\./);
  assert.match(await page(hookState()), /None of the newest executions was started by a call at/);
  assert.doesNotMatch(await page(), /What came, and what was refused/);
});

Deno.test("GET /workflow/:id tells what was refused and what to do, once for each reason, three at once", async () => {
  const items = [1, 2, 3, 4, 5].map((i) => refusal(`Reason ${i}`, { count: i, from: `10.0.${i}.*` }));
  const html = await page(hookState({ refused: { total: 1_015, items } }));
  assert.match(html, /1,015 calls refused lately:/);
  assert.match(html, /Reason 1.*POST, application\/json, 1,234 bytes, from 10\.0\.1\.\*/s);
  assert.match(html, /Reason 3.*<summary[^>]*>2 more<\/summary>.*Reason 4/s);
  assert.match(html, /3 times, first /);
  assert.equal(html.match(/The sender sends another key than the stored one/g)?.length, 1);
  const rated = await page(hookState({ rate: { calls: 60, per: { value: 1, unit: "minutes" } } }));
  assert.match(rated, /It takes at most 60 calls a minute\./);
});

Deno.test("GET /workflow/:id says of an address that is not live what was called there", async () => {
  const unheard = { count: 2, lastAt: AT };
  const html = await page(hookState({ live: false, unheard }));
  assert.match(html, /Nothing listens at .*\/hooks\/form<\/code> yet: publish the workflow\./);
  assert.match(html, /2 calls found nobody there/);
  assert.doesNotMatch(html, /No call was refused/);
});

Deno.test("GET /workflow/:id shows what a caller could send as text", async () => {
  const bad = "<img src=x onerror=alert(1)>";
  const html = await page(
    hookState({ path: bad, refused: { total: 1, items: [refusal(bad, { contentType: bad, method: bad })] } }),
  );
  assert.doesNotMatch(html, /<img src=x/);
});
