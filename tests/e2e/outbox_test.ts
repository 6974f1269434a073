/** Mails read in the outbox: whose opening and whose click that is. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { createOwner, go, openBrowser, openWindow, seen } from "../helpers/browser.ts";
import { type Server, startServer, textOf } from "../helpers/server.ts";
import { mailServer } from "../messages/smtp_fixture.ts";
import { flow, hookNode, waitNode } from "./flows.ts";

const free = { sanitizeOps: false, sanitizeResources: false };
const SHOTS = Deno.env.get("LEADFLOW_SHOTS");

interface Listed {
  id: string;
  test: boolean;
  opens: number;
  clicks: number;
}

async function messages(server: Server): Promise<Listed[]> {
  return (await server.api("GET", "/api/outbox") as { items: Listed[] }).items;
}

/** A mail with a link to this server, and a wait behind it; the workflow's id. */
async function published(server: Server): Promise<string> {
  const text = `Have a look:\n\n${server.url}/leads`;
  const mail = ["mail", "email", "Mail", { to: "{{ lead.email }}", subject: "Hello", text }] as const;
  const nodes = [hookNode("go"), mail, waitNode(3_600)];
  const id = textOf(
    await server.api("POST", "/api/workflow", flow("Outbox", nodes, [["hook", "mail"], ["mail", "pause"]])),
    "id",
  );
  await server.api("POST", `/api/workflow/${id}/publish`, {});
  return id;
}

async function executed(server: Server): Promise<string> {
  const response = await fetch(`${server.url}/hooks/go`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email: "ann@example.com" }),
  });
  const id = textOf(await response.json(), "executionId");
  for (const end = Date.now() + 10_000; Date.now() < end;) {
    if (textOf(await server.api("GET", `/api/monitoring/executions/${id}`), "status") === "waiting") break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return id;
}

/** Presses the link in the message and waits for where it leads; the address in the mail. */
async function pressed(page: Page, shot: string): Promise<string> {
  const link = page.frameLocator("iframe.message-frame").getByRole("link");
  const href = await link.getAttribute("href") ?? "";
  if (SHOTS) await page.screenshot({ path: `${SHOTS}/${shot}.png` });
  const popup = page.waitForEvent("popup");
  await link.click();
  const opened = await popup;
  await opened.waitForURL("**/leads");
  await opened.close();
  return href;
}

Deno.test(
  "without a mail server, reading in the outbox and clicking there count as the lead's, and the page says so",
  free,
  async () => {
    await using server = await startServer();
    const browser = await openBrowser();
    try {
      await published(server);
      const id = await executed(server);
      await using person = await openWindow(browser, server);
      const { page } = person;
      await createOwner(page, server);
      await go(page, "/outbox");
      await seen(page.getByText("reading such a mail here counts as the lead's opening"));
      await page.getByRole("link", { name: "Hello" }).click();
      await seen(page.getByText("reading it here counts as the lead's opening"));
      assert.match(await pressed(page, "outbox-kept"), /\/t\/c\//);
      const [message] = await messages(server);
      assert.deepEqual([message?.opens, message?.clicks], [1, 1]);
      await go(page, `/executions/${id}`);
      await seen(page.getByText("The mail was opened in the outbox"));
      await seen(page.getByText("A link was clicked in the outbox"));
    } finally {
      await browser.close();
    }
  },
);

Deno.test(
  "with a mail server, reading in the outbox counts nothing, nor does a test that is kept there; links still lead on",
  free,
  async () => {
    await using smtp = await mailServer();
    await using server = await startServer({ env: { LEADFLOW_SMTP_URL: smtp.url } });
    const browser = await openBrowser();
    try {
      const workflow = await published(server);
      await executed(server);
      await server.api("POST", `/api/workflow/${workflow}/simulate`, {
        input: { email: "ann@example.com" },
        keep: true,
      });
      await using person = await openWindow(browser, server);
      const { page } = person;
      await createOwner(page, server);
      const all = await messages(server);
      assert.deepEqual(all.map(({ test }) => test).sort(), [false, true]);
      for (const { id, test } of all) {
        await go(page, "/outbox");
        assert.equal(await page.getByText("counts as the lead's opening").count(), 0);
        await seen(
          page.locator("tr", { has: page.locator(`a[href="/outbox/${id}"]`) }).getByText(
            test ? "test" : "sent",
            { exact: true },
          ),
        );
        await page.locator(`a[href="/outbox/${id}"]`).click();
        await seen(
          page.getByText(
            test ? "A test: nobody got it. Reading it here" : "The lead has it. Reading it here",
          ),
        );
        assert.equal(await pressed(page, test ? "outbox-test" : "outbox-sent"), `${server.url}/leads`);
      }
      assert.deepEqual((await messages(server)).map(({ opens, clicks }) => opens + clicks), [0, 0]);
    } finally {
      await browser.close();
    }
  },
);
