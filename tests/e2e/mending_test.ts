/** Mending in a real browser: replay from a step, with an edited input; act on all that a filter finds. */
import assert from "node:assert/strict";
import type { Locator } from "playwright-core";
import { go, gone, seen } from "../helpers/browser.ts";
import { pictures } from "../helpers/looks.ts";
import { free, oneHouse } from "../helpers/one_house.ts";
import { textOf } from "../helpers/server.ts";
import { flow, hookNode } from "./flows.ts";

/** A host that no test may reach: the egress refuses it at once. */
const REFUSED = "http://127.0.0.1:9/nothing";

const house = oneHouse();

const greeting = (field: string): readonly [string, string, string, Record<string, unknown>] => [
  "greet",
  "set",
  "Greeting",
  { fields: [{ name: "text", value: `Hello {{ trigger.body.${field} }}` }] },
];
const task = ["call", "task", "Call the lead", {
  title: "Call",
  outcomes: ["Reached", "Not reached"],
}] as const;

/** Waits until one of the texts is there. */
async function option(select: Locator, text: RegExp): Promise<string> {
  const found = select.locator("option").filter({ hasText: text });
  await found.waitFor({ state: "attached" });
  return await found.getAttribute("value") ?? "";
}

Deno.test(
  "/executions/:id replays from a step: what is taken over is told, linked both ways",
  free,
  async () => {
    const { page } = house.owner;
    await house.server.publish(
      flow("Greetings", [hookNode("greet"), greeting("name"), task], [["hook", "greet"], ["greet", "call"]]),
    );
    const first = await house.server.hook("greet", { name: "Ann" });
    await go(page, `/executions/${first}`);
    await page.getByRole("button", { name: "Replay …" }).click();
    const dialog = page.getByRole("dialog", { name: "Replay Greetings" });
    await seen(dialog.getByText("Runs: Webhook, Greeting, Call the lead"));
    await dialog.getByLabel("From").selectOption(
      await option(dialog.getByLabel("From"), /Call the lead — waiting/),
    );
    await seen(dialog.getByText("Taken over: Webhook, Greeting"));
    await pictures(page, "replay-dialog");
    await dialog.getByRole("button", { name: "Replay", exact: true }).click();
    await page.waitForURL((url) => url.pathname.startsWith("/executions/") && !url.pathname.endsWith(first));

    await seen(page.getByText("Replay of"));
    await page.locator('a[href="?step=greet#step"]').first().click();
    await seen(page.locator("#step").getByText(`Taken over from …${first.slice(-6)}`));
    await pictures(page, "replay-page");
    await page.getByRole("link", { name: `…${first.slice(-6)}` }).click();
    await page.waitForURL(`**/executions/${first}`);
    await seen(page.getByText("Replayed as"));
  },
);

Deno.test("a replay's input is refused beside its field, and an edited one is used", free, async () => {
  const { page } = house.owner;
  await house.server.publish(flow("Inputs", [hookNode("inputs"), greeting("name")], [["hook", "greet"]]));
  const first = await house.server.hook("inputs", { name: "Ann" });
  await go(page, `/executions/${first}?step=greet`);
  await page.getByRole("button", { name: "Replay from here …" }).click();
  const dialog = page.getByRole("dialog", { name: "Replay Inputs" });
  assert.equal(await dialog.getByLabel("From").inputValue(), "greet");
  await dialog.getByLabel("Input").fill('{ "name": ');
  await dialog.getByRole("button", { name: "Replay", exact: true }).click();
  await seen(dialog.locator("#replay-input-error", { hasText: "This is not JSON" }));
  await pictures(page, "replay-refused");
  await dialog.getByLabel("Input").fill('{ "name": "Ann Lee" }');
  await dialog.getByRole("button", { name: "Replay", exact: true }).click();
  await page.waitForURL((url) => !url.pathname.endsWith(first));
  await go(page, `${new URL(page.url()).pathname}?step=greet`);
  await seen(page.getByRole("region", { name: "Output" }).getByText('"Hello Ann Lee"'));
});

