/** The first minutes with LeadFlow, as a person has them; the webhook's curl is the one thing done for them. */
import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import {
  alive,
  createOwner,
  go,
  markDocument,
  notReloaded,
  openBrowser,
  openWindow,
  seen,
  type Window,
} from "../helpers/browser.ts";
import { type Server, startServer } from "../helpers/server.ts";

const SAMPLE = "Cold Outreach Standard";
const ANN = {
  email: "ann@example.com",
  firstName: "Ann",
  company: "Acme",
  score: 72,
  phone: "+41 44 555 01 02",
};
/** The sample waits 30 s. */
const WAIT_MS = 45_000;

let browser: Browser;
let server: Server;
let person: Window;

const house = new AsyncDisposableStack();

Deno.test.beforeAll(async () => {
  server = house.use(await startServer());
  browser = house.adopt(await openBrowser(), (opened) => opened.close());
  person = house.use(await openWindow(browser, server));
});
Deno.test.afterAll(() => house.disposeAsync());

/** The card of a node in the painted graph. */
function card(page: Page, nodeId: string): ReturnType<Page["locator"]> {
  return page.locator(`[data-node="${nodeId}"]`);
}

const story = { sanitizeOps: false, sanitizeResources: false };

Deno.test(
  "story: the printed link makes the owner, the sample is there, a click publishes it",
  story,
  async () => {
    const { page } = person;
    await createOwner(page, server);
    await seen(page.getByRole("heading", { name: "First steps" }));
    await page.getByRole("navigation").getByRole("link", { name: "Workflows" }).first().click();
    await page.waitForURL("**/workflow");
    await alive(page);
    const row = page.getByRole("row").filter({ hasText: SAMPLE });
    await seen(row.getByText("draft only"));
    await row.getByRole("button", { name: `Publish ${SAMPLE}` }).click();
    await seen(row.getByText("v1 live"));
    await page.reload();
    await seen(page.getByRole("row").filter({ hasText: SAMPLE }).getByText("v1 live"));
  },
);

Deno.test(
  "story: who opens the mail gets a call; every step is seen live, without a reload",
  story,
  async (t) => {
    const { page } = person;
    await go(page, "/workflow");
    await page.getByRole("link", { name: SAMPLE }).click();
    await seen(page.getByText(`${server.url}/hooks/cold-outreach`).first());
    await server.hook("cold-outreach", { ...ANN, email: "ben@example.com", firstName: "Ben" });
    await page.getByRole("navigation").getByRole("link", { name: "Executions" }).first().click();
    await page.waitForURL("**/executions");
    await alive(page);
    await t.step("the open list gathers the new execution, and its row leads to its page", async () => {
      await seen(page.getByRole("row").filter({ hasText: "Ben" }));
      await seen(page.getByText("Live", { exact: true }));
      await server.hook("cold-outreach", ANN);
      await page.getByRole("button", { name: "1 new" }).click();
      await page.getByRole("row").filter({ hasText: "Ann" }).getByRole("link").first().click();
      await page.waitForURL("**/executions/*");
      await alive(page);
    });
    await t.step("it waits with a countdown", async () => {
      await markDocument(page);
      await seen(page.locator("header").getByText("Waiting"));
      const countdown = async (): Promise<number> =>
        Number(/in (\d+) s/.exec(await page.locator("header").first().locator("..").innerText())?.[1]);
      const first = await countdown();
      assert.ok(first > 0, `no countdown in: ${await page.locator("main").innerText()}`);
      await page.waitForFunction(
        (from) => Number(/in (\d+) s/.exec(document.body.innerText)?.[1]) < from,
        first,
      );
    });
    await t.step("the mail lies in the outbox, and opening it there counts", async () => {
      const mail = await page.context().newPage();
      await go(mail, "/outbox");
      await mail.getByRole("row").filter({ hasText: ANN.email }).getByRole("link").click();
      await seen(mail.frameLocator("iframe").getByText("Hello Ann"));
      await mail.waitForFunction(async () => {
        const answer = await fetch(location.href);
        return (await answer.text()).includes("opened");
      });
      await mail.reload();
      await seen(mail.getByText("opened").first());
      await mail.close();
    });
    await t.step("it takes the yes way to a call and says what it waits for", async () => {
      await seen(card(page, "call").and(page.locator('[data-status="waiting"]')), WAIT_MS);
      await seen(card(page, "second_mail").and(page.locator('[data-status="skipped"]')));
    });
    await t.step(
      "the inbox shows script, phone and what is known; a click on an outcome goes on",
      async () => {
        const desk = await page.context().newPage();
        await go(desk, "/inbox");
        const task = desk.getByRole("article", { name: "Call Ann" });
        await seen(task.getByText("Ann opened our first mail."));
        await seen(task.getByRole("link", { name: ANN.phone }));
        for (const fact of [ANN.email, ANN.company, String(ANN.score)]) await seen(task.getByText(fact));
        await task.getByRole("button", { name: "Interested" }).click();
        await seen(desk.getByText("Call Ann — Interested").first());
        await desk.close();
      },
    );
    await t.step("the open page shows the end by itself, with input and output of a step", async () => {
      await seen(page.locator("header").getByText("Completed"));
      await seen(card(page, "stage").and(page.locator('[data-status="completed"]')));
      await seen(page.getByText("100 %"));
      await card(page, "stage").click();
      const detail = page.locator("#step");
      await seen(detail.getByRole("heading", { name: "Set the stage" }));
      await seen(detail.getByRole("region", { name: "Output" }).getByText('"qualified"'));
      await notReloaded(page);
    });
  },
);

Deno.test("story: who does not open the mail gets a second one", story, async () => {
  const { page } = person;
  await go(page, "/executions");
  await page.getByRole("row").filter({ hasText: "Ben" }).getByRole("link").first().click();
  await page.waitForURL("**/executions/*");
  await alive(page);
  await seen(page.locator("header").getByText("Completed"), WAIT_MS);
  await seen(card(page, "call").and(page.locator('[data-status="skipped"]')));
  await seen(card(page, "second_mail").and(page.locator('[data-status="completed"]')));
  await card(page, "second_mail").click();
  await page.getByRole("link", { name: "Message as sent" }).click();
  await seen(page.getByRole("heading", { name: "One short question" }));
  await seen(page.frameLocator("iframe").getByText("Hello Ben"));
  await go(page, "/outbox");
  assert.equal(await page.getByRole("row").filter({ hasText: "ben@example.com" }).count(), 2);
});
