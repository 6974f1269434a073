/** What a person does in the inspector, by pointer and keys in real Chromium. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { JsonObject } from "../../../engine/schemas/json.ts";
import { gone, openBrowser } from "../../helpers/browser.ts";
import { openInspector, propsFor } from "./inspector_fixture.ts";
import type { PageProps } from "./inspector_page.tsx";

async function withInspector(props: PageProps, act: (page: Page) => Promise<void>): Promise<void> {
  const browser = await openBrowser();
  try {
    await using opened = await openInspector(browser, props);
    await act(opened.page);
  } finally {
    await browser.close();
  }
}

async function configOf(page: Page): Promise<JsonObject> {
  return JSON.parse(await page.evaluate(() => JSON.stringify(inspectorPage.node.data.config)));
}

/** Waits for the config: what is drawn follows what was typed. */
async function becomes(page: Page, config: JsonObject): Promise<void> {
  const wanted = JSON.stringify(config);
  await page.waitForFunction((wanted) => JSON.stringify(inspectorPage.node.data.config) === wanted, wanted)
    .catch(
      async () => assert.deepEqual(await configOf(page), config),
    );
}

/** How many steps of undo the edits so far are. */
async function steps(page: Page): Promise<number> {
  return await page.evaluate(() => new Set(inspectorPage.keys).size);
}

const MAIL = { to: "", subject: "", text: "" };

Deno.test("Inspector() 500 keys without a pause all arrive, in the field and in the document, as one step of undo", async () => {
  await withInspector(propsFor("email", MAIL), async (page) => {
    const text = "Dear Ann, the quick brown fox jumps over the lazy dog. ".repeat(10).slice(0, 500);
    const field = page.getByLabel("Text", { exact: true });
    await field.focus();
    await page.keyboard.type(text, { delay: 0 });
    assert.equal(await field.inputValue(), text);
    await becomes(page, { ...MAIL, text });
    assert.equal(await page.evaluate(() => inspectorPage.keys.length), 500);
    assert.equal(await steps(page), 1);
    // All within one task of the browser: nothing is drawn in between.
    await page.getByLabel("Subject").focus();
    await page.evaluate(() => {
      for (const char of "Hello, how are you?") document.execCommand("insertText", false, char);
    });
    assert.equal(await page.getByLabel("Subject").inputValue(), "Hello, how are you?");
    await becomes(page, { ...MAIL, text, subject: "Hello, how are you?" });
  });
});

Deno.test("Inspector() undo within a field is the browser's own, and the document follows it", async () => {
  await withInspector(propsFor("email", { ...MAIL, subject: "Hello" }), async (page) => {
    const field = page.getByLabel("Subject");
    await field.focus();
    await page.keyboard.press("End");
    await page.keyboard.type(" {{ lead.first");
    await page.keyboard.press("Enter");
    assert.equal(await field.inputValue(), "Hello {{ lead.firstName }}");
    await page.keyboard.press("Control+z");
    await becomes(page, { ...MAIL, subject: "Hello {{ lead.first" });
    await pressUntil(page, "Control+z", "Hello");
    await becomes(page, { ...MAIL, subject: "Hello" });
    await pressUntil(page, "Control+Shift+z", "Hello {{ lead.firstName }}");
    await becomes(page, { ...MAIL, subject: "Hello {{ lead.firstName }}" });
  });
});

/** How many keys one step of undo takes back is the browser's affair, but each has to come and none too many. */
async function pressUntil(page: Page, keys: string, wanted: string): Promise<void> {
  const field = page.getByLabel("Subject");
  for (let i = 0; i < 30 && await field.inputValue() !== wanted; i++) await page.keyboard.press(keys);
  assert.equal(await field.inputValue(), wanted);
}

Deno.test("Inspector() what comes from outside is shown, but never over what is being typed", async () => {
  await withInspector(propsFor("email", { ...MAIL, subject: "Old" }), async (page) => {
    const field = page.getByLabel("Subject");
    const bring = (subject: string): Promise<void> =>
      page.evaluate((subject) => {
        const { node } = inspectorPage;
        const config = { ...node.data.config, subject };
        inspectorPage.show({ node: { ...node, data: { ...node.data, config } } });
      }, subject);
    await bring("New");
    await page.waitForFunction(() =>
      document.querySelector<HTMLInputElement>("[id$=subject]")?.value === "New"
    );
    await field.fill("Mine");
    await bring("Theirs");
    await page.keyboard.type("!");
    assert.equal(await field.inputValue(), "Mine!");
    await becomes(page, { ...MAIL, subject: "Mine!" });
  });
});

