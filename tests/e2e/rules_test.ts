/** Enrolment and limits as people meet them: sentences, a dialog, refusals with their reasons, a place in the queue. */
import assert from "node:assert/strict";
import { createOwner, go, openBrowser, openWindow, seen, signIn } from "../helpers/browser.ts";
import { picture, serious } from "../helpers/looks.ts";
import { startServer } from "../helpers/server.ts";
import type { Server } from "../helpers/server.ts";
import { saved } from "./editor_hands.ts";
import { CALL_NODE, flow, hookNode, MAIL_NODE } from "./flows.ts";

const free = { sanitizeOps: false, sanitizeResources: false };

interface Answered {
  status: number;
  executionId: string;
  enrolled?: boolean;
  reason?: { code: string; text: string };
}

async function post(
  server: Server,
  lead: { [field: string]: string },
  key?: string,
  path = "rules",
): Promise<Answered> {
  const response = await fetch(`${server.url}/hooks/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(key ? { "idempotency-key": key } : {}) },
    body: JSON.stringify(lead),
  });
  return { status: response.status, ...await response.json() };
}

const ANN = { email: "ann@example.com", firstName: "Ann" };

Deno.test(
  "rules are read, changed, published and felt by leads, callers and whoever runs by hand",
  free,
  async () => {
    await using server = await startServer();
    const browser = await openBrowser();
    try {
      const { id } = await server.api(
        "POST",
        "/api/workflow",
        flow("Welcome calls", [hookNode("rules"), CALL_NODE], [["hook", "call"]]),
      ) as { id: string };
      await using person = await openWindow(browser, server);
      const { page } = person;
      await createOwner(page, server);
      await go(page, `/workflow/${id}`);
      await seen(page.getByText("A lead enters every time it is triggered."));
      await seen(page.getByText("Any number of executions at once."));

      await page.getByRole("button", { name: "Change …" }).click();
      const dialog = page.getByRole("dialog", { name: "Rules" });
      await dialog.getByLabel("Once, ever").check();
      await dialog.getByLabel("Executions at once").fill("0");
      person.foresee("422");
      await dialog.getByRole("button", { name: "Save in the draft" }).click();
      await seen(dialog.getByText(/at least 1/));
      assert.equal(await dialog.getByLabel("Executions at once").getAttribute("aria-invalid"), "true");
      await picture(page, "rules-dialog-light-1280");
      assert.deepEqual(await serious(page), []);
      await dialog.getByLabel("Executions at once").fill("1");
      await dialog.getByRole("button", { name: "Save in the draft" }).click();
      await seen(page.getByText("A lead enters once, ever."));
      await seen(page.getByText("At most 1 execution at once, those that wait included."));
      await server.api("POST", `/api/workflow/${id}/publish`, {});

      const first = await post(server, ANN, "k1");
      assert.equal(first.status, 202);
      const refused = await post(server, ANN);
      assert.deepEqual([refused.status, refused.enrolled, refused.executionId], [
        200,
        false,
        first.executionId,
      ]);
      assert.equal(refused.reason?.code, "enrolled_once");
      assert.deepEqual(await post(server, ANN, "k1"), first, "the same key is the same answer");
      const second = await post(server, { email: "other@example.com", firstName: "Lee" });
      assert.equal(second.status, 202);

      await go(page, `/executions/${second.executionId}`);
      await seen(page.getByText(/next in line \(limit 1 at once\)/).first());
      await picture(page, "rules-queued-light-1280");
      assert.deepEqual(await serious(page), []);

      await go(page, `/workflow/${id}`);
      await seen(page.getByRole("heading", { name: "Who was not enrolled, and why" }));
      await seen(page.getByText(/the workflow takes each lead once/).first());
      await picture(page, "rules-page-light-1280");
      assert.deepEqual(await serious(page), []);
      await page.getByRole("button", { name: "Run", exact: true }).click();
      const run = page.getByRole("dialog");
      await run.getByLabel("Input").fill(JSON.stringify(ANN));
      await run.getByRole("button", { name: "Run" }).click();
      await seen(run.getByText("Not started: the lead may not enter now"));
      await picture(page, "rules-run-light-1280");
      assert.equal(
        await run.getByRole("link", { name: "That execution" }).getAttribute("href"),
        `/executions/${first.executionId}`,
      );

      // Its turn comes without a reload, once the other has left.
      await go(page, `/executions/${second.executionId}`);
      await server.api("POST", `/api/monitoring/executions/${first.executionId}/cancel`, {});
      await seen(page.getByText("for a person: Call Lee").first());

      await using phone = await openWindow(browser, server, {
        viewport: { width: 360, height: 740 },
        colorScheme: "dark",
      });
      await signIn(phone.page);
      await go(phone.page, `/workflow/${id}`);
      await phone.page.getByRole("button", { name: "Show details" }).click();
      await seen(phone.page.getByText("A lead enters once, ever."));
      await picture(phone.page, "rules-page-dark-360");
      assert.deepEqual(await serious(phone.page), []);
      assert.equal(await phone.page.evaluate(() => document.documentElement.scrollWidth), 360);
      await phone.page.getByRole("button", { name: "Change …" }).click();
      await seen(phone.page.getByLabel("Executions at once"));
      await picture(phone.page, "rules-dialog-dark-360");
      assert.deepEqual(await serious(phone.page), []);
    } finally {
      await browser.close();
    }
  },
);

const ACME = { email: "bob@example.com", firstName: "Bob", company: "Acme" };

Deno.test("rates, the send window, goals and exits are set in the dialog, and felt", free, async () => {
  await using server = await startServer();
  const browser = await openBrowser();
  try {
    const draft = flow("Paced mails", [hookNode("paced"), MAIL_NODE], [["hook", "mail"]]);
    const { id } = await server.api("POST", "/api/workflow", draft) as { id: string };
    await using person = await openWindow(browser, server);
    const { page } = person;
    await createOwner(page, server);
    await go(page, `/workflow/${id}`);
    await page.getByRole("button", { name: "Change …" }).click();
    const dialog = page.getByRole("dialog", { name: "Rules" });
    const save = dialog.getByRole("button", { name: "Save in the draft" });

    await dialog.getByRole("button", { name: "Add a rate" }).click();
    const rate = dialog.getByRole("group", { name: "rate 1" });
    await rate.getByLabel("At most").fill("0");
    await rate.getByLabel("Unit").selectOption("hours");
    await rate.getByLabel("For each value of a key").check();
    await rate.getByLabel("Key", { exact: true }).fill("{{ lead.company");
    await dialog.getByLabel("Only in a send window").check();
    await dialog.getByLabel("From").fill("9 am");
    await dialog.getByRole("button", { name: "Add a goal" }).click();
    const goal = dialog.getByRole("group", { name: "goal 1" });
    await goal.getByLabel("Name").fill("Customer");
    await dialog.getByRole("button", { name: "Add an exit" }).click();
    const exit = dialog.getByRole("group", { name: "exit 1" });
    await exit.getByLabel("Name").fill("Lost");
    await exit.getByLabel("When this signal comes").fill("Deal Lost");
    person.foresee("422");
    await save.click();
    await seen(rate.getByText(/at least 1/));
    await seen(dialog.getByText(/a time such as 09:00/));
    await seen(goal.getByText(/a signal, a condition, or both/));
    await seen(exit.getByText(/lower-case words joined by dots/));
    await seen(dialog.getByText("4 things are not accepted"));
    assert.equal(await rate.getByLabel("At most").getAttribute("aria-invalid"), "true");
    await picture(page, "rules-rates-problems-1280");
    assert.deepEqual(await serious(page), []);

    await rate.getByLabel("At most").fill("1");
    await dialog.getByLabel("From").fill("00:00");
    await dialog.getByLabel("To", { exact: true }).fill("24:00");
    for (const day of ["Sat", "Sun"]) await dialog.getByLabel(day).check();
    await exit.getByLabel("When this signal comes").fill("deal.lost");
    await goal.getByRole("button", { name: "Add a condition" }).click();
    await goal.getByLabel("Field").fill("lead.score");
    await goal.getByLabel("How").selectOption("gte");
    await goal.getByLabel("Value").fill("many");
    person.foresee("422");
    await save.click();
    await seen(rate.getByText(/a template such as/));
    await seen(goal.getByText(/gte takes a number/));

    await rate.getByLabel("Key", { exact: true }).fill("{{ lead.company }}");
    await goal.getByLabel("Value").fill("90");
    await picture(page, "rules-rates-dialog-1280");
    await save.click();
    await seen(page.getByText("At most 1 an hour for each lead.company."));
    await seen(page.getByText(/Reaches people Every day, all day in the lead's zone\./));
    await seen(page.getByText("Goal “Customer”: completed when score ≥ 90."));
    await seen(page.getByText("Exit “Lost”: cancelled when deal.lost comes."));
    await picture(page, "rules-rates-panel-1280");
    assert.deepEqual(await serious(page), []);
    await saved(page);
    await server.api("POST", `/api/workflow/${id}/publish`, {});

    await post(server, { ...ACME, email: "ann@example.com" }, "k1", "paced");
    const { executionId } = await post(server, ACME, "k2", "paced");
    await go(page, `/executions/${executionId}`);
    await seen(page.getByText(/1 an hour for Acme, about /).first());
    await seen(page.getByText(/1 an hour for Acme, until /).first());
    await picture(page, "rules-rates-held-1280");
    assert.deepEqual(await serious(page), []);
    // An exit reaches it in the middle of that wait.
    const { items } = await server.api("GET", "/api/leads?q=bob@example.com") as { items: { id: string }[] };
    await server.api("POST", `/api/leads/${items[0]?.id}/signals`, { type: "deal.lost" });
    await seen(page.getByText(/Lost/).first());

    await go(page, `/workflow/${id}`);
    await page.getByRole("button", { name: "Change …" }).click();
    await page.setViewportSize({ width: 360, height: 740 });
    await page.emulateMedia({ colorScheme: "dark" });
    await seen(rate.getByLabel("At most"));
    await picture(page, "rules-rates-dialog-dark-360");
    assert.deepEqual(await serious(page), []);
    assert.equal(await dialog.evaluate((element) => element.scrollWidth > element.clientWidth), false);
  } finally {
    await browser.close();
  }
});
