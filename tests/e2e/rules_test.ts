/** Enrolment and limits as people meet them: sentences, a dialog, refusals with their reasons, a place in the queue. */
import assert from "node:assert/strict";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { createOwner, go, openBrowser, openWindow, seen, signIn } from "../helpers/browser.ts";
import { startServer } from "../helpers/server.ts";
import type { Server } from "../helpers/server.ts";
import { CALL_NODE, flow, hookNode } from "./flows.ts";

const free = { sanitizeOps: false, sanitizeResources: false };

async function serious(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: typeof import("axe-core") };
    const { violations } = await axe.run(document, { resultTypes: ["violations"] });
    return violations.filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
  });
}

interface Answered {
  status: number;
  executionId: string;
  enrolled?: boolean;
  reason?: { code: string; text: string };
}

async function post(server: Server, lead: { [field: string]: string }, key?: string): Promise<Answered> {
  const response = await fetch(`${server.url}/hooks/rules`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(key ? { "idempotency-key": key } : {}) },
    body: JSON.stringify(lead),
  });
  return { status: response.status, ...await response.json() };
}

/** The page as it looks, where a folder for pictures is named. */
async function picture(page: Page, name: string): Promise<void> {
  const folder = Deno.env.get("LEADFLOW_TEST_PICTURES");
  if (folder) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
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
      await picture(page, "dialog-light-1280");
      assert.deepEqual(await serious(page), []);
      await dialog.getByLabel("Executions at once").fill("1");
      await dialog.getByRole("button", { name: "Save in the draft" }).click();
      await seen(page.getByText("A lead enters once, ever."));
      await seen(page.getByText("At most 1 execution at once, those that wait included."));
      await page.getByRole("button", { name: "Publish" }).click();
      await seen(page.getByText(/v1/).first());

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
      await picture(page, "queued-light-1280");
      assert.deepEqual(await serious(page), []);

      await go(page, `/workflow/${id}`);
      await seen(page.getByRole("heading", { name: "Who was not enrolled, and why" }));
      await seen(page.getByText(/the workflow takes each lead once/).first());
      await picture(page, "page-light-1280");
      assert.deepEqual(await serious(page), []);
      await page.getByRole("button", { name: "Run", exact: true }).click();
      const run = page.getByRole("dialog");
      await run.getByLabel("Input").fill(JSON.stringify(ANN));
      await run.getByRole("button", { name: "Run" }).click();
      await seen(run.getByText("Not started: the lead may not enter now"));
      await picture(page, "run-light-1280");
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
      await seen(phone.page.getByText("A lead enters once, ever."));
      await picture(phone.page, "page-dark-360");
      assert.deepEqual(await serious(phone.page), []);
      assert.equal(await phone.page.evaluate(() => document.documentElement.scrollWidth), 360);
      await phone.page.getByRole("button", { name: "Change …" }).click();
      await seen(phone.page.getByLabel("Executions at once"));
      await picture(phone.page, "dialog-dark-360");
      assert.deepEqual(await serious(phone.page), []);
    } finally {
      await browser.close();
    }
  },
);
