/** Every real node type in real Chromium: nothing changes by looking, every control can be reached, named and hit. */
import assert from "node:assert/strict";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { openBrowser } from "../../helpers/browser.ts";
import { descriptors, openInspector, propsFor } from "./inspector_fixture.ts";
import type { PageProps } from "./inspector_page.tsx";

/** Shapes that the examples do not show. */
const MORE: readonly [name: string, props: PageProps][] = [
  [
    "api in full",
    propsFor("api", {
      method: "POST",
      url: "https://api.example.com/{{ lead.id }}",
      headers: [{ name: "accept", value: "{{ lead.company }}" }],
      query: [{ name: "q", value: "1" }],
      body: { name: "{{ lead.firstName }}" },
      auth: { kind: "bearer", token: { secret: "crm_key" } },
      legacy: { kept: true },
    }, {
      issues: [{ path: "nodes.it.config.url", nodeId: "it", message: "Only http and https go out" }],
    }),
  ],
  [
    "wait in a window",
    propsFor("wait", {
      kind: "for",
      duration: { value: 2, unit: "days" },
      window: { days: ["mon", "sat"], from: "09:00", to: "17:00", holidays: ["12-25"] },
      zone: "Europe/Zurich",
    }),
  ],
  [
    "nested conditions",
    propsFor("condition", {
      any: [
        { field: "lead.score", op: "between", value: [10, 70] },
        { field: "trigger.body.plan", op: "in", value: ["pro", "max"] },
        { all: [{ field: "lead.email", op: "exists" }, { field: "now", op: "after", value: "2026-01-01" }] },
      ],
    }),
  ],
];

async function openAll(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const fold of document.querySelectorAll("details")) fold.open = true;
  });
}

/** Controls without a name or of a size that a pointer misses, ids that occur twice, and references that lead nowhere. */
async function faultsOf(page: Page, least: number): Promise<string[]> {
  return await page.evaluate((least) => {
    const faults: string[] = [];
    const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
    for (const id of ids.filter((id, i) => ids.indexOf(id) !== i)) faults.push(`twice: ${id}`);
    for (const one of document.querySelectorAll("label[for], [aria-describedby], [aria-labelledby]")) {
      const refs = ["for", "aria-describedby", "aria-labelledby"].flatMap((name) =>
        (one.getAttribute(name) ?? "").split(" ").filter(Boolean)
      );
      for (const ref of refs) if (!document.getElementById(ref)) faults.push(`leads nowhere: ${ref}`);
    }
    for (const one of document.querySelectorAll<HTMLElement>("input, select, textarea, button, summary")) {
      const target = one.classList.contains("sr-only") ? one.closest("label") ?? one : one;
      const { width, height } = target.getBoundingClientRect();
      const name = `${one.tagName} ${one.id || one.getAttribute("aria-label") || one.textContent}`;
      if (one.classList.contains("link")) continue;
      if (height < least - 0.5 || width < least - 0.5) faults.push(`${name}: ${width}×${height}`);
    }
    if (document.documentElement.scrollWidth > innerWidth) faults.push("scrolls sideways");
    return faults;
  }, least);
}

async function seriousOf(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return await page.evaluate(async () => {
    const axe: {
      run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }>;
    } = Reflect.get(globalThis, "axe");
    const { violations } = await axe.run();
    return violations.filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
  });
}

Deno.test("Inspector() every node type: looked through by keyboard it is unchanged, and each control has a name and a size", async (t) => {
  await using browser = await closing();
  const all: [string, PageProps][] = [
    ...descriptors.map(({ type }): [string, PageProps] => [type, propsFor(type)]),
    ...MORE,
  ];
  for (const [name, props] of all) {
    await t.step(name, async () => {
      await using opened = await openInspector(browser.it, props);
      const { page } = opened;
      await openAll(page);
      const count = await page.locator("input, select, textarea, button, summary, a").count();
      const hasCode = await page.locator(".insp-code").count() > 0;
      await page.locator("input").first().focus();
      for (let i = 0; i < count + 10; i++) {
        // Lets the next Tab leave a field of code.
        if (hasCode) await page.keyboard.press("Escape");
        await page.keyboard.press("Tab");
      }
      const seen = await page.evaluate(() => [inspectorPage.keys, inspectorPage.node]);
      assert.deepEqual(seen, [[], JSON.parse(JSON.stringify(props.node))]);
      assert.deepEqual(await faultsOf(page, 32), []);
      assert.deepEqual(await seriousOf(page), []);
      await page.setViewportSize({ width: 360, height: 740 });
      assert.deepEqual(await faultsOf(page, 44), []);
    });
  }
});

Deno.test("Inspector() is legible in the dark as well", async () => {
  await using browser = await closing();
  for (const [, props] of MORE) {
    await using opened = await openInspector(browser.it, props, { colorScheme: "dark" });
    await openAll(opened.page);
    assert.deepEqual(await seriousOf(opened.page), []);
  }
});

Deno.test("Inspector() without the right to edit nothing can be typed, chosen or taken away", async () => {
  await using browser = await closing();
  for (const [name, props] of MORE) {
    await using opened = await openInspector(browser.it, { ...props, readOnly: true });
    const { page } = opened;
    await openAll(page);
    const open = await page.locator(
      "input:not([readonly]):not([disabled]), textarea:not([readonly]), select:not([disabled])",
    )
      .count();
    assert.equal(open, 0, name);
    assert.equal(await page.getByRole("button", { name: /^(Add|Remove|Move|Insert)/ }).count(), 0, name);
  }
});

async function closing(): Promise<{ it: Awaited<ReturnType<typeof openBrowser>> } & AsyncDisposable> {
  const it = await openBrowser();
  return { it, [Symbol.asyncDispose]: () => it.close() };
}
