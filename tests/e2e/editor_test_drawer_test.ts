/** Tests, watching and counts on the canvas, as a person uses them: pointer and keys in a real browser. */
import assert from "node:assert/strict";
import type { Browser, Locator, Page } from "playwright-core";
import { alive, createOwner, go, gone, openBrowser, openWindow, seen, signIn } from "../helpers/browser.ts";
import { serious } from "../helpers/looks.ts";
import { type Server, startServer } from "../helpers/server.ts";
import { flow } from "./flows.ts";

const free = { sanitizeOps: false, sanitizeResources: false };
const ANN = { email: "ann@example.com", firstName: "Ann", lastName: "Lee", company: "Acme" };
const MAIL = {
  to: "{{ lead.email }}",
  subject: "Hello {{ lead.firstName }}",
  text: "How is {{ lead.company }}?",
};

/** A card of the canvas, as it is painted when a status is given. */
function card(page: Page, id: string, status?: string): Locator {
  const painted = status === undefined ? "" : `[data-status="${status}"]`;
  return page.locator(`.react-flow__node[data-id="${id}"] .node-card${painted}`);
}

async function itemsOf(server: Server, path: string): Promise<{ id: string; test?: boolean }[]> {
  return (await server.api("GET", path) as { items: { id: string; test?: boolean }[] }).items;
}

async function inBrowser(
  options: Parameters<typeof startServer>[0],
  test: (server: Server, browser: Browser) => Promise<void>,
): Promise<void> {
  await using server = await startServer(options);
  const browser = await openBrowser();
  try {
    await test(server, browser);
  } finally {
    await browser.close();
  }
}

async function openDrawer(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Test", exact: true }).click();
  await seen(page.getByRole("button", { name: "Run test" }));
}

Deno.test(
  "the test drawer runs what is drawn: painted, the mail as it reads, kept only when asked for",
  free,
  () =>
    inBrowser({}, async (server, browser) => {
      await server.api("POST", "/api/leads", ANN);
      const { id } = await server.api(
        "POST",
        "/api/workflow",
        flow("Follow-up", [
          ["start", "trigger_manual", "Start", {}],
          ["mail", "email", "First mail", MAIL],
          ["pause", "wait", "Give it time", { kind: "for", duration: { value: 3, unit: "days" } }],
          ["end", "set", "Mark", { fields: [{ name: "stage", value: "cold" }] }],
        ], [["start", "mail"], ["mail", "pause"], ["pause", "end"]]),
      ) as { id: string };
      await using person = await openWindow(browser, server, { viewport: { width: 1440, height: 900 } });
      const { page } = person;
      await createOwner(page, server);
      await go(page, `/workflow/${id}`);
      await openDrawer(page);
      await page.getByRole("button", { name: "Run test" }).click();
      for (const node of ["start", "mail", "pause", "end"]) await seen(card(page, node, "completed"));
      await seen(page.getByText("Completed after 3 d. 1 mail would have left."));
      assert.deepEqual(await serious(page), []);

      await page.locator('[data-step="mail"] button').click();
      const step = page.getByRole("region", { name: "Step First mail" });
      assert.match(
        await step.getByRole("region", { name: "Mail", exact: true }).innerText(),
        /Hello Ann\s+How is Acme\?/,
      );
      await seen(page.locator(".inspector").getByText("Last test"));
      for (const path of ["/api/outbox", "/api/monitoring/executions"]) {
        assert.deepEqual(await itemsOf(server, path), [], path);
      }

      await page.getByLabel("Keep the mails in the outbox").check();
      await page.getByRole("button", { name: "Run test" }).click();
      await seen(page.getByRole("link", { name: "1 mail is in the outbox" }));
      assert.deepEqual((await itemsOf(server, "/api/outbox")).map(({ test }) => test), [true]);

      // Not saved, not even typed to the end: what is tested is what is drawn.
      await page.getByLabel("Subject").first().fill("Dear {{ lead.firstName }}");
      await seen(page.getByText("The drawing has changed since."));
      await card(page, "mail", "completed").waitFor({ state: "hidden" });
      await page.getByLabel("Keep the mails in the outbox").uncheck();
      await page.getByRole("button", { name: "Run to here" }).click();
      await seen(step.getByText("Dear Ann"));
      await seen(card(page, "mail", "completed"));
      await seen(card(page, "pause", "pending"));
      await page.getByRole("button", { name: "Clear" }).click();
      await card(page, "mail", "completed").waitFor({ state: "hidden" });
      assert.equal((await itemsOf(server, "/api/outbox")).length, 1);

      // The fields' previews are about whom the test is about.
      await page.getByLabel("Sample", { exact: true }).selectOption("A lead");
      await page.getByLabel("E-mail", { exact: true }).fill("kim@example.com");
      await seen(page.locator(".inspector").getByText("kim@example.com"));

      await page.emulateMedia({ colorScheme: "dark" });
      await page.getByRole("button", { name: "Run this node" }).click();
      await seen(card(page, "mail", "completed").getByText("to kim@example.com"));
      assert.deepEqual(await serious(page), []);
      await page.getByRole("button", { name: "Close", exact: true }).click();
      await seen(page.getByRole("button", { name: "Show test" }));
    }),
);

