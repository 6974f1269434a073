/** How a page looks to whoever sees it: by axe, by its width, and by pictures where a folder for them is named. */
import assert from "node:assert/strict";
import axe from "axe-core";
import type { Page } from "playwright-core";

/** Where pictures are put, if they are wanted. */
const FOLDER = Deno.env.get("LEADFLOW_TEST_PICTURES");

/** The serious findings of axe, as the page stands; `within`: only what a selector finds. */
export async function serious(page: Page, within?: string): Promise<string[]> {
  await page.evaluate(axe.source);
  return await page.evaluate(async (within) => {
    const { axe } = globalThis as unknown as { axe: typeof import("axe-core") };
    const { violations } = await axe.run(within ?? document, { resultTypes: ["violations"] });
    return violations.filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) =>
        `${id}: ${nodes.slice(0, 3).map(({ html }) => html.slice(0, 160)).join(" | ")}`
      );
  }, within);
}

/** Does the page scroll sideways? */
export async function sideways(page: Page): Promise<boolean> {
  return await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth > clientWidth;
  });
}

/** A picture of the page, where somebody wants to look at it. */
export async function picture(page: Page, name: string): Promise<void> {
  if (FOLDER) await page.screenshot({ path: `${FOLDER}/${name}.png`, fullPage: true });
}

/** The same in both schemes and widths. */
export async function pictures(page: Page, name: string): Promise<void> {
  if (FOLDER) await inEachView(page, (view) => picture(page, `${name}-${view}`));
}

/** In both schemes, as wide as it is and on a phone; then as it was, and light. */
async function inEachView(page: Page, look: (view: string) => Promise<void>): Promise<void> {
  const size = page.viewportSize() ?? { width: 1_280, height: 800 };
  for (const colorScheme of ["light", "dark"] as const) {
    for (const { width, height } of [size, { width: 360, height: 740 }]) {
      // Colours that are still on their way to the other scheme are nobody's finding.
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.setViewportSize({ width, height });
      await look(`${colorScheme}-${width}`);
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize(size);
}

/** In both schemes and widths axe finds nothing serious, and nothing sticks out. */
export async function looksWell(page: Page, name: string): Promise<void> {
  await inEachView(page, async (view) => {
    await picture(page, `${name}-${view}`);
    const found = { serious: await serious(page), sideways: await sideways(page) };
    assert.deepEqual(found, { serious: [], sideways: false }, `${name} ${view}`);
  });
}