Deno.test("TemplateInput() completes variables and filters by keyboard and shows the sample beneath", async () => {
  await withInspector(propsFor("email", MAIL), async (page) => {
    const field = page.getByLabel("Subject");
    await field.focus();
    await page.keyboard.type("Hi {{ firs");
    const list = page.getByRole("listbox");
    await list.waitFor();
    const active = await field.getAttribute("aria-activedescendant");
    assert.equal(await page.locator(`[id="${active}"]`).getAttribute("aria-selected"), "true");
    await page.keyboard.press("Tab");
    assert.equal(await field.inputValue(), "Hi {{ lead.firstName }}");
    await gone(list);
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.type("| upc");
    await page.keyboard.press("Enter");
    assert.equal(await field.inputValue(), "Hi {{ lead.firstName | upcase}}");
    assert.equal(await page.locator("output").first().innerText(), "Hi ANN");
    await field.fill("Hi {{ lead.company }}{{ lead.");
    await page.getByText("A name is expected after the dot").waitFor();
    assert.equal(await field.getAttribute("aria-invalid"), "true");
    await page.keyboard.press("Escape");
    await field.fill("Hi {{ lead.company }}");
    await page.getByText("lead.company is missing on the sample").waitFor();
  });
});

Deno.test("VariablePicker() finds what steps before put out, and types it at the caret", async () => {
  await withInspector(propsFor("email", { ...MAIL, text: "Dear , bye" }), async (page) => {
    const field = page.getByLabel("Text", { exact: true });
    await field.focus();
    await field.evaluate((one: HTMLTextAreaElement) => one.setSelectionRange(5, 5));
    await page.locator(".insp-template-frame", { has: field }).getByRole("button", {
      name: "Insert a variable",
    })
      .click();
    await page.getByLabel("Search variables").fill("revenue");
    assert.deepEqual(await page.getByRole("listbox").getByRole("option").allInnerTexts(), [
      "steps.enrich.output.body.revenue\n1000000",
    ]);
    await page.keyboard.press("Enter");
    await becomes(page, { ...MAIL, text: "Dear {{ steps.enrich.output.body.revenue }}, bye" });
    assert.ok(
      await field.evaluate((one) => one === document.activeElement),
      "the focus is back in the field",
    );
    await page.locator(".insp-template-frame", { has: field }).getByRole("button", {
      name: "Insert a variable",
    })
      .click();
    await page.locator("[aria-label='Search variables']:focus")
      .waitFor();
    await page.keyboard.press("Escape");
    await gone(page.getByLabel("Search variables"));
  });
});

Deno.test("Inspector() an emptied optional field is gone from the document and stays where it is typed", async () => {
  await withInspector(propsFor("email", MAIL), async (page) => {
    await page.getByText("More: Copy to").click();
    const field = page.getByLabel("Copy to").first();
    await field.fill("ann@example.com");
    await becomes(page, { ...MAIL, cc: "ann@example.com" });
    await field.fill("");
    await becomes(page, MAIL);
    assert.ok(await field.isVisible());
    await page.getByLabel("Subject").fill("x");
    await page.getByLabel("Subject").fill("");
    await becomes(page, MAIL);
  });
});

Deno.test("TextRows() Enter begins a row, Backspace ends an empty one, Alt and arrows move it with the focus", async () => {
  await withInspector(propsFor("task", { title: "Call", outcomes: ["Reached"] }), async (page) => {
    const row = (n: number) => page.getByLabel(`Outcomes ${n}`, { exact: true });
    await row(1).focus();
    await page.keyboard.press("Enter");
    await page.keyboard.type("Lost");
    await becomes(page, { title: "Call", outcomes: ["Reached", "Lost"] });
    await page.keyboard.press("Alt+ArrowUp");
    await becomes(page, { title: "Call", outcomes: ["Lost", "Reached"] });
    await page.keyboard.type("!");
    await becomes(page, { title: "Call", outcomes: ["Lost!", "Reached"] });
    await page.getByRole("button", { name: "Add to Outcomes" }).click();
    await page.keyboard.type("Reached");
    await page.getByText('"Reached" is there twice').waitFor();
    for (let i = 0; i < 8; i++) await page.keyboard.press("Backspace");
    await becomes(page, { title: "Call", outcomes: ["Lost!", "Reached"] });
    await page.getByRole("button", { name: "Remove Outcomes Reached" }).click();
    await becomes(page, { title: "Call", outcomes: ["Lost!"] });
    assert.equal(await page.locator(".insp-ways li").allInnerTexts().then((all) => all.length), 1);
  });
});