Deno.test("a test calls a program only when told to, and a pinned answer takes its place", free, async () => {
  let hits = 0;
  const target = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, () => {
    hits++;
    return Response.json({ size: 500 });
  });
  try {
    const host = `127.0.0.1:${target.addr.port}`;
    await inBrowser({ env: { LEADFLOW_ALLOW_HOSTS: host } }, async (server, browser) => {
      const { id } = await server.api(
        "POST",
        "/api/workflow",
        flow("Size", [
          ["start", "trigger_manual", "Start", {}],
          ["crm", "api", "Look up", { url: `http://${host}/size` }],
          ["big", "condition", "Is it big?", {
            all: [{ field: "steps.crm.output.body.size", op: "gt", value: 100 }],
          }],
          ["large", "set", "Large", { fields: [{ name: "kind", value: "large" }] }],
          ["small", "set", "Small", { fields: [{ name: "kind", value: "small" }] }],
        ], [["start", "crm"], ["crm", "big"], ["big", "large", "true"], ["big", "small", "false"]]),
      ) as { id: string };
      await using person = await openWindow(browser, server, { viewport: { width: 1440, height: 900 } });
      const { page } = person;
      await createOwner(page, server);
      await go(page, `/workflow/${id}`);
      await openDrawer(page);
      await page.getByRole("button", { name: "Run test" }).click();
      const question = page.getByRole("group", { name: "Calls to other programs" });
      await seen(question.getByText("1 node would call other programs."));
      await seen(card(page, "small", "completed"));
      assert.equal(hits, 0);

      await question.getByRole("button", { name: "Call really" }).click();
      await seen(card(page, "large", "completed"));
      assert.equal(hits, 1);
      await question.waitFor({ state: "hidden" });
      await page.locator('[data-step="crm"] button').click();
      const step = page.getByRole("region", { name: "Step Look up" });
      await seen(step.getByText("It was really called."));

      await step.getByRole("button", { name: "Pin this output" }).click();
      await seen(card(page, "crm").getByLabel("Pinned"));
      await page.getByRole("button", { name: "Run test" }).click();
      await seen(card(page, "crm", "completed").getByText("pinned"));
      await seen(card(page, "large", "completed"));
      await gone(question);

      await step.getByRole("button", { name: "Edit the pin" }).click();
      await step.getByLabel("It puts out").fill('{ "body": { "size": 7 ');
      await step.getByRole("button", { name: "Pin", exact: true }).click();
      await seen(step.getByText("This is not JSON"));
      await step.getByLabel("It puts out").fill('{ "body": { "size": 7 } }');
      await step.getByRole("button", { name: "Pin", exact: true }).click();
      await page.reload();
      await alive(page);
      await seen(card(page, "crm").getByLabel("Pinned"));
      await openDrawer(page);
      await page.getByRole("button", { name: "Run test" }).click();
      await seen(card(page, "small", "completed"));
      await seen(card(page, "large", "skipped"));
      assert.equal(hits, 1);
    });
  } finally {
    await target.shutdown();
  }
});

