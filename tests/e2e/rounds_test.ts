/** A loop whose round failed, gone on with in a real browser. */
import assert from "node:assert/strict";
import { createOwner, go, openBrowser, openWindow, seen } from "../helpers/browser.ts";
import { startServer, textOf } from "../helpers/server.ts";
import { flow, hookNode } from "./flows.ts";

Deno.test(
  "/executions/:id of a loop that failed: Retry goes on with the round that failed and the one that was stopped",
  { sanitizeOps: false, sanitizeResources: false },
  async () => {
    await using server = await startServer();
    const browser = await openBrowser();
    try {
      await using person = await openWindow(browser, server);
      const { page } = person;
      await createOwner(page, server);
      const called = flow(
        "Called",
        [["start", "trigger_manual", "Start", {}], ["text", "set", "Text", {
          fields: [{ name: "text", value: "called" }],
        }]],
        [["start", "text"]],
      );
      // Nothing is live yet: the round that calls it fails.
      const id = textOf(await server.api("POST", "/api/workflow", called), "id");
      await server.publish(flow(
        "Contacts",
        [
          hookNode("contacts"),
          ["each", "for_each", "Each contact", { items: "{{ trigger.body.list }}", concurrency: 2 }],
          ["which", "condition", "Is a company", {
            all: [{ field: "steps.each.output.item", op: "eq", value: "company" }],
          }],
          ["ask", "task", "Ask the person", { title: "Ask", outcomes: ["Yes", "No"] }],
          ["call", "sub_workflow", "Call the other", { workflowId: id, wait: true }],
        ],
        [["hook", "each"], ["each", "which", "each"], ["which", "call", "true"], ["which", "ask", "false"]],
      ));
      const executionId = await server.hook("contacts", { list: ["person", "company"] });
      await go(page, `/executions/${executionId}`);
      await seen(
        page.getByText("Round 2 of 2 did not complete; Retry goes on with all that have not").first(),
      );
      await server.api("POST", `/api/workflow/${id}/publish`, {});
      await page.getByRole("button", { name: "Retry failed steps" }).click();
      await seen(page.getByText("2 of 2 rounds go on").first());
      await go(page, "/inbox");
      await page.getByRole("button", { name: "Yes", exact: true }).click();
      await go(page, `/executions/${executionId}`);
      await seen(page.getByText("2 rounds done").first());
    } finally {
      await browser.close();
    }
  },
);

Deno.test(
  "/executions/:id of a round that a person cancelled offers Retry, which brings it back; one that was stopped does not",
  { sanitizeOps: false, sanitizeResources: false },
  async () => {
    await using server = await startServer();
    const browser = await openBrowser();
    try {
      await using person = await openWindow(browser, server);
      const { page } = person;
      await createOwner(page, server);
      await server.publish(flow(
        "Contacts",
        [
          hookNode("contacts"),
          ["each", "for_each", "Each contact", { items: "{{ trigger.body.list }}", concurrency: 2 }],
          ["ask", "task", "Ask", { title: "Ask {{ steps.each.output.item }}", outcomes: ["Yes", "No"] }],
        ],
        [["hook", "each"], ["each", "ask", "each"]],
      ));
      const id = await server.hook("contacts", { list: ["a", "b"] });
      await go(page, `/executions/${id}`);
      await seen(page.getByText("0 of 2 rounds done").or(page.getByText("2 rounds")).first());
      const { items } = await server.api("GET", `/api/monitoring/executions?parentId=${id}`) as {
        items: { id: string; parent: { index: number } }[];
      };
      const [first, second] = [0, 1].map((index) => items.find(({ parent }) => parent.index === index)?.id);
      await go(page, `/executions/${second}`);
      await page.getByRole("button", { name: "Cancel …" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Cancel execution" }).click();
      await seen(page.getByText("Cancelled by Ann Lee").first());
      await go(page, `/executions/${id}`);
      await seen(page.getByText("Round 2 of 2 was cancelled by Ann Lee; Retry goes on without it").first());
      await go(page, `/executions/${first}`);
      await seen(page.getByRole("heading", { name: "Contacts" }));
      assert.equal(await page.getByRole("button", { name: /^Retry/ }).count(), 0);
      await go(page, `/executions/${second}`);
      await page.getByRole("button", { name: "Retry", exact: true }).click();
      await seen(page.getByText(/Waiting/).first());
      // A page of what has ended follows nothing: it is opened once the loop has heard of it.
      const parent = page.getByRole("link", { name: `…${id.slice(-6)}` });
      await page.waitForFunction(
        async (path) => (await (await fetch(path)).json()).status === "waiting",
        `/api/monitoring/executions/${id}`,
      );
      await parent.click();
      await seen(page.getByText("2 of 2 rounds go on").first());
    } finally {
      await browser.close();
    }
  },
);
