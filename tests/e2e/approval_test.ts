/** Approvals in a real browser: by the links of a mail without signing in, and in the inbox beside the votes so far. */
import assert from "node:assert/strict";
import { go, openWindow, OWNER, seen } from "../helpers/browser.ts";
import { eventually } from "../helpers/eventually.ts";
import { looksWell } from "../helpers/looks.ts";
import { free, oneHouse } from "../helpers/one_house.ts";
import { textOf } from "../helpers/server.ts";
import { flow, hookNode } from "./flows.ts";

const house = oneHouse();

Deno.test.beforeAll(async () => {
  await house.server.publish(flow("Discounts", [
    hookNode("discount"),
    ["ask", "approval", "Ask the team", {
      title: "20 % off for {{ lead.company }}",
      description: "{{ lead.firstName }} wants to sign this week.\nThe usual limit is 10 %.",
      approvers: `${OWNER.email}, kim@example.com, lou@example.com`,
      needed: 2,
      deadline: { value: 2, unit: "days" },
    }],
    ["yes", "set", "Offer", { fields: [{ name: "offer", value: "20" }] }],
  ], [["hook", "ask"], ["ask", "yes", "approved"]]));
});

async function start(): Promise<string> {
  const id = await house.server.hook("discount", {
    email: "ann@example.com",
    firstName: "Ann",
    company: "Acme",
  });
  await linkOf(id, "lou@example.com", "Approve");
  return id;
}

/** The path of a link in this run's mail, once it is there. */
async function linkOf(run: string, address: string, choice: string): Promise<string> {
  const mail = await eventually(`no mail to ${address}`, async () => {
    const { items } = await house.server.api("GET", `/api/outbox?executionId=${run}`) as {
      items: { id: string; to: string[] }[];
    };
    return items.find(({ to }) => to.includes(address));
  });
  const text = textOf(await house.server.api("GET", `/api/outbox/${mail.id}`), "text");
  return new RegExp(`${choice}: \\S+(/a/\\S+)`).exec(text)?.[1] ?? assert.fail(text);
}

Deno.test(
  "/a/:token approves without signing in, once; the inbox shows the vote and takes the next",
  free,
  async () => {
    const run = await start();
    await using stranger = await openWindow(house.browser, house.server);
    const { page } = stranger;
    await page.goto(await linkOf(run, "kim@example.com", "Approve"));
    await seen(page.getByRole("heading", { name: "Approve this?" }));
    await seen(page.getByText("20 % off for Acme"));
    await seen(page.getByText("2 of 3 have to approve"));
    await looksWell(page, "approval-open");
    await page.getByLabel("Note (optional)").fill("A good customer");
    await page.getByRole("button", { name: "Approve" }).click();
    await seen(page.getByText("You approved"));
    await looksWell(page, "approval-answered");
    await page.goto(await linkOf(run, "kim@example.com", "Decline"));
    await seen(page.getByText("You approved"));
    assert.equal(await page.getByRole("button").count(), 0);

    await go(house.owner.page, "/inbox");
    const card = house.owner.page.getByRole("article", { name: "20 % off for Acme" });
    await seen(card.getByText("kim@example.com approved"));
    await seen(card.getByText("A good customer"));
    await seen(card.getByText("lou@example.com has not answered"));
    await looksWell(house.owner.page, "approval-inbox");
    await card.getByRole("button", { name: "Approve" }).click();
    await seen(house.owner.page.getByText("20 % off for Acme — Approve. Your vote counts."));
    assert.equal(await house.server.settled(run), "completed");
    await go(house.owner.page, `/executions/${run}?step=ask`);
    await seen(house.owner.page.getByText(`Approved by kim@example.com, ${OWNER.email} (2 needed)`).first());

    stranger.foresee("/a/");
    await page.goto(await linkOf(run, "lou@example.com", "Approve"));
    await seen(page.getByRole("heading", { name: "This request is over" }));
    await seen(page.getByText("It was approved."));
    await looksWell(page, "approval-over");
    await page.goto("/a/nothing");
    await seen(page.getByRole("heading", { name: "No such request" }));
    await looksWell(page, "approval-unknown");
  },
);

Deno.test("/a/:token declines after a change of mind, from a phone and by keyboard", free, async () => {
  const run = await start();
  await using stranger = await openWindow(house.browser, house.server, {
    viewport: { width: 360, height: 740 },
  });
  const { page } = stranger;
  await page.goto(await linkOf(run, "kim@example.com", "Approve"));
  await page.getByRole("link", { name: "Decline instead" }).click();
  await seen(page.getByRole("heading", { name: "Decline this?" }));
  await looksWell(page, "approval-decline");
  await page.getByLabel("Note (optional)").focus();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await seen(page.getByText("You declined"));
  assert.equal(await house.server.settled(run), "completed");
});
