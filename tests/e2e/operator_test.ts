/** The operator's ways in a real browser: some of a list acted on, and an execution mended or answered where it is looked at. */
import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import {
  alive,
  createOwner,
  go,
  gone,
  markDocument,
  notReloaded,
  openBrowser,
  openWindow,
  seen,
  type Window,
} from "../helpers/browser.ts";
import { type Server, startServer, textOf } from "../helpers/server.ts";
import { CALL_NODE, flow, hookNode } from "./flows.ts";

const free = { sanitizeOps: false, sanitizeResources: false };
/** As long as a name gets, without a place to break it. */
const LONG_NAMED = {
  email: "ann@example.com",
  firstName: "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwaren",
};
const RIGHT = "the-right-key-of-the-team";

/** Another company's service: 401 until the key is right. */
const service = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
  const known = request.headers.get("authorization") === `Bearer ${RIGHT}`;
  return known
    ? Response.json({ ok: true })
    : Response.json({ error: { message: "The access token expired" } }, { status: 401 });
});
const HOST = `127.0.0.1:${service.addr.port}`;

let browser: Browser;
let server: Server;
let person: Window;

Deno.test.beforeAll(async () => {
  server = await startServer({ env: { LEADFLOW_ALLOW_HOSTS: HOST } });
  browser = await openBrowser();
  person = await openWindow(browser, server);
  await createOwner(person.page, server);
});
Deno.test.afterAll(async () => {
  await person[Symbol.asyncDispose]();
  await browser.close();
  await server[Symbol.asyncDispose]();
  await service.shutdown();
});

/** A workflow that writes to the service, and so many executions of it that failed. */
async function failures(path: string, count: number): Promise<{ id: string; all: string[] }> {
  await server.api("PUT", "/api/secrets/crm", { value: "a-key-that-has-expired", hosts: ["127.0.0.1"] });
  const auth = { kind: "bearer", token: { secret: "crm" } };
  const api = ["call", "api", "Write to the CRM", {
    method: "GET",
    url: `http://${HOST}/${path}`,
    auth,
  }] as const;
  const id = await server.publish(flow(`Into ${path}`, [hookNode(path), api], [["hook", "call"]]));
  const all: string[] = [];
  for (let i = 0; i < count; i++) all.push(await server.hook(path, { i }));
  for (const one of all) assert.equal(await server.settled(one), "failed");
  return { id, all };
}

async function statusesOf(all: readonly string[]): Promise<string[]> {
  const found = all.map((id) => server.api("GET", `/api/monitoring/executions/${id}`));
  return (await Promise.all(found)).map((one) => textOf(one, "status"));
}

/** The rows that are selected, from above. */
async function selectedRows(page: Page): Promise<boolean[]> {
  const boxes = await page.locator("tbody").getByRole("checkbox").all();
  return await Promise.all(boxes.map((box) => box.isChecked()));
}

Deno.test("/executions acts on rows that are selected by mouse, by Shift and by keys", free, async () => {
  const { page } = person;
  const { id, all } = await failures("selected", 5);
  await go(page, `/executions?workflowId=${id}`);
  const boxes = page.locator("tbody").getByRole("checkbox");
  await boxes.nth(1).click();
  await boxes.nth(3).click({ modifiers: ["Shift"] });
  assert.deepEqual(await selectedRows(page), [false, true, true, true, false]);
  const bar = page.getByRole("group", { name: "Selected" });
  await seen(bar.getByText("3 selected"));
  // What has failed cannot be cancelled.
  assert.deepEqual(await bar.getByRole("button").allInnerTexts(), ["Retry …", "Replay …", ""]);
  await page.getByRole("checkbox", { name: "Select all shown" }).click();
  await seen(bar.getByText("5 selected"));
  await page.keyboard.press("Escape");
  await gone(bar);

  await page.locator("h1").click();
  for (const key of ["j", "x", "j", "j", "x"]) await page.keyboard.press(key);
  assert.deepEqual(await selectedRows(page), [true, false, true, false, false]);
  await page.keyboard.press("j");
  await page.keyboard.press("Shift+X");
  assert.deepEqual(await selectedRows(page), [true, false, true, true, false]);
  assert.equal(new URL(page.url()).pathname, "/executions", "nothing was opened");

  await server.api("PUT", "/api/secrets/crm", { value: RIGHT, hosts: ["127.0.0.1"] });
  await bar.getByRole("button", { name: "Retry …" }).click();
  const dialog = page.getByRole("dialog", { name: "Retry what is selected" });
  await dialog.getByRole("button", { name: "Retry 3" }).click();
  await seen(page.getByText("Finished: 3 of 3 retried"));
  // The newest stands above.
  const [first, second, third, fourth, fifth] = all;
  for (const one of [fifth, third, second]) assert.equal(await server.settled(one!), "completed");
  assert.deepEqual(await statusesOf([first!, fourth!]), ["failed", "failed"]);
  assert.deepEqual(await selectedRows(page), [false, false, false, false, false]);
});