Deno.test("ObjectsControl() names and values are added, filled and removed; the values are templates", async () => {
  const base = { method: "GET", url: "https://api.example.com/" };
  await withInspector(propsFor("api", base), async (page) => {
    await page.getByText("More: Body, Sign-in").waitFor();
    await page.getByRole("button", { name: "Add to Headers" }).click();
    await page.getByLabel("Headers 1: name").and(page.locator(":focus")).waitFor();
    await page.keyboard.type("x-who");
    await page.keyboard.press("Tab");
    await page.keyboard.type("{{ lead.email }}");
    await becomes(page, { ...base, headers: [{ name: "x-who", value: "{{ lead.email }}" }] });
    assert.equal(await page.locator("output").first().innerText(), "ann@example.com");
    await page.getByLabel("Headers 1: name").fill("not a name");
    await page.getByText('"not a name" is not accepted here').waitFor();
    await page.getByRole("button", { name: "Remove Headers not a name" }).click();
    await becomes(page, { ...base, headers: [] });
  });
});

Deno.test("ConditionControl() a condition is built by keyboard, says itself as a sentence and holds on the sample", async () => {
  await withInspector(propsFor("condition", { all: [] }), async (page) => {
    await page.getByRole("button", { name: "Comparison" }).click();
    const field = page.getByLabel("What is compared");
    await field.focus();
    await page.keyboard.type("sco");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    await page.getByLabel("How", { exact: true }).selectOption("gte");
    await page.getByLabel("Compared with").fill("40");
    await becomes(page, { all: [{ field: "lead.score", op: "gte", value: 40 }] });
    await page.getByText("score ≥ 40 true on the sample").waitFor();
    await page.getByText("42 on the sample").waitFor();
    await page.getByLabel("Compared with").fill("4x");
    await page.getByText("gte takes a number").waitFor();
    await page.getByLabel("How", { exact: true }).selectOption("between");
    await page.getByLabel("From", { exact: true }).fill("50");
    await page.getByLabel("To", { exact: true }).fill("60");
    await becomes(page, { all: [{ field: "lead.score", op: "between", value: [50, 60] }] });
    await page.getByText("false on the sample").waitFor();
  });
});

Deno.test("ConditionControl() groups nest, change their word, move and go", async () => {
  const score = { field: "lead.score", op: "exists" };
  const plan = { field: "trigger.body.plan", op: "in", value: ["pro"] };
  await withInspector(propsFor("condition", { all: [score, plan] }), async (page) => {
    await page.getByText("Any", { exact: true }).click();
    await becomes(page, { any: [score, plan] });
    await page.getByRole("button", { name: "Group", exact: true }).click();
    await becomes(page, { any: [score, plan, { all: [{ field: "", op: "eq", value: "" }] }] });
    assert.equal(await page.locator("[aria-invalid]").count(), 0, "a new row has nothing wrong with it yet");
    await page.getByRole("button", { name: "Remove group 3" }).click();
    await page.getByRole("button", { name: "Move comparison 2 up" }).click();
    await becomes(page, { any: [plan, score] });
    await page.getByRole("button", { name: "Add to Value" }).click();
    await page.keyboard.type("max");
    await becomes(page, { any: [{ ...plan, value: ["pro", "max"] }, score] });
    assert.equal(await page.getByLabel("Value 2").evaluate((one) => one === document.activeElement), true);
  });
});

Deno.test("VariantControl() another shape begins empty, and the first comes back as it was", async () => {
  const first = { kind: "for", duration: { value: 2, unit: "days" }, zone: "Europe/Zurich" };
  await withInspector(propsFor("wait", first), async (page) => {
    const kind = page.locator("[id$='config-kind']");
    await kind.selectOption("until");
    await becomes(page, { kind: "until", at: "", zone: "Europe/Zurich" });
    await page.getByLabel("Until").last().fill("{{ trigger.body.meeting }}");
    await page.getByText("trigger.body.meeting is missing on the sample").waitFor();
    await kind.selectOption("for");
    await becomes(page, first);
    await page.getByRole("switch").click();
    const window = { days: ["mon", "tue", "wed", "thu", "fri"], from: "09:00", to: "17:00" };
    await becomes(page, { ...first, window });
    await page.getByText("Fri", { exact: true }).click();
    await page.getByLabel("To", { exact: true }).fill("09:00");
    await page.getByText("The window opens and closes at 09:00").waitFor();
    await page.getByRole("switch").click();
    await becomes(page, first);
  });
});

