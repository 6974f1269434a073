/** Why nothing arrives: the owner of a webhook reads it at its node, sets how much may come, and sees that too. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { go, openWindow, seen, signIn } from "../helpers/browser.ts";
import type { Server } from "../helpers/server.ts";
import { drawn, free, oneHouse, openEditor, picture, saved, serious, stored } from "./editor_hands.ts";
import { flow } from "./flows.ts";

const house = oneHouse();
const NOTE = ["note", "set", "Note", { fields: [{ name: "said", value: "yes" }] }] as const;

function lockedFlow(name: string, path: string): unknown {
  const auth = { kind: "header", header: "x-webhook-key", secret: { secret: "hook_key" } };
  const config = { path, method: "POST", auth, respond: "accepted" };
  return flow(name, [["hook", "trigger_webhook", "From the form", config], NOTE], [["hook", "note"]]);
}

async function call(server: Server, path: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(`${server.url}/hooks/${path}`, { method: "POST", body: "{}", ...init });
  await response.body?.cancel();
  return response;
}

async function publishDraft(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Publish", exact: true }).first().click();
  await page.getByRole("dialog").getByRole("button", { name: /^Publish/ }).click();
  await page.getByRole("dialog", { name: /is live$/ }).getByRole("button", { name: "Done" }).click();
}

function key(value: string): RequestInit {
  return { headers: { "x-webhook-key": value, "content-type": "application/json" } };
}

Deno.test(
  "NodeHook() says when the last call came and why others were refused, and looks again",
  free,
  async () => {
    const { server, owner: { page }, browser } = house;
    await server.api("PUT", "/api/secrets/hook_key", { value: "correct horse", hosts: [] });
    const id = await stored(server, lockedFlow("Form", "form"));
    await call(server, "form");
    await openEditor(page, id);
    await go(page, `/workflow/${id}?node=hook`);
    await drawn(page);
    const side = page.getByRole("complementary", { name: "Details" });
    await seen(side.getByText("Nothing listens at /hooks/form yet: publish the workflow."));
    await seen(side.getByText(/^1 call found nobody there/));

    await publishDraft(page);
    await seen(side.getByText("No call was refused lately."), 20_000);
    assert.equal((await call(server, "form", key("wrong horse"))).status, 401);
    assert.equal((await call(server, "form", key("wrong horse"))).status, 401);
    assert.equal((await call(server, "form", { method: "PUT" })).status, 405);
    assert.equal((await call(server, "form", { ...key("correct horse"), body: "{no" })).status, 400);
    assert.equal((await call(server, "form", { body: "x".repeat(1_100_000) })).status, 413);
    const came = await fetch(`${server.url}/hooks/form`, {
      method: "POST",
      body: "{}",
      ...key("correct horse"),
    });
    const { executionId } = await came.json();
    await side.getByRole("button", { name: "Look again" }).click();
    await seen(side.getByText("5 calls refused lately:"));
    await side.getByText("1 more", { exact: true }).click();
    await seen(side.getByText('The key in "x-webhook-key" is not right'));
    await seen(side.getByText(/The sender sends another key than the stored one/));
    await seen(side.getByText("This webhook takes POST, not PUT"));
    await seen(side.getByText("POST, application/json, 2 bytes, from this machine"));
    assert.equal(await side.getByRole("list", { name: /Refused calls/ }).getByRole("listitem").count(), 4);
    const last = side.getByText("that was accepted").getByRole("link");
    assert.equal(await last.getAttribute("href"), `/executions/${executionId}`);
    assert.doesNotMatch(await side.innerText(), /wrong horse|correct horse/);
    await picture(page, "webhook");
    assert.deepEqual(await serious(page), []);

    await using phone = await openWindow(browser, server, {
      viewport: { width: 360, height: 740 },
      colorScheme: "dark",
    });
    await signIn(phone.page);
    await go(phone.page, `/workflow/${id}?node=hook`);
    await seen(phone.page.getByText("5 calls refused lately:").last());
    await phone.page.getByText("This webhook takes POST, not PUT").last().scrollIntoViewIfNeeded();
    await picture(phone.page, "webhook-phone-dark");
    assert.equal(await phone.page.evaluate(() => document.documentElement.scrollWidth), 360);
    const body = phone.page.locator(".side-body");
    assert.equal(await body.evaluate((one) => one.scrollWidth > one.clientWidth), false);
    assert.deepEqual(await serious(phone.page), []);
  },
);

Deno.test(
  "a rate is set in the webhook's form, holds once it is published, and is told where it refused",
  free,
  async () => {
    const { server, owner: { page } } = house;
    const config = { path: "rated", method: "POST", auth: { kind: "none" }, respond: "accepted" };
    const id = await stored(
      server,
      flow("Rated", [["hook", "trigger_webhook", "Open", config], NOTE], [["hook", "note"]]),
    );
    await go(page, `/workflow/${id}?node=hook`);
    await drawn(page);
    const side = page.getByRole("complementary", { name: "Details" });
    await side.getByText("More: At most").click();
    const rate = side.getByRole("group", { name: /^At most/ });
    await rate.getByLabel("Calls", { exact: true }).fill("2");
    await rate.getByLabel("Period: number").fill("1");
    await rate.getByRole("combobox").selectOption("hours");
    await saved(page);
    await publishDraft(page);
    await seen(side.getByText("It takes at most 2 calls an hour."), 20_000);
    await picture(page, "webhook-rate");
    for (const status of [202, 202, 429]) assert.equal((await call(server, "rated")).status, status);
    const over = await fetch(`${server.url}/hooks/rated`, { method: "POST", body: "{}" });
    const wait = Number(over.headers.get("retry-after"));
    assert.ok(wait > 3_500 && wait <= 3_600, `${wait} s`);
    const problem = await over.json();
    assert.equal(problem.type, "/problems/webhook-rate");
    assert.match(
      problem.detail,
      /^This webhook takes 2 calls an hour, and as many have come; come again in \d+ s$/,
    );
    await side.getByRole("button", { name: "Look again" }).click();
    await seen(side.getByText("This webhook takes 2 calls an hour, and as many have come"));
    await seen(side.getByText(/2 times, first/));
    assert.deepEqual(await serious(page), []);
  },
);

Deno.test("without scripts the page of a workflow says what was refused", free, async () => {
  const { server, browser } = house;
  const config = { path: "plain", method: "POST", auth: { kind: "none" }, respond: "accepted" };
  const id = await server.publish(
    flow("Plain", [["hook", "trigger_webhook", "Open", config], NOTE], [["hook", "note"]]),
  );
  assert.equal((await call(server, "plain", { method: "OPTIONS" })).status, 405);
  await using bare = await openWindow(browser, server, { javaScriptEnabled: false });
  await bare.page.goto("/login");
  await bare.page.getByLabel("E-mail").fill("owner@example.com");
  await bare.page.getByLabel("Password").fill("correct horse battery");
  await bare.page.getByRole("button", { name: "Sign in" }).click();
  await bare.page.goto(`/workflow/${id}`);
  const what = bare.page.getByRole("region", { name: "What came, and what was refused" });
  await seen(what.getByText("1 call refused lately:"));
  await seen(what.getByText(/A page in a browser asks first/));
});
