/** The dashboard and the list behind its figures, as a person uses them. */
import assert from "node:assert/strict";
import { alive, go, markDocument, notReloaded, openWindow, seen, signIn } from "../helpers/browser.ts";
import { free, oneHouse } from "../helpers/one_house.ts";
import { flow, hookNode, waitNode } from "./flows.ts";

const REFUSED = /ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET/;

const house = oneHouse();

const LONG = flow("Long wait", [hookNode("long"), waitNode(3_600)], [["hook", "pause"]]);
const REFUSING = flow("Asks nobody", [
  hookNode("refused"),
  ["ask", "api", "Ask", { method: "GET", url: "http://127.0.0.1:9/{{ trigger.body.word }}" }],
], [["hook", "ask"]]);

Deno.test(
  "/ leads through the first steps, and shows figures once something has run, live",
  free,
  async () => {
    const { page } = house.owner;
    await go(page, "/");
    await seen(page.getByRole("heading", { name: "First steps" }));
    await house.server.publish(LONG);
    await house.server.hook("long", { email: "kim@example.com", firstName: "Kim" });
    await go(page, "/");
    const started = page.getByRole("link", { name: /^Executions 1 started/ });
    await seen(started);
    await seen(page.getByRole("link", { name: /^Active now 1 / }));
    await seen(page.getByText("Live", { exact: true }));
    await markDocument(page);
    await house.server.hook("long", { email: "lou@example.com", firstName: "Lou" });
    await seen(page.getByRole("link", { name: /^Executions 2 started/ }));
    await seen(page.getByRole("row").filter({ hasText: "Long wait" }).getByRole("link", { name: "2" }));
    await notReloaded(page);
    await page.getByRole("link", { name: /^Active now 2 / }).click();
    await page.waitForURL("**/executions?status=active**");
    assert.equal(await page.getByRole("row").filter({ hasText: "Long wait" }).count(), 2);
  },
);

Deno.test("/ leads from a failure's cause to exactly those executions", free, async () => {
  const { page } = house.owner;
  await house.server.publish(REFUSING);
  const ids = [
    await house.server.hook("refused", { word: "needle" }),
    await house.server.hook("refused", { word: "hay" }),
  ];
  for (const id of ids) assert.equal(await house.server.settled(id), "failed");
  await go(page, "/?range=1h");
  const cause = page.getByRole("region", { name: "Failures by cause" }).getByRole("listitem").getByRole(
    "link",
  );
  await seen(cause.filter({ hasText: "127.0.0.1" }));
  assert.match(await cause.innerText(), /\b2\b/);
  await cause.click();
  await page.waitForURL("**/executions?**error=**");
  await alive(page);
  const rows = page.getByRole("row").filter({ hasText: "Asks nobody" });
  assert.equal(await rows.count(), 2);
  await page.getByLabel("Search").fill("needle");
  await page.getByRole("button", { name: "Filter" }).click();
  await page.waitForURL("**q=needle**");
  await alive(page);
  assert.equal(await rows.count(), 1);
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Export as CSV" }).click(),
  ]);
  assert.equal(file.suggestedFilename(), "executions.csv");
  const lines = (await Deno.readTextFile(await file.path())).trim().split("\r\n");
  assert.deepEqual(lines.slice(1).map((line) => line.split(",")[0]), [ids[0]]);
});

Deno.test("/ tells the values of a chart by keys and pointer, and looks closer at a part", free, async () => {
  const { page } = house.owner;
  await go(page, "/?range=24h");
  const chart = page.getByRole("slider", { name: "Executions over time" });
  await chart.focus();
  await page.keyboard.press("End");
  await seen(page.getByText(/^\w{3} \d+ \w{3}, \d\d:\d\d–\d\d:\d\d$/).first());
  assert.match(await chart.getAttribute("aria-valuetext") ?? "", /: Completed 0, Failed 2$/);
  await page.keyboard.press("Escape");
  assert.equal(await chart.getAttribute("aria-valuetext"), "Arrow keys tell the values");

  const field = await chart.locator(".chart-field").boundingBox();
  assert.ok(field);
  const y = field.y + field.height / 2;
  await page.mouse.move(field.x + field.width * 0.5, y);
  await seen(chart.getByText("Completed"));
  await page.mouse.down();
  await page.mouse.move(field.x + field.width * 0.8, y, { steps: 4 });
  await seen(chart.locator(".chart-chosen"));
  await page.mouse.up();
  await page.waitForURL("**/?from=**&to=**");
  await alive(page);
  await seen(page.getByLabel(/^From \(Europe\/Zurich\)/));

  await go(page, "/?range=24h");
  await chart.focus();
  await page.keyboard.press("End");
  await page.keyboard.press("Shift+ArrowLeft");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/?from=**&to=**");
  const { searchParams } = new URL(page.url());
  const chosen = Date.parse(searchParams.get("to") ?? "") - Date.parse(searchParams.get("from") ?? "");
  assert.equal(chosen, 2 * 3_600_000);
});

