/** What a person does on the pages: import, run, answer by keyboard, cancel, filter, delete. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { alive, go, openWindow, seen } from "../helpers/browser.ts";
import { free, oneHouse } from "../helpers/one_house.ts";
import { CALL_NODE, flow, hookNode, MAIL_NODE, waitNode } from "./flows.ts";

const MANUAL = ["start", "trigger_manual", "By hand", {}] as const;
const CALLS = flow("Calls", [MANUAL, hookNode("calls"), CALL_NODE], [["start", "call"], ["hook", "call"]]);
const LONG = flow("Long wait", [hookNode("long"), waitNode(3_600)], [["hook", "pause"]]);

const house = oneHouse();

async function importText(page: Page, text: string): Promise<void> {
  const dialog = page.getByRole("dialog", { name: "Import a workflow" });
  await dialog.getByLabel("Workflow as JSON").fill(text);
  await dialog.getByRole("button", { name: "Import" }).click();
}

Deno.test(
  "/workflow imports JSON: each refusal names the place, then it is right and is kept",
  free,
  async () => {
    const { page } = house.owner;
    await go(page, "/workflow");
    await page.getByRole("button", { name: "Import JSON" }).click();
    const dialog = page.getByRole("dialog", { name: "Import a workflow" });
    const alert = dialog.getByRole("alert");

    await importText(page, '{ "name": "Calls", ');
    await seen(alert.getByText("This is not JSON"));
    await importText(page, JSON.stringify(flow("Calls", [CALL_NODE], [["call", "nowhere", "Interested"]])));
    await seen(alert.getByText("nowhere"));
    house.owner.foresee("status of 422");
    await importText(page, JSON.stringify(flow("Calls", [["x", "no_such_type", "X", {}]], [])));
    await seen(alert.getByText("no_such_type"));
    house.owner.foresee("status of 422");
    const ring = flow("Calls", [MAIL_NODE, waitNode(1)], [["mail", "pause"], ["pause", "mail"]]);
    await importText(page, JSON.stringify(ring));
    await seen(alert.getByText(/cycle|ring|circle/i));
    house.owner.foresee("status of 422");
    assert.equal(await dialog.getByLabel("Workflow as JSON").inputValue(), JSON.stringify(ring));

    await importText(page, JSON.stringify(CALLS));
    await page.waitForURL("**/workflow/*");
    await alive(page);
    await seen(page.getByRole("heading", { name: "Calls" }));
    await page.getByRole("button", { name: "Publish" }).click();
    await page.getByRole("button", { name: "Publish version 1" }).click();
    await seen(page.getByText("v1 live"));
  },
);

Deno.test("/workflow refuses to publish what cannot run, by node, and nothing goes live", free, async () => {
  const { page } = house.owner;
  await go(page, "/workflow");
  await page.getByRole("button", { name: "Import JSON" }).click();
  const unfinished = flow("Unfinished", [MANUAL, ["mail", "email", "Mail", {
    to: "",
    subject: "S",
    text: "T",
  }]], [[
    "start",
    "mail",
  ]]);
  await importText(page, JSON.stringify(unfinished));
  await page.waitForURL("**/workflow/*");
  await alive(page);
  await page.getByRole("button", { name: "Publish" }).click();
  const refusal = page.getByRole("dialog", { name: "Not published yet" });
  await seen(refusal.getByText("The mail needs somebody to go to"));
  await refusal.getByRole("button", { name: /Mail/ }).first().click();
  assert.equal(
    await page.getByLabel("To", { exact: true }).evaluate((field) => field === document.activeElement),
    true,
  );
  await seen(page.getByText("Draft, never published"));
});

Deno.test("the Run form starts an execution; input that is no JSON stays and is named", free, async () => {
  const { page } = house.owner;
  await go(page, "/workflow");
  await page.getByRole("button", { name: "Run Calls" }).click();
  const dialog = page.getByRole("dialog", { name: "Run Calls" });
  await dialog.getByLabel("Input").fill('{ "email": ');
  await dialog.getByRole("button", { name: "Run" }).click();
  await seen(dialog.getByRole("alert").getByText("This is not JSON"));
  await dialog.getByLabel("Input").fill('{"email":"eve@example.com","firstName":"Eve","company":"Initech"}');
  await dialog.getByRole("button", { name: "Run" }).click();
  await page.waitForURL("**/executions/*");
  await alive(page);
  await seen(page.locator("header").getByText("Waiting"));
  await seen(page.locator('[data-node="call"][data-status="waiting"]'));
});

Deno.test("/inbox is answered by keyboard alone, and the execution goes on", free, async () => {
  const { page } = house.owner;
  await house.server.hook("calls", { email: "max@example.com", firstName: "Max", company: "Acme" });
  await go(page, "/inbox");
  await seen(page.getByRole("article", { name: "Call Max" }));
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  const focused = page.locator(":focus");
  await seen(focused.getByRole("heading", { name: "Call Max" }));
  await page.keyboard.press("2");
  assert.equal(await focused.innerText().then((text) => text.includes("Not now")), true);
  await page.keyboard.press("Enter");
  await seen(page.getByText("Call Max — Not now").first());
  await page.getByRole("link", { name: "See it" }).focus();
  await page.keyboard.press("Enter");
  await page.waitForURL("**/executions/*");
  await seen(page.locator("header").getByText("Completed"));
  await seen(page.locator("#step").getByText("Not now").first());
});

Deno.test(
  "/executions: filters stand in the address; new ones gather; j and Enter open one",
  free,
  async () => {
    const { page } = house.owner;
    const longId = await house.server.publish(LONG);
    const waiting = await house.server.hook("long", { email: "kim@example.com", firstName: "Kim" });
    await go(page, "/executions");
    await seen(page.getByText("Live", { exact: true }));
    const rows = page.getByRole("row");
    await seen(rows.filter({ hasText: "Kim" }));
    await page.getByLabel("Status").selectOption("completed");
    await page.getByRole("button", { name: "Filter" }).click();
    await page.waitForURL("**status=completed**");
    await alive(page);
    await seen(rows.filter({ hasText: "Max" }));
    assert.equal(await rows.filter({ hasText: "Kim" }).count(), 0);

    await page.getByText("More filters").click();
    await page.getByLabel("Status").selectOption("");
    await page.getByLabel("Workflow").selectOption(longId);
    await page.getByRole("button", { name: "Filter" }).click();
    await page.waitForURL(`**workflowId=${longId}**`);
    await alive(page);
    assert.equal(await rows.filter({ hasText: "Calls" }).count(), 0);
    await seen(page.getByText("Live", { exact: true }));
    await house.server.hook("long", { email: "lou@example.com", firstName: "Lou" });
    await page.getByRole("button", { name: "1 new" }).click();
    await seen(rows.filter({ hasText: "Lou" }));

    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.waitForURL(`**/executions/${waiting}`);
    await go(page, "/executions?status=nonsense");
    await seen(page.getByRole("alert").getByText("nonsense"));
  },
);

Deno.test("/executions/:id is cancelled with a reason, and says by whom", free, async () => {
  const { page } = house.owner;
  const id = await house.server.hook("long", { email: "kay@example.com", firstName: "Kay" });
  await go(page, `/executions/${id}`);
  await seen(page.locator("header").getByText("Waiting"));
  await page.getByRole("button", { name: "Cancel" }).click();
  const dialog = page.getByRole("dialog", { name: "Cancel this execution?" });
  await dialog.getByRole("button", { name: "Keep it running" }).click();
  await dialog.waitFor({ state: "hidden" });
  await page.getByRole("button", { name: "Cancel" }).click();
  await dialog.getByLabel("Reason").fill("wrong lead");
  await page.keyboard.press("Enter");
  await seen(page.locator("header").getByText("Cancelled"));
  await seen(page.locator("header").getByText(/Ann Lee.*wrong lead/));
  assert.equal(await page.getByRole("button", { name: "Cancel" }).count(), 0);
});

Deno.test(
  "/workflow deletes: unsettled executions are named first, then cancelled with it",
  free,
  async () => {
    const { page } = house.owner;
    const id = await house.server.hook("long", { email: "sam@example.com", firstName: "Sam" });
    await go(page, "/workflow");
    await page.getByRole("button", { name: "More for Long wait" }).click();
    await page.getByRole("button", { name: "Delete" }).click();
    const dialog = page.getByRole("dialog", { name: "Delete Long wait?" });
    await dialog.getByRole("button", { name: "Delete" }).click();
    await seen(dialog.getByRole("alert").getByText(/\d+ .*execution/));
    house.owner.foresee("status of 409");
    await dialog.getByRole("button", { name: "Cancel them and delete" }).click();
    await dialog.waitFor({ state: "hidden" });
    assert.equal(await page.getByRole("row").filter({ hasText: "Long wait" }).count(), 0);
    await go(page, `/executions/${id}`);
    await seen(page.locator("header").getByText("Cancelled"));
  },
);

Deno.test("signing out ends the session; signing in leads back to the page asked for", free, async () => {
  await using stranger = await openWindow(house.browser, house.server);
  const { page } = stranger;
  await page.goto("/executions?status=completed");
  await page.waitForURL("**/login?next=**");
  await page.getByLabel("E-mail").fill("owner@example.com");
  await page.getByLabel("Password").fill("not the password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await seen(page.getByRole("alert"));
  stranger.foresee("status of 4");
  await page.getByLabel("Password").fill("correct horse battery");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/executions?status=completed");
  await alive(page);
  await page.getByText("Ann Lee").first().click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL("**/login**");
  await page.goto("/executions");
  await page.waitForURL("**/login?next=**");
});
