/** From an alert to everything mended, in a real browser: a burst of 401, the mail, the card, the secret, all retried. */
import assert from "node:assert/strict";
import { alive, go, OWNER, seen } from "../helpers/browser.ts";
import { eventually } from "../helpers/eventually.ts";
import { looksWell } from "../helpers/looks.ts";
import { free, oneHouse } from "../helpers/one_house.ts";
import { textOf } from "../helpers/server.ts";
import { flow, hookNode } from "./flows.ts";

const RIGHT = "the-right-key-of-the-team";
const FIVE_MINUTES_MS = 300_000;

/** Another company's service: 401 until the key is right. */
const service = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
  const known = request.headers.get("authorization") === `Bearer ${RIGHT}`;
  return known ? Response.json({ ok: true }) : new Response("Unauthorized", { status: 401 });
});
const HOST = `127.0.0.1:${service.addr.port}`;

const house = oneHouse({ env: { LEADFLOW_ALLOW_HOSTS: HOST } });
Deno.test.afterAll(() => service.shutdown());

/** Asks for a look, and waits until the incident that it is about is as it should be. */
async function incident(status: "open" | "recovered"): Promise<{ title: string; link: string }> {
  return await eventually(`no incident is ${status}`, async () => {
    await house.server.api("POST", "/api/monitoring/alert-settings/check", {});
    const { items } = await house.server.api("GET", `/api/monitoring/incidents?status=${status}`) as {
      items: { title: string; link: string }[];
    };
    return items[0];
  });
}

/** The text of the alert with this subject, as it lies in the outbox. */
async function mailed(subject: string): Promise<string> {
  const { id, to } = await eventually(`no mail says "${subject}"`, async () => {
    const { items } = await house.server.api("GET", "/api/outbox?limit=20") as {
      items: { id: string; subject: string; to: string[] }[];
    };
    return items.find((one) => one.subject === subject);
  });
  assert.deepEqual(to, [OWNER.email]);
  return textOf(await house.server.api("GET", `/api/outbox/${id}`), "text");
}

Deno.test(
  "a burst of 401: the alert's link, the card, another secret, all 50 retried, and it is over",
  free,
  async () => {
    const { page } = house.owner;
    await house.server.api("PUT", "/api/secrets/crm", {
      value: "a-key-that-has-expired",
      hosts: ["127.0.0.1"],
    });
    const auth = { kind: "bearer", token: { secret: "crm" } };
    const api = ["call", "api", "Write to the CRM", {
      method: "GET",
      url: `http://${HOST}/lead`,
      auth,
    }] as const;
    await house.server.publish(flow("Into the CRM", [hookNode("crm"), api], [["hook", "call"]]));
    const all: string[] = [];
    for (let i = 0; i < 50; i++) all.push(await house.server.hook("crm", { i }));
    for (const executionId of all) assert.equal(await house.server.settled(executionId), "failed");

    const { title } = await incident("open");
    const text = await mailed(title);
    const began = performance.now();
    const link = /http:\/\/\S+\/inbox\?card=\S+/.exec(text)?.[0];
    assert.ok(link, text);

    await page.goto(link);
    await alive(page);
    const card = page.getByRole("article", { name: "401 from 127.0.0.1" });
    await seen(card.getByText("50 runs failed"));
    assert.ok(await card.evaluate((one) => one === document.activeElement), "the link leads to the card");
    await seen(card.getByText("Write to the CRM in Into the CRM"));
    await seen(page.getByRole("link", { name: /^Alerts/ }).getByText("1"));
    await looksWell(page, "inbox_cause");

    await page.keyboard.press("a");
    await card.getByRole("button", { name: /^Take it/ }).waitFor({ state: "detached" });
    const owner = card.getByLabel(/^Owner/);
    assert.equal(
      await owner.evaluate((one: HTMLSelectElement) => one.selectedOptions[0]?.text),
      `${OWNER.name} (you)`,
    );
    await card.getByRole("button", { name: "Replace crm …" }).click();
    const secret = page.getByRole("dialog", { name: "Replace crm" });
    assert.equal(await secret.getByLabel("Hosts").inputValue(), "127.0.0.1", "its hosts stay");
    await secret.getByLabel("Value").fill(RIGHT);
    await secret.getByRole("button", { name: "Save" }).click();
    await seen(card.getByText("crm is replaced: retry now."));
    await card.getByRole("button", { name: "Retry all 50 …" }).click();
    const dialog = page.getByRole("dialog", { name: "Retry all that match" });
    await seen(dialog.getByText("Retry 50 failed executions: 401 from 127.0.0.1, 10 a second, about 5 s"));
    await dialog.getByRole("button", { name: "Retry 50" }).click();
    await seen(page.getByText("Finished: 50 of 50 retried"), 30_000);
    for (const executionId of all) assert.equal(await house.server.settled(executionId), "completed");
    assert.ok(performance.now() - began < FIVE_MINUTES_MS);

    const over = await incident("recovered");
    await mailed(`Recovered: ${over.title}`);
    await page.goto(link);
    await alive(page);
    await seen(page.getByText("What you followed is not here any more"));
    await seen(page.getByText("Nothing needs you now."));
  },
);

