/** The first minutes in a real browser: what begins is seen without a reload, and a phone has room for it. */
import assert from "node:assert/strict";
import {
  createOwner,
  go,
  markDocument,
  notReloaded,
  openBrowser,
  openWindow,
  seen,
} from "../helpers/browser.ts";
import { startServer, textOf } from "../helpers/server.ts";

const free = { sanitizeOps: false, sanitizeResources: false };

/** Whoever comes by phone. */
const PHONE = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true } as const;

Deno.test(
  "FirstSteps() leads from the curl to the execution that it began, without a reload",
  free,
  async () => {
    await using server = await startServer();
    const browser = await openBrowser();
    try {
      await using person = await openWindow(browser, server, PHONE);
      const { page } = person;
      await createOwner(page, server);
      await go(page, "/");
      await seen(page.getByText("It answers once the workflow is published."));
      const { items } = await server.api("GET", "/api/workflow") as { items: unknown[] };
      await server.api("POST", `/api/workflow/${textOf(items[0], "id")}/publish`, {});
      await go(page, "/");
      await markDocument(page);
      await seen(page.getByText("It shows up here as soon as it begins"));

      const id = await server.hook("cold-outreach", { email: "ann@example.com", firstName: "Ann" });
      const watch = page.getByRole("link", { name: "Watch Ann" });
      await seen(watch);
      await notReloaded(page);
      assert.equal(await watch.getAttribute("href"), `/executions/${id}`);
      await watch.click();
      await page.waitForURL(`**/executions/${id}`);

      // A heading keeps its words whole beside its buttons, and the way back is readable.
      const crumb = page.getByRole("navigation", { name: "Breadcrumb" }).getByRole("link");
      assert.equal(await crumb.evaluate((link) => link.scrollWidth > link.clientWidth), false, "cut");
      await go(page, "/workflow");
      const { width, height } = (await page.getByRole("heading", { name: "Workflows" }).boundingBox())!;
      assert.ok(width > height * 2, `the heading is ${width} × ${height}`);
      await go(page, "/outbox");
      await seen(page.getByText("kept here"));
    } finally {
      await browser.close();
    }
  },
);
