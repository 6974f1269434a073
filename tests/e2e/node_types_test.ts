/** Calls and collections in a real browser: what whoever calls sees and does, and what a workflow has kept. */
import assert from "node:assert/strict";
import { alive, go, seen } from "../helpers/browser.ts";
import { eventually } from "../helpers/eventually.ts";
import { looksWell } from "../helpers/looks.ts";
import { free, oneHouse } from "../helpers/one_house.ts";
import { flow, hookNode } from "./flows.ts";

const CALLS = flow("Call and keep", [
  hookNode("calls"),
  ["call", "call", "Call", {
    mode: "task",
    script: "Ask how {{ lead.company }} follows up today.\nOffer a demo.",
    outcomes: ["Interested", "Not now"],
    owner: "kim@example.com",
    priority: "high",
    bestTime: { days: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], from: "00:00", to: "24:00" },
    due: { value: 1, unit: "days" },
  }],
  ["keep", "database", "Keep", {
    action: "put",
    collection: "calls",
    key: "{{ lead.email }}",
    value: { outcome: "{{ steps.call.output.outcome }}", note: "{{ steps.call.output.note }}" },
    indexes: ["outcome"],
  }],
], [["hook", "call"], ["call", "keep", "Interested"]]);

const house = oneHouse();

Deno.test.beforeAll(async () => void await house.server.publish(CALLS));

/** Until the call stands in the inbox: the webhook is answered before. */
async function askedToCall(): Promise<void> {
  await eventually("nobody is asked to call", async () => {
    const { items } = await house.server.api("GET", "/api/inbox") as { items: unknown[] };
    return items.length > 0;
  });
}

Deno.test(
  "/inbox shows a call with number, script, best time and owner; its outcome goes on, and is kept and found under Data",
  free,
  async () => {
    const { page } = house.owner;
    const run = await house.server.hook("calls", {
      email: "ann@example.com",
      firstName: "Ann",
      company: "Acme",
      phone: "+41 (0)44 668 18 00",
    });
    await askedToCall();
    await go(page, "/inbox");
    const card = page.getByRole("article", { name: "Call Ann" });
    await seen(card.getByText("Ask how Acme follows up today."));
    const call = card.getByRole("group", { name: "The call" });
    const number = call.getByRole("link", { name: "+41 (0)44 668 18 00" });
    assert.equal(await number.getAttribute("href"), "tel:+41446681800");
    await seen(call.getByText("kim@example.com"));
    await seen(call.getByText("Every day"));
    await seen(call.getByText("now", { exact: true }));
    await seen(card.getByText("High priority"));
    await seen(card.getByText("due in", { exact: false }));
    await looksWell(page, "node_types-inbox");
    await card.getByPlaceholder("Note (optional)").fill("Demo on Friday");
    await card.getByRole("button", { name: "Interested" }).click();
    await seen(page.getByText("Call Ann — Interested").first());
    assert.equal(await house.server.settled(run), "completed");
    const { lead } = await house.server.api("GET", `/api/monitoring/executions/${run}`) as {
      lead: { id: string };
    };
    const signals = await house.server.api("GET", `/api/leads/${lead.id}/signals`) as {
      items: { type: string; data: { outcome: string; note: string } }[];
    };
    const [heard] = signals.items.filter(({ type }) => type === "call.completed");
    assert.deepEqual([heard?.data.outcome, heard?.data.note], ["Interested", "Demo on Friday"]);

    await page.getByRole("link", { name: "Data" }).first().click();
    await page.waitForURL("**/collections");
    await looksWell(page, "node_types-collections");
    await page.getByRole("link", { name: "calls", exact: true }).click();
    await page.getByLabel("Is exactly").fill("Interested");
    await page.getByRole("button", { name: "Find" }).click();
    await page.waitForURL("**value=Interested**");
    await looksWell(page, "node_types-collection");
    await page.getByRole("link", { name: "ann@example.com" }).click();
    await page.waitForURL("**record=ann**");
    await alive(page);
    await seen(page.getByText("Demo on Friday").first());
    await looksWell(page, "node_types-record");
    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.waitForURL("**/collections/calls");
    await seen(page.getByText("No record is left in this collection."));
  },
);
