/** A dry run as a person makes it: what people do meanwhile, the days, the painted canvas, and nothing left behind. */
import assert from "node:assert/strict";
import { alive, createOwner, go, openBrowser, openWindow, seen, signIn } from "../helpers/browser.ts";
import { serious } from "../helpers/looks.ts";
import { startServer } from "../helpers/server.ts";
import { flow } from "./flows.ts";

const free = { sanitizeOps: false, sanitizeResources: false };

Deno.test(
  "a draft is run dry for a lead found by its address, day by day below the painted canvas",
  free,
  async () => {
    await using server = await startServer();
    const browser = await openBrowser();
    try {
      await server.api("POST", "/api/leads", {
        email: "ann@example.com",
        firstName: "Ann",
        company: "Acme",
        timezone: "America/New_York",
      });
      const { id } = await server.api(
        "POST",
        "/api/workflow",
        flow("Follow-up", [
          ["start", "trigger_manual", "Start", {}],
          ["first", "email", "Send the first mail", {
            to: "{{ lead.email }}",
            subject: "A question for {{ lead.company }}",
            text: "Hello",
          }],
          ["pause", "wait", "Give it time", { kind: "for", duration: { value: 3, unit: "days" } }],
          ["opened", "condition", "Opened?", { all: [{ field: "messages.first.opened", op: "is_true" }] }],
          ["call", "task", "Call the lead", { title: "Call", outcomes: ["Reached", "Not reached"] }],
        ], [["start", "first"], ["first", "pause"], ["pause", "opened"], ["opened", "call", "true"]]),
      ) as { id: string };
      await using person = await openWindow(browser, server);
      const { page } = person;
      await createOwner(page, server);
      await go(page, `/workflow/${id}`);

      await page.getByRole("button", { name: "Test", exact: true }).click();
      await page.getByLabel("Sample", { exact: true }).selectOption("A lead");
      await page.getByLabel("E-mail").fill("ann@exam");
      await page.locator("#test-leads option").waitFor({ state: "attached" });
      assert.equal(await page.locator("#test-leads option").getAttribute("value"), "ann@example.com");
      await page.getByLabel("E-mail").fill("ann@example.com");
      await page.getByLabel("Starts").fill("2026-12-01T09:00");
      await page.getByLabel("Opens the mails").check();
      await page.getByLabel("Call the lead", { exact: true }).selectOption("Not reached");
      await page.getByRole("button", { name: "Dry run" }).click();

      await seen(page.getByText("Completed after 3 d. 1 mail would have left."));
      const days = await page.getByRole("region", { name: "What would happen" }).innerText();
      assert.match(
        days.replaceAll(/\s+/g, " "),
        new RegExp([
          "Tue 1 Dec 2026 09:00 .*Start",
          "Send the first mail to ann@example\\.com «A question for Acme»",
          "09:01 Send the first mail: The mail was opened",
          "Fri 4 Dec 2026 09:00 .*Opened\\?",
          'Call the lead .*"Not reached"',
        ].join(".*")),
      );
      // All is told by the viewer's clock, Ann's is a pointer away.
      await seen(
        page.getByText("Times as on your clock, in Europe/Zurich; the workflow reckons in America/New_York"),
      );
      assert.match(
        await page.locator('[data-step="first"] [title]').first().getAttribute("title") ?? "",
        /^Tue, 1 Dec 2026, 09:00:00 (CET|GMT\+1); in America\/New_York it is Tue 1 Dec 2026, 03:00$/,
      );
      await seen(page.locator('.react-flow__node[data-id="call"] .node-card[data-status="completed"]'));
      assert.deepEqual(await serious(page), []);
      await page.locator('[data-step="pause"] button').first().click();
      await seen(page.locator('.react-flow__node[data-id="pause"].selected'));
      assert.equal(
        await page.locator('[data-step="pause"] button').first().getAttribute("aria-current"),
        "true",
      );

      // What was chosen is there the next time.
      await page.reload();
      await alive(page);
      await page.getByRole("button", { name: "Test", exact: true }).click();
      assert.equal(await page.getByLabel("E-mail").inputValue(), "ann@example.com");
      assert.equal(await page.getByLabel("Call the lead", { exact: true }).inputValue(), "Not reached");
      for (const path of ["/api/monitoring/executions", "/api/outbox"]) {
        assert.deepEqual((await server.api("GET", path) as { items: unknown[] }).items, [], path);
      }

      await using phone = await openWindow(browser, server, {
        viewport: { width: 360, height: 740 },
        colorScheme: "dark",
      });
      await signIn(phone.page);
      await go(phone.page, `/workflow/${id}`);
      await phone.page.getByRole("button", { name: "Test", exact: true }).click();
      await phone.page.getByLabel("Sample", { exact: true }).selectOption("A lead");
      await phone.page.getByLabel("E-mail").fill("new@example.com");
      await phone.page.getByRole("button", { name: "Dry run" }).click();
      await seen(phone.page.getByText(/^Completed after 3 d/));
      assert.deepEqual(await serious(phone.page), []);
      assert.equal(await phone.page.evaluate(() => document.documentElement.scrollWidth), 360);
    } finally {
      await browser.close();
    }
  },
);