Deno.test(
  "a run is watched live on the canvas, and counts are what the list finds",
  free,
  () =>
    inBrowser({}, async (server, browser) => {
      await server.api("POST", "/api/leads", ANN);
      const id = await server.publish(flow("Calls", [
        ["start", "trigger_manual", "Start", {}],
        ["mail", "email", "First mail", MAIL],
        ["call", "task", "Call the lead", { title: "Call", outcomes: ["Reached", "Not reached"] }],
        ["end", "set", "Mark", { fields: [{ name: "stage", value: "won" }] }],
      ], [["start", "mail"], ["mail", "call"], ["call", "end", "Reached"]]));
      await server.api("POST", "/api/workflow/execute", {
        workflowId: id,
        input: { email: "b@example.com" },
      });
      await using person = await openWindow(browser, server, { viewport: { width: 1440, height: 900 } });
      const { page } = person;
      await createOwner(page, server);
      await go(page, `/workflow/${id}`);

      await page.getByRole("button", { name: "Run", exact: true }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Run" }).click();
      const bar = page.getByRole("region", { name: "Watching" });
      await seen(bar.getByText("Watching Ann Lee"));
      await seen(card(page, "call", "waiting"));
      await seen(card(page, "mail", "completed"));
      const executionId = new URL(page.url()).searchParams.get("execution");
      assert.ok(executionId);
      await card(page, "mail").click();
      const last = page.locator(".inspector details", { hasText: "Last run" });
      await seen(last.getByText("messageId"));
      assert.deepEqual(await serious(page), []);

      const cards = (await server.api("GET", "/api/inbox") as {
        items: { id: string; executionId?: string }[];
      }).items;
      const mine = cards.find((one) => JSON.stringify(one).includes(executionId));
      assert.ok(mine, JSON.stringify(cards));
      await server.api("POST", `/api/inbox/${mine.id}/complete`, { outcome: "Reached" });
      await seen(card(page, "call", "completed"));
      await seen(card(page, "end", "completed"));
      await seen(bar.locator('[data-watched="completed"]'));

      await page.getByRole("button", { name: "Stop" }).click();
      assert.equal(new URL(page.url()).searchParams.get("execution"), null);
      await card(page, "end", "completed").waitFor({ state: "hidden" });
      await seen(page.locator(".node-count"));
      await countsAreTheLists(page, server);

      await page.getByRole("button", { name: "Test", exact: true }).click();
      await page.getByRole("button", { name: "Watch", exact: true }).click();
      const rows = page.getByRole("list", { name: "Newest executions" }).getByRole("button");
      await seen(rows);
      assert.equal(await rows.count(), 2);
      await rows.filter({ hasText: "b@example.com" }).click();
      await seen(card(page, "call", "waiting"));
      await seen(card(page, "end", "pending"));

      // What really arrived there is what a test begins with.
      await page.getByRole("region", { name: "Watch", exact: true }).getByRole("button", { name: "Test" })
        .click();
      const arrived = page.getByLabel("Sample", { exact: true }).locator("option", {
        hasText: "b@example.com",
      });
      await arrived.waitFor({ state: "attached" });
      await page.getByLabel("Sample", { exact: true }).selectOption(
        await arrived.getAttribute("value") ?? "",
      );
      await page.getByRole("button", { name: "Run test" }).click();
      await seen(page.getByText("For b@example.com."));
      await seen(card(page, "end", "completed"));
      await gone(bar);

      await go(page, `/executions/${executionId}`);
      await page.getByRole("link", { name: "Open in the editor" }).click();
      await seen(page.getByText("Watching Ann Lee"));

      // What is tested is the draft, so that it has to be what is drawn.
      await page.getByLabel("More", { exact: true }).click();
      await page.getByRole("button", { name: "Compare" }).click();
      await openDrawer(page);
      await seen(page.getByText("A test runs the draft, and something else is drawn now."));
      assert.equal(await page.getByRole("button", { name: "Run test" }).isDisabled(), true);
      await page.getByRole("button", { name: "Draw the draft" }).click();
      await page.getByRole("button", { name: "Run test" }).click();
      await seen(card(page, "end", "completed"));

      await using phone = await openWindow(browser, server, {
        viewport: { width: 360, height: 740 },
        colorScheme: "dark",
      });
      await signIn(phone.page);
      await go(phone.page, `/workflow/${id}?execution=${executionId}`);
      await seen(phone.page.getByText("Watching Ann Lee"));
      assert.deepEqual(await serious(phone.page), []);
      await openDrawer(phone.page);
      await phone.page.getByRole("button", { name: "Run test" }).click();
      await seen(phone.page.locator("[data-ended]"));
      assert.deepEqual(await serious(phone.page), []);
      assert.equal(await phone.page.evaluate(() => document.documentElement.scrollWidth), 360);
      const sheet = phone.page.locator(".drawer-body");
      assert.equal(await sheet.evaluate((body) => body.scrollWidth > body.clientWidth), false);
    }),
);

/** Each figure on a card is a link to exactly so many executions; one is followed. */
async function countsAreTheLists(page: Page, server: Server): Promise<void> {
  const links = page.locator(".node-count");
  const figures = await links.evaluateAll((all) =>
    all.map((link) => ({ text: link.textContent?.trim() ?? "", href: link.getAttribute("href") ?? "" }))
  );
  assert.ok(figures.length >= 8, JSON.stringify(figures));
  for (const { text, href } of figures) {
    const { search } = new URL(href, server.url);
    const found = await itemsOf(server, `/api/monitoring/executions${search}`);
    assert.equal(Number(text), found.length, href);
  }
  const waiting = page.locator('.react-flow__node[data-id="call"] .node-count[data-status="waiting"]');
  assert.equal((await waiting.innerText()).trim(), "1");
  await waiting.click();
  await page.waitForURL(/\/executions\?/);
  await alive(page);
  assert.equal(await page.locator('a[href^="/executions/"]').count() > 0, true);
  await page.goBack();
  await alive(page);
}