Deno.test(
  "Funnel() counts where those of one workflow stand, live; each number leads to these",
  free,
  async () => {
    const { page } = house.owner;
    await go(page, "/");
    await page.locator("#dashboard-workflow").selectOption({ label: "Long wait" });
    await page.waitForURL("**workflowId=**");
    await alive(page);
    const row = page.getByRole("table", { name: "Funnel" }).getByRole("row").filter({
      hasText: "Take a breath",
    });
    await seen(row.getByText("100 %"));
    const before = Number(await row.getByRole("cell").first().innerText());
    await markDocument(page);
    await house.server.hook("long", { email: "zoe@example.com", firstName: "Zoe" });
    const numbers = row.getByRole("link", { name: String(before + 1), exact: true });
    await seen(numbers.first());
    await notReloaded(page);
    await numbers.last().click();
    await page.waitForURL("**nodeStatus=waiting**");
    assert.equal(await page.getByRole("row").filter({ hasText: "Long wait" }).count(), before + 1);
  },
);

Deno.test("/ keeps time and workflow in the address", free, async () => {
  const { page } = house.owner;
  await go(page, "/?range=7d");
  await page.locator("#dashboard-workflow").selectOption({ label: "Asks nobody" });
  await page.waitForURL("**range=7d&workflowId=**");
  await alive(page);
  await seen(page.getByRole("link", { name: /^Executions 2 started/ }));
  await page.getByRole("link", { name: "1 h", exact: true }).click();
  await page.waitForURL("**range=1h&workflowId=**");
  await alive(page);
  await page.getByText("Other time").click();
  await page.getByLabel(/^From/).fill("2020-01-01T00:00");
  await page.getByLabel(/^To/).fill("2020-01-02T00:00");
  await page.getByRole("button", { name: "Show" }).click();
  await page.waitForURL("**from=2020-01-01T00**");
  await alive(page);
  await seen(page.getByText("Nothing ran in this time."));
});

Deno.test("/ without scripts has figures, charts and tables, by the clock that was told", free, async () => {
  await using plain = await openWindow(house.browser, house.server, { javaScriptEnabled: true });
  await signIn(plain.page);
  const cookies = await plain.page.context().cookies();
  await using silent = await openWindow(house.browser, house.server, { javaScriptEnabled: false });
  await silent.page.context().addCookies(cookies);
  const { page } = silent;
  await page.goto("/?range=24h");
  await seen(page.getByRole("link", { name: /^Executions 5 started/ }));
  assert.ok(await page.locator("path.chart-line").count() >= 4);
  await page.getByRole("region", { name: "Executions over time" }).getByText("As a table").click();
  const table = page.getByRole("table", { name: "Executions over time" });
  await seen(table.getByRole("link", { name: "2", exact: true }).first());
  await page.locator("#dashboard-workflow").selectOption({ label: "Long wait" });
  await page.getByRole("button", { name: "Show" }).first().click();
  await page.waitForURL("**workflowId=**");
  await seen(page.getByRole("link", { name: /^Executions 3 started/ }));
});

Deno.test("/executions/:id: its lines are searched, its address is copied with the step", free, async () => {
  const { page } = house.owner;
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await house.server.publish(flow("Steps", [
    hookNode("steps"),
    ["first", "set", "Greeting", { fields: [{ name: "word", value: "hello" }] }],
    ["second", "set", "Farewell", { fields: [{ name: "word", value: "bye" }] }],
    waitNode(1),
  ], [["hook", "first"], ["first", "second"], ["second", "pause"]]));
  const id = await house.server.hook("steps", { email: "kim@example.com" });
  assert.equal(await house.server.settled(id), "completed");
  await go(page, `/executions/${id}`);
  await seen(page.getByText(/^\d+ events$/));
  const lines = page.locator("[data-event]");
  const all = await lines.count();
  await page.getByRole("searchbox", { name: "Search the timeline" }).fill("farewell");
  await seen(page.getByText(`1 of ${all} lines`));
  await lines.filter({ hasText: "Farewell" }).getByRole("link").click();
  await page.getByRole("button", { name: "Copy link" }).click();
  await page.waitForFunction(async () => (await navigator.clipboard.readText()).endsWith("?step=second"));
  assert.equal(
    await page.evaluate(() => navigator.clipboard.readText()),
    `${house.server.url}/executions/${id}?step=second`,
  );
  await go(page, `/executions/${id}?step=second`);
  await seen(page.locator("#step").getByRole("heading", { name: "Farewell" }));
});

Deno.test("/ says when the server is gone, and goes on when it is back", free, async () => {
  const { page } = house.owner;
  await go(page, "/?range=1h");
  await seen(page.getByText("Live", { exact: true }));
  await markDocument(page);
  await house.server.stop();
  await seen(page.getByText("Connection lost"));
  await house.server.start();
  await seen(page.getByText("Live", { exact: true }));
  await notReloaded(page);
  house.owner.forgive(REFUSED);
});
