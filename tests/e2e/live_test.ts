/** An open page while its server dies, comes back and stops: it goes on by itself and misses nothing. */
import assert from "node:assert/strict";
import type { Browser } from "playwright-core";
import {
  alive,
  createOwner,
  go,
  markDocument,
  notReloaded,
  openBrowser,
  openWindow,
  seen,
} from "../helpers/browser.ts";
import { startServer } from "../helpers/server.ts";
import { mailAndWait } from "./flows.ts";

const free = { sanitizeOps: false, sanitizeResources: false };
/** What the browser notes about a server that is not there. */
const REFUSED =
  /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET/;

let browser: Browser;

Deno.test.beforeAll(async () => {
  browser = await openBrowser();
});
Deno.test.afterAll(async () => {
  await browser.close();
});

for (const queue of ["on", "off"]) {
  const name =
    `SIGKILL in mid-wait, queue ${queue}: the execution goes on by itself, the open page shows its end`;
  Deno.test(name, free, async () => {
    await using server = await startServer({ env: { LEADFLOW_QUEUE: queue } });
    await server.publish(mailAndWait("live", 8));
    await using person = await openWindow(browser, server);
    const { page } = person;
    await createOwner(page, server);
    const id = await server.hook("live", { email: "ann@example.com", firstName: "Ann" });
    await go(page, `/executions/${id}`);
    await seen(page.locator('[data-node="pause"][data-status="waiting"]'));
    await markDocument(page);
    const before = await page.locator("[data-event]").count();

    await server.kill();
    await seen(page.getByText("Connection lost"));
    await server.start();
    await seen(page.locator("header").getByText("Completed"));
    await seen(page.locator('[data-node="last"][data-status="completed"]'));
    await page.getByText("Connection lost").waitFor({ state: "hidden" });
    await notReloaded(page);

    const lines = await page.locator("[data-event]").evaluateAll((all) =>
      all.map((line) => line.getAttribute("data-event"))
    );
    assert.ok(lines.length > before);
    assert.equal(new Set(lines).size, lines.length, `a line is shown twice: ${lines}`);
    await page.reload();
    await alive(page);
    assert.equal(await page.locator("[data-event]").count(), lines.length, "the live page missed a line");
    person.forgive(REFUSED);
  });
}

Deno.test("SIGTERM with open pages: out within 5 s, and they go on with the next process", free, async () => {
  await using server = await startServer();
  await server.publish(mailAndWait("stop", 2));
  await using person = await openWindow(browser, server);
  const { page } = person;
  await createOwner(page, server);
  await go(page, "/executions");
  await seen(page.getByText("Live", { exact: true }));
  await markDocument(page);
  const { code, ms } = await server.stop("SIGTERM");
  assert.equal(code, 0);
  assert.ok(ms < 5_000, `took ${ms} ms with an open stream`);
  await seen(page.getByText("Connection lost"));
  await server.start();
  await seen(page.getByText("Live", { exact: true }));
  await server.hook("stop", { email: "eve@example.com", firstName: "Eve" });
  const row = page.getByRole("row").filter({ hasText: "Eve" });
  await seen(row.or(page.getByRole("button", { name: "1 new" })));
  await seen(row.getByText("Completed"));
  await notReloaded(page);
  person.forgive(REFUSED);
});