Deno.test(
  "a replay that a newer version cannot map says so beside the version, and cannot be sent",
  free,
  async () => {
    const { page } = house.owner;
    const id = await house.server.publish(
      flow("Versions", [hookNode("versions"), greeting("name"), task], [["hook", "greet"], [
        "greet",
        "call",
      ]]),
    );
    const first = await house.server.hook("versions", { name: "Ann" });
    const { revision } = await house.server.api("GET", `/api/workflow/${id}`) as { revision: number };
    const changed = flow("Versions", [
      hookNode("versions"),
      [...greeting("name")].with(0, "hello") as never,
      task,
    ], [
      ["hook", "hello"],
      ["hello", "call"],
    ]);
    const put = await fetch(`${house.server.url}/api/workflow/${id}`, {
      method: "PUT",
      headers: {
        "if-match": `"${revision}"`,
        "content-type": "application/json",
        cookie: (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join("; "),
        "sec-fetch-site": "same-origin",
      },
      body: JSON.stringify(changed),
    });
    assert.ok(put.ok, await put.text());
    await house.server.api("POST", `/api/workflow/${id}/publish`, {});
    await go(page, `/executions/${first}?step=call`);
    await page.getByRole("button", { name: "Replay from here …" }).click();
    const dialog = page.getByRole("dialog", { name: "Replay Versions" });
    await seen(dialog.getByText("Taken over: Webhook, Greeting"));
    house.owner.foresee("status of 422");
    await dialog.getByLabel("Version").selectOption("latest");
    await seen(dialog.locator("#replay-version-error", { hasText: "did not run before" }));
    assert.ok(await dialog.getByRole("button", { name: "Replay", exact: true }).isDisabled());
    await dialog.getByLabel("Version").selectOption("same");
    await seen(dialog.getByText("Taken over: Webhook, Greeting"));
  },
);

Deno.test(
  "/executions acts on all that match: the count first, then live, and it can be stopped",
  free,
  async () => {
    const { page } = house.owner;
    const api = ["call", "api", "Call the service", { method: "GET", url: REFUSED }] as const;
    const id = await house.server.publish(flow("Failing", [hookNode("failing"), api], [["hook", "call"]]));
    const all: string[] = [];
    for (let i = 0; i < 37; i++) all.push(await house.server.hook("failing", { i }));
    for (const executionId of all) assert.equal(await house.server.settled(executionId), "failed");

    await go(page, `/executions?workflowId=${id}&status=failed`);
    const bar = page.getByRole("group", { name: "Act on all that match" });
    assert.deepEqual(await bar.getByRole("button").allInnerTexts(), ["Retry …", "Replay …"]);
    await bar.getByRole("button", { name: "Retry …" }).click();
    const dialog = page.getByRole("dialog", { name: "Retry all that match" });
    await seen(dialog.getByText("Retry 37 failed executions of Failing, 10 a second, about 4 s"));
    await pictures(page, "bulk-dialog");
    await dialog.getByRole("button", { name: "Retry 37" }).click();
    const progress = page.getByRole("region", { name: "Bulk action" });
    await seen(progress.getByText(/of 37 retried/));
    await pictures(page, "bulk-progress");
    // It goes on without the page, and a page that comes later shows it.
    await go(page, `/executions?workflowId=${id}`);
    await seen(progress.getByText(/of 37 retried/));
    await seen(progress.getByText("Finished: 37 of 37 retried"));
    await page.getByRole("button", { name: "Dismiss" }).click();
    await gone(progress);

    await go(page, `/executions?workflowId=${id}`);
    await bar.getByRole("button", { name: "Replay …" }).click();
    const again = page.getByRole("dialog", { name: "Replay all that match" });
    await again.getByRole("button", { name: /^Replay 3\d$/ }).click();
    await seen(progress.getByText(/of 3\d replayed/));
    await progress.getByRole("button", { name: "Stop" }).click();
    await seen(progress.getByText(/^Stopped: \d+ of 3\d replayed/));
    await pictures(page, "bulk-stopped");
    const jobs = await house.server.api("GET", "/api/monitoring/bulk") as {
      items: { id: string; status: string }[];
    };
    assert.deepEqual(jobs.items.map(({ status }) => status), ["cancelled", "completed"]);
    assert.equal(
      textOf(await house.server.api("GET", `/api/monitoring/bulk/${jobs.items[0]!.id}`), "by"),
      "Ann Lee",
    );
  },
);