Deno.test(
  "a cause is ignored until it comes back; one failure is retried by keys; where it failed leads to its node",
  free,
  async () => {
    const { page } = house.owner;
    await house.server.api("PUT", "/api/secrets/other", { value: "not-right", hosts: ["127.0.0.1"] });
    const auth = { kind: "bearer", token: { secret: "other" } };
    const api = ["call", "api", "Ask", { method: "GET", url: `http://${HOST}/ask`, auth }] as const;
    const ids: string[] = [];
    for (const name of ["one", "two"]) {
      ids.push(await house.server.publish(flow(`Ask ${name}`, [hookNode(name), api], [["hook", "call"]])));
      for (let i = 0; i < 2; i++) await house.server.settled(await house.server.hook(name, { i }));
    }
    await go(page, "/inbox");
    const card = page.getByRole("article", { name: "401 from 127.0.0.1" });
    await seen(card.getByText("4 runs failed"));
    const places = card.getByRole("list", { name: "Where" }).getByRole("link");
    assert.deepEqual((await places.allInnerTexts()).sort(), ["Ask in Ask one", "Ask in Ask two"]);
    const href = await places.filter({ hasText: "Ask one" }).getAttribute("href");
    assert.equal(href, `/workflow/${ids[0]}?node=call#node`);
    await card.getByRole("link", { name: "See them" }).click();
    await seen(page.getByLabel("In the inbox for 401 from 127.0.0.1"));
    assert.equal(await page.locator("tbody tr").count(), 4);
    await page.goBack();
    await alive(page);
    await card.getByRole("button", { name: "Ignore" }).click();
    await seen(page.getByText("401 from 127.0.0.1 — ignored until it comes back"));
    await house.server.settled(await house.server.hook("one", { again: true }));
    await page.getByRole("button", { name: "1 new" }).click();
    await seen(card.getByText("Came back"));
    await house.server.api("PUT", "/api/secrets/other", { value: RIGHT, hosts: ["127.0.0.1"] });
    await page.keyboard.press("j");
    await page.keyboard.press("1");
    await page.keyboard.press("Enter");
    await seen(page.getByText("401 from 127.0.0.1 — trying again"));
  },
);

Deno.test(
  "/settings/alerts: rules are switched and added, channels tried; what could not be told is seen in the inbox",
  free,
  async () => {
    const { page } = house.owner;
    await go(page, "/settings/alerts");
    const streak = page.getByRole("switch", { name: "3 runs failed in a row" });
    await streak.focus();
    await page.keyboard.press("Space");
    await page.waitForFunction(() => document.getElementById("announce")?.textContent?.endsWith("off"));
    await page.reload();
    await alive(page);
    assert.equal(await streak.isChecked(), false);
    await streak.check();

    await page.getByRole("button", { name: "Add a rule" }).click();
    const form = page.getByRole("dialog", { name: "Add a rule" });
    await form.getByLabel("When").selectOption("streak");
    await form.getByLabel("Runs in a row").fill("2");
    await form.getByLabel("Workflow").selectOption("Ask two");
    await form.getByRole("button", { name: "Save" }).click();
    await seen(page.locator("[data-rule]", { hasText: "2 runs failed in a row" }).getByText("Ask two"));

    await page.getByRole("button", { name: "Test: E-mail to owners and admins" }).click();
    await seen(page.getByText(`It works. Laid into the outbox, as there is no mail server: ${OWNER.email}`));
    await page.getByRole("button", { name: "Change", exact: true }).last().click();
    const telling = page.getByRole("dialog", { name: "How alerts are told" });
    await telling.getByRole("button", { name: "Webhook" }).click();
    await telling.getByRole("button", { name: "Remove E-mail" }).click();
    await telling.getByLabel("Address").fill("nothing");
    house.owner.foresee("status of 422");
    await telling.getByRole("button", { name: "Save" }).click();
    await seen(telling.locator(".field-error", { hasText: "an address such as https://example.com/alerts" }));
    await telling.getByLabel("Address").fill("http://127.0.0.1:9/alerts");
    await telling.getByLabel(/^Quiet hours/).check();
    await looksWell(page, "alerts_form");
    await telling.getByLabel(/^Quiet hours/).uncheck();
    await telling.getByRole("button", { name: "Save" }).click();
    await page.getByRole("button", { name: "Test: Webhook to 127.0.0.1:9" }).click();
    await seen(page.getByText(/^It does not: /));

    await house.server.api("PUT", "/api/secrets/other", { value: "wrong-again", hosts: ["127.0.0.1"] });
    for (let i = 0; i < 2; i++) await house.server.settled(await house.server.hook("two", { i }));
    await page.getByRole("button", { name: "Check now" }).click();
    const open = page.locator("[data-incident]", { hasText: /\d runs of Ask two failed in a row/ });
    await seen(open);
    await open.getByRole("button", { name: "I am at it" }).click();
    await seen(open.getByText(`${OWNER.name} is at it`));
    await open.getByLabel(/^Mute/).selectOption("For a day");
    await seen(open.getByText("muted, told again"));
    const untold = page.getByRole("region", { name: "Could not be delivered" });
    await eventually("nothing is untold", async () => {
      await page.getByRole("button", { name: "Check now" }).click();
      return await untold.count() > 0;
    });
    await seen(untold.getByText(/^Webhook to 127\.0\.0\.1:9: /));
    await looksWell(page, "alerts");

    await go(page, "/inbox");
    await seen(page.getByRole("alert").getByText("An alert could not be delivered. Webhook to 127.0.0.1:9"));
    await looksWell(page, "inbox_untold");
    await page.getByRole("alert").getByRole("link", { name: "See alerts" }).click();
    await alive(page);
    await untold.getByRole("button", { name: "Dismiss" }).click();
    await untold.waitFor({ state: "detached" });
    await go(page, "/");
    const needs = page.getByRole("region", { name: "Needs you" });
    await seen(needs.getByRole("link", { name: /^\d+ failed — 401 from 127\.0\.0\.1/ }));
    assert.equal(await needs.getByText("failed in a row").count(), 0, "the same burst is named once");
  },
);