Deno.test("Inspector() each simple kind of field writes what its schema takes", async () => {
  const start = { items: "{{ trigger.body.items }}", concurrency: 1, onError: "stop" };
  await withInspector(propsFor("for_each", start), async (page) => {
    await page.getByLabel("At once").fill("12");
    await page.getByText("Continue", { exact: true }).click();
    await becomes(page, { items: "{{ trigger.body.items }}", concurrency: 12, onError: "continue" });
    await page.getByLabel("At once").fill("many");
    await page.getByText("This is no number").waitFor();
    assert.equal((await configOf(page)).concurrency, "many", "nothing typed is lost");
    await page.getByLabel("At once").fill("");
    await becomes(page, { items: "{{ trigger.body.items }}", onError: "continue" });
    await page.getByLabel("Items: kind").selectOption("json");
    await page.getByLabel("Items", { exact: true }).fill("[1, 2");
    await page.getByText("This is no JSON").waitFor();
    await page.keyboard.press("Tab");
    assert.equal(await page.getByLabel("Items", { exact: true }).inputValue(), "[1, 2", "kept as typed");
    await page.getByLabel("Items", { exact: true }).fill("[1, 2]");
    await becomes(page, { items: [1, 2], onError: "continue" });
  });
  await withInspector(propsFor("trigger_webhook"), async (page) => {
    await page.getByLabel("Who may call").last().selectOption("hmac");
    await page.getByLabel(/^Secret/).selectOption("hook_secret");
    assert.deepEqual((await configOf(page)).auth, { kind: "hmac", secret: { secret: "hook_secret" } });
    await page.getByLabel("Method").selectOption("PUT");
    assert.equal((await configOf(page)).method, "PUT");
  });
  await withInspector(propsFor("sub_workflow"), async (page) => {
    await page.getByLabel("Workflow", { exact: true }).selectOption({ label: "Nurture" });
    await page.getByRole("switch").click();
    await becomes(page, { workflowId: "01JD000000000000000000000W", wait: false });
  });
  await withInspector(propsFor("wait"), async (page) => {
    await page.getByLabel("How long: number").fill("1.5");
    await page.getByLabel("How long: unit").selectOption("hours");
    await page.getByLabel("Time zone").fill("zuri");
    await page.getByRole("option", { name: "Europe/Zurich" }).click();
    await page.getByText("there, UTC+").waitFor();
    await becomes(page, { kind: "for", duration: { value: 1.5, unit: "hours" }, zone: "Europe/Zurich" });
  });
});

Deno.test("ValueControl() text, number, yes or no and JSON each keep their type while they are typed", async () => {
  const of = (value: string): JsonObject => ({ fields: [{ name: "n", value }] });
  await withInspector(propsFor("set", of("7")), async (page) => {
    const value = page.getByLabel("Fields 1: value", { exact: true });
    const kind = page.getByLabel("Fields 1: value: kind");
    await kind.selectOption("number");
    await becomes(page, { fields: [{ name: "n", value: 7 }] });
    await value.fill("-");
    await page.keyboard.type("3.5");
    await becomes(page, { fields: [{ name: "n", value: -3.5 }] });
    await kind.selectOption("boolean");
    await becomes(page, { fields: [{ name: "n", value: true }] });
    await kind.selectOption("json");
    await value.focus();
    await page.keyboard.press("Control+a");
    await page.keyboard.type("12");
    assert.equal(await kind.inputValue(), "json", "a number on the way to something else");
    await page.keyboard.press("Control+a");
    await page.keyboard.type('{"a": "{{ lead.score }}"}');
    await becomes(page, { fields: [{ name: "n", value: { a: "{{ lead.score }}" } }] });
    await kind.selectOption("text");
    await becomes(page, of("7"));
  });
});

