/** A file of n8n is taken over, with a report of what became of each node. */
import assert from "node:assert/strict";
import { LEADS } from "../core/n8n_files.ts";
import { createOwner, go, openBrowser, openWindow } from "../helpers/browser.ts";
import { picture, serious, sideways } from "../helpers/looks.ts";
import { startServer } from "../helpers/server.ts";

const free = { sanitizeOps: false, sanitizeResources: false };

Deno.test(
  "/workflow imports a file of n8n at 360 px: it says what became of each node, and opens as a draft",
  free,
  async () => {
    await using server = await startServer();
    const browser = await openBrowser();
    try {
      await using person = await openWindow(browser, server, { viewport: { width: 360, height: 740 } });
      const { page } = person;
      await createOwner(page, server);
      await go(page, "/workflow");
      await page.getByRole("button", { name: "Import JSON" }).click();
      const dialog = page.getByRole("dialog", { name: "Import a workflow" });
      await dialog.getByLabel("Workflow as JSON").fill(JSON.stringify(LEADS));
      await dialog.getByRole("button", { name: "Import" }).click();
      const heading = dialog.getByRole("heading", { name: /From n8n: 9 nodes taken over/ });
      await heading.waitFor();
      assert.ok(await heading.evaluate((element) => element === document.activeElement));
      const lines = await dialog.getByRole("listitem").allInnerTexts();
      assert.equal(lines.length, 9);
      assert.match(lines.join("\n"), /CRM became task\s+There is no node for n8n-nodes-base\.hubspot/);
      assert.equal(await sideways(page), false, "nothing is cut off");
      assert.deepEqual(await serious(page, "[data-import-report]"), []);
      await picture(page, "import");
      await dialog.getByRole("link", { name: "Open the workflow" }).click();
      await page.waitForURL(/\/workflow\/[0-9A-Z]{26}/);
      assert.match(await page.title(), /From n8n/);
    } finally {
      await browser.close();
    }
  },
);