Deno.test(
  "/executions/:id is mended where it is seen: another key, and all that failed so are retried",
  free,
  async () => {
    const { page } = person;
    const { all } = await failures("mended", 12);
    await go(page, `/executions/${all[0]}`);
    await markDocument(page);
    // What was answered is there to read without a click.
    await seen(page.getByText("The access token expired"));
    await page.getByRole("link", { name: "Mend …" }).click();
    const dialog = page.getByRole("dialog", { name: "In the inbox" });
    await dialog.getByRole("button", { name: "Replace crm …" }).click();
    const secret = page.getByRole("dialog", { name: "Replace crm" });
    await secret.getByLabel("Value").fill(RIGHT);
    await secret.getByRole("button", { name: /Replace|Save/ }).click();
    await seen(dialog.getByText("crm is replaced: retry now."));
    await dialog.getByRole("button", { name: /^Retry all/ }).click();
    await page.getByRole("dialog", { name: "Retry all that match" }).getByRole("button", {
      name: /^Retry \d+$/,
    }).click();
    await seen(dialog.getByText(/^Finished: /));
    await dialog.getByRole("button", { name: "Close" }).click();
    await seen(page.locator("h1 ~ *, header").getByText("Completed").first());
    await notReloaded(page);
    for (const one of all) assert.equal(await server.settled(one), "completed");
  },
);

Deno.test(
  "/executions/:id that waits for a person is answered there; without scripts the link leads to its card",
  free,
  async () => {
    const { page } = person;
    await server.publish(flow("Calls", [hookNode("calls"), CALL_NODE], [["hook", "call"]]));
    const [first, second] = [await server.hook("calls", { i: 1 }), await server.hook("calls", LONG_NAMED)];
    for (const one of [first, second]) {
      await page.goto(`/executions/${one}`);
      await seen(page.getByRole("link", { name: "Answer …" }));
    }
    await go(page, `/executions/${first}`);
    const answer = page.getByRole("link", { name: "Answer …" });
    const href = await answer.getAttribute("href");
    await answer.click();
    const dialog = page.getByRole("dialog", { name: "In the inbox" });
    await seen(dialog.getByRole("article"));
    assert.equal(await dialog.getByRole("article").count(), 1, "its own card and no other");
    await dialog.getByLabel(/^Note/).fill("Wants a demo");
    await dialog.getByRole("button", { name: "Interested" }).click();
    await seen(dialog.getByText(/— Interested/));
    await page.keyboard.press("Escape");
    assert.equal(await server.settled(first), "completed");
    await answer.waitFor({ state: "detached" });

    await page.setViewportSize({ width: 360, height: 740 });
    await go(page, `/executions/${second}`);
    assert.equal(
      await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
      0,
      "nothing sticks out",
    );
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.goto(String(href).replace(first, second));
    await alive(page);
    const focused = page.locator("article:focus");
    await seen(focused);
    assert.match(String(await focused.getAttribute("data-card")), new RegExp(`^${second}\\.`));
    await go(page, String(href));
    await seen(page.getByText("What you followed is not here any more"));
  },
);

Deno.test("/inbox says when the server is gone, and goes on when it is back", free, async () => {
  const { page } = person;
  await go(page, "/inbox");
  await markDocument(page);
  const lost = page.getByText("Connection lost");
  await server.stop();
  await seen(lost, 20_000);
  await server.start();
  await lost.waitFor({ state: "detached", timeout: 20_000 });
  await notReloaded(page);
  person.forgive(/ERR_CONNECTION|ERR_EMPTY_RESPONSE|ERR_INCOMPLETE|Failed to fetch|ERR_SOCKET/);
});