Deno.test("CodeControl() Tab indents, Enter keeps the indent, Escape lets Tab leave, and the colours are the text", async () => {
  await withInspector(propsFor("email", { ...MAIL, html: "<p>" }), async (page) => {
    const code = page.getByLabel("HTML");
    await code.focus();
    await page.keyboard.press("Control+End");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    await page.keyboard.type("<b>Hi {{ lead.fir");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    await page.keyboard.type("</b>");
    const html = "<p>\n  <b>Hi {{ lead.firstName }}\n  </b>";
    await becomes(page, { ...MAIL, html });
    assert.equal(await page.locator(".insp-code-text > pre").innerText(), `${html}\n`);
    assert.equal(await page.locator("output").last().innerText(), "<p>\n  <b>Hi Ann\n  </b>");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Tab");
    assert.equal(await code.evaluate((one) => one === document.activeElement), false);
  });
});

Deno.test("Inspector() what the schema does not know is kept under Other until somebody takes it away", async () => {
  const config = { status: 200, headers: [], body: "ok", legacy: { a: 1 } };
  await withInspector(propsFor("respond", config), async (page) => {
    const other = page.getByRole("group", { name: "Other" });
    assert.match(await other.innerText(), /legacy/);
    await page.getByLabel("Status").fill("201");
    await becomes(page, { ...config, status: 201 });
    await other.getByRole("button", { name: "Remove legacy" }).click();
    await becomes(page, { status: 201, headers: [], body: "ok" });
  });
});

Deno.test("Inspector() a problem stands beside its field, and a click on it leads there, also into what is folded", async () => {
  const issues = [
    { path: "nodes.it.config.to", nodeId: "it", message: "The mail needs somebody", accepted: "an address" },
    { path: "nodes.it", nodeId: "it", message: "No trigger leads to it" },
  ];
  await withInspector(propsFor("email", MAIL, { issues }), async (page) => {
    const field = page.getByLabel("To", { exact: true });
    const described = await field.getAttribute("aria-describedby") ?? "";
    const texts = await Promise.all(
      described.split(" ").map((id) => page.locator(`[id="${id}"]`).innerText()),
    );
    assert.match(texts.join(" "), /The mail needs somebody — accepted: an address/);
    assert.equal(await page.getByText("No trigger leads to it").count(), 1);
    await page.getByRole("button", { name: "2 problems" }).click();
    assert.ok(await field.evaluate((one) => one === document.activeElement));
    await page.evaluate(() => inspectorPage.show({ focusPath: "nodes.it.config.replyTo" }));
    await page.getByLabel("Reply to").and(page.locator(":focus")).waitFor();
    await page.evaluate(() => inspectorPage.show({ focusPath: "nodes.it.data.timeout" }));
    await page.getByLabel("Time-out of the step: number").and(page.locator(":focus")).waitFor();
  });
});

Deno.test("Inspector() retries, name, id and ports: what is changed, drawn, renamed and opened", async () => {
  await withInspector(propsFor("api"), async (page) => {
    await page.getByLabel("Name of the step").fill("Ask the CRM");
    assert.equal(await page.evaluate(() => inspectorPage.node.data.label), "Ask the CRM");
    await page.getByText("Error handling").click();
    await page.getByText("It follows the Failed port to").waitFor();
    await page.getByText("Change the retries").click();
    await page.getByLabel("Retries at most").fill("4");
    await page.getByLabel("First pause, at most: number").fill("30");
    assert.deepEqual(await page.evaluate(() => inspectorPage.node.data.retry), {
      maxRetries: 4,
      backoffMs: 30_000,
    });
    const drawn = await page.locator(".insp-retries b").innerText();
    assert.equal(drawn.replaceAll("\u00a0", " "), "30 s · 1 min · 1 min · 1 min");
    await page.getByLabel("Retries at most").fill("");
    await page.getByLabel("First pause, at most: number").fill("");
    assert.equal(await page.evaluate(() => "retry" in inspectorPage.node.data), false);
    await page.getByLabel("Time-out of the step: number").fill("2");
    assert.deepEqual(await page.evaluate(() => inspectorPage.node.data.timeout), {
      value: 2,
      unit: "minutes",
    });
    await page.locator(".insp-ways").getByRole("button", { name: "Call her" }).click();
    await page.locator("summary", { hasText: /^Id$/ }).click();
    await page.getByLabel("Id", { exact: true }).fill("hello");
    assert.ok(await page.getByRole("button", { name: "Rename" }).isDisabled(), "another step has it");
    await page.getByLabel("Id", { exact: true }).fill("crm");
    await page.keyboard.press("Enter");
    assert.deepEqual(await page.evaluate(() => [inspectorPage.opened, inspectorPage.renamed]), [["after"], [
      "crm",
    ]]);
  });
});
