/** Ctrl+K in a real browser: to any page, workflow and lead by keys alone, and by thumb. */
import assert from "node:assert/strict";
import { createOwner, go, openBrowser, openWindow, seen, signIn } from "../helpers/browser.ts";
import { serious } from "../helpers/looks.ts";
import { startServer, textOf } from "../helpers/server.ts";

const free = { sanitizeOps: false, sanitizeResources: false };

Deno.test(
  "openJump() leads to a page, a workflow and a lead by keys, and gives the focus back",
  free,
  async () => {
    await using server = await startServer();
    const browser = await openBrowser();
    try {
      await using person = await openWindow(browser, server);
      const { page } = person;
      await createOwner(page, server);
      const lead = await server.api("POST", "/api/leads", { email: "ann@example.com", company: "Acme" });
      const { items } = await server.api("GET", "/api/workflow") as { items: unknown[] };
      const dialog = page.getByRole("dialog", { name: "Jump to" });
      const field = dialog.getByRole("combobox");

      await go(page, "/inbox");
      await page.keyboard.press("Control+k");
      await seen(dialog.getByRole("option", { name: "Dashboard" }));
      assert.equal(await field.evaluate((element) => element === document.activeElement), true);
      assert.deepEqual(await serious(page, "dialog"), []);
      await page.keyboard.type("sec");
      await page.keyboard.press("Enter");
      await page.waitForURL("**/settings/secrets");

      await go(page, "/leads");
      const button = page.getByRole("button", { name: "Jump to" });
      await button.click();
      await seen(field);
      await page.keyboard.type("acme");
      await seen(dialog.getByRole("option", { name: /ann@example\.com/ }));
      await page.keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });
      assert.equal(await button.evaluate((element) => element === document.activeElement), true);
      await page.keyboard.press("Control+k");
      await seen(field);
      await page.keyboard.type("acme");
      await seen(dialog.getByRole("option", { name: /ann@example\.com/ }));
      await page.keyboard.press("Enter");
      await page.waitForURL(`**/leads/${textOf(lead, "id")}`);

      await page.keyboard.press("Control+k");
      await seen(field);
      await page.keyboard.type("cold out");
      await seen(dialog.getByRole("option", { name: /Cold Outreach Standard/ }));
      await page.keyboard.press("ArrowDown");
      await seen(dialog.getByRole("option", { name: "Executions with “cold out”", selected: true }));
      await page.keyboard.press("ArrowUp");
      await page.keyboard.press("Enter");
      await page.waitForURL(`**/workflow/${textOf(items[0], "id")}`);

      await using phone = await openWindow(browser, server, { viewport: { width: 360, height: 740 } });
      await signIn(phone.page);
      await go(phone.page, "/outbox");
      await phone.page.getByRole("button", { name: "Jump to" }).click();
      await phone.page.getByRole("option", { name: "Schedules" }).click();
      await phone.page.waitForURL("**/scheduling");
    } finally {
      await browser.close();
    }
  },
);
