/** The whole editor without a pointer: from an empty canvas to a published workflow, always knowing where the focus is. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { seen } from "../helpers/browser.ts";
import { eventually } from "../helpers/eventually.ts";
import {
  card,
  cardsBecome,
  draftOf,
  edgesBecome,
  focused,
  free,
  oneHouse,
  openEditor,
  saved,
  says,
  stored,
} from "./editor_hands.ts";
import { flow, MAIL_NODE, waitNode } from "./flows.ts";

const house = oneHouse();

/** Until the focus is there, and is seen: an outline, or a ring. */
async function focusIs(page: Page, name: RegExp): Promise<void> {
  await eventually(
    `the focus comes to ${name}, not to`,
    async () => name.test(await focused(page)),
    () => focused(page),
  );
  const shown = await page.evaluate(() => {
    const active = document.activeElement;
    if (!active) return "nothing";
    const inside = active.querySelector(".node-card, .note-card") ?? active;
    const { outlineStyle, outlineWidth, boxShadow, borderColor } = getComputedStyle(inside);
    return outlineStyle !== "none" && parseFloat(outlineWidth) > 0 || boxShadow !== "none"
      ? "seen"
      : `${inside.outerHTML.slice(0, 120)} ${outlineStyle} ${borderColor}`;
  });
  assert.equal(shown, "seen", `the focus on ${name}`);
}

/** Ctrl+K or /, some letters, Enter. */
async function command(page: Page, key: "/" | "Control+k", text: string): Promise<void> {
  await page.keyboard.press(key);
  await seen(page.getByRole("combobox", { name: "What to do?" }));
  await page.keyboard.type(text);
  await page.keyboard.press("Enter");
  await page.getByRole("dialog", { name: "What to do?" }).waitFor({ state: "hidden" });
}

/** Tab until the focus is there. */
async function tabTo(page: Page, name: RegExp, key: "Tab" | "Shift+Tab" = "Tab"): Promise<void> {
  const passed: string[] = [];
  for (let tabs = 0; tabs < 60; tabs++) {
    passed.push(await focused(page));
    if (name.test(passed.at(-1) ?? "")) return;
    await page.keyboard.press(key);
  }
  assert.fail(`${key} does not lead to ${name}, but over ${passed.join(" | ")}`);
}

/** Adds a node, gives it a name and comes back to its card. */
async function add(page: Page, type: string, title: RegExp, name: string): Promise<void> {
  await command(page, "/", type);
  await focusIs(page, title);
  await page.keyboard.press("Enter");
  await focusIs(page, /^Name of the step$/);
  await page.keyboard.press("Control+a");
  await page.keyboard.type(name);
  await page.keyboard.press("Escape");
  await focusIs(page, new RegExp(`^${name}`));
}

Deno.test(
  "Editor() mail, wait, opened? call : second mail, notify Slack: by keyboard from nothing to published",
  free,
  async () => {
    const { page } = house.owner;
    await page.goto("/workflow");
    const id = await stored(house.server, flow("By keyboard", [], []));
    await openEditor(page, id);
    await add(page, "by hand", /^Start by hand/, "Start");
    await add(page, "send mail", /^Send mail/, "First mail");
    await page.keyboard.press("Enter");
    await focusIs(page, /^Name of the step$/);
    await tabTo(page, /^Subject/);
    await focusIs(page, /^Subject/);
    await page.keyboard.press("Control+a");
    await page.keyboard.type("A question");
    await page.keyboard.press("Escape");
    await focusIs(page, /^First mail, Send mail, “A question”/);
    await add(page, "wait", /^Wait, Wait 2 days/, "Two days");

    await add(page, "condition", /^Condition/, "Opened");
    await page.keyboard.press("Enter");
    await focusIs(page, /^Name of the step$/);
    await tabTo(page, /^What is compared$/);
    await page.keyboard.press("Control+a");
    await page.keyboard.type("messages.email.opened");
    await page.keyboard.press("Escape");
    await tabTo(page, /^How$/);
    await page.keyboard.type("is true");
    await page.keyboard.press("Escape");
    await focusIs(page, /^Opened, Condition/);

    await add(page, "call", /^Call/, "Phone");
    await command(page, "Control+k", "go to opened");
    await focusIs(page, /^Opened, Condition/);
    await add(page, "send mail", /^Send mail/, "Second mail");
    await add(page, "slack", /^Notification/, "Tell the team");
    await command(page, "Control+k", "go to phone");
    await focusIs(page, /^Phone/);
    await command(page, "Control+k", "interested to tell the team");
    await edgesBecome(page, [
      "From Start, Started, to First mail",
      "From First mail, Sent, to Two days",
      "From Two days, Then, to Opened",
      "From Opened, Yes, to Phone",
      "From Opened, No, to Second mail",
      "From Second mail, Sent, to Tell the team",
      "From Phone, Interested, to Tell the team",
    ]);
    await seen(card(page, "Tell the team").getByText("Waits for all 2 branches"));
    await saved(page);

    await tabTo(page, /^Publish/, "Shift+Tab");
    await focusIs(page, /^Publish/);
    await page.keyboard.press("Enter");
    await publishedByKeyboard(page);
    await seen(page.getByText("v1 live").first());
    const draft = await draftOf(house.server, id);
    assert.equal(draft.version, 1);
    const opened = draft.nodes.find(({ data }) => data.label === "Opened");
    assert.deepEqual(opened?.data.config, {
      all: [{ field: "messages.email.opened", op: "is_true" }],
    });
  },
);

Deno.test(
  "Editor() arrows move a card, Delete takes it away and leaves the canvas the focus, Escape lets go",
  free,
  async () => {
    const { page } = house.owner;
    const id = await stored(
      house.server,
      flow("Keys", [["start", "trigger_manual", "Start", {}], MAIL_NODE, waitNode(60)], [["start", "mail"], [
        "mail",
        "pause",
      ]]),
    );
    await openEditor(page, id);
    await tabTo(page, /^Send a mail,/);
    await focusIs(page, /^Send a mail,/);
    await page.keyboard.press(" ");
    await seen(page.locator(".react-flow__node.selected"));
    for (let times = 0; times < 3; times++) await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Shift+ArrowDown");
    await seen(page.getByText("Moved down"));
    await saved(page);
    const moved = (await draftOf(house.server, id)).nodes.find(({ id }) => id === "mail");
    assert.deepEqual(moved?.position, { x: 30, y: 190 });
    await focusIs(page, /^Send a mail,/);

    await page.keyboard.press("Delete");
    await cardsBecome(page, 2);
    await edgesBecome(page, ["From Start, Started, to Take a breath"]);
    await says(page, "Deleted; Ctrl+Z brings it back");
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("role")), "application");
    await page.keyboard.press("Control+z");
    await cardsBecome(page, 3);
    await says(page, "Undone: Delete");
    await tabTo(page, /^From Start/);
    await page.keyboard.press("Enter");
    await seen(page.getByRole("heading", { name: "Connection" }));
    await command(page, "/", "set fields");
    await edgesBecome(page, [
      "From Start, Started, to Set fields",
      "From Set fields, Then, to Send a mail",
      "From Send a mail, Sent, to Take a breath",
    ]);
    await page.keyboard.press("Escape");
    await page.locator(".react-flow__node.selected").waitFor({ state: "hidden" });
    await saved(page);
  },
);

Deno.test("Editor() everything on the canvas has a name and says what keys do", free, async () => {
  const { page } = house.owner;
  const id = await stored(
    house.server,
    flow("Names", [["start", "trigger_manual", "Start", {}], MAIL_NODE], [["start", "mail"]]),
  );
  await openEditor(page, id);
  await seen(page.getByRole("button", { name: "Undo", exact: true }));
  for (const name of ["Zoom in", "Zoom out", "Show everything", "More"]) {
    const found = page.getByRole("button", { name, exact: true }).or(
      page.locator(`summary[aria-label="${name}"]`),
    );
    assert.equal(await found.count(), 1, name);
  }
  for (
    const [role, name] of [["complementary", "Details"], ["region", "Nodes to add"], [
      "searchbox",
      "Search nodes",
    ], ["textbox", "Name of the workflow"]] as const
  ) {
    assert.equal(await page.getByRole(role, { name, exact: true }).count(), 1, name);
  }
  const described = await card(page, "Send a mail").evaluate((element) =>
    document.getElementById(element.getAttribute("aria-describedby") ?? "")?.textContent ?? ""
  );
  assert.match(described, /^Enter opens its fields/);
  const edge = page.getByRole("group", { name: "From Start, Started, to Send a mail", exact: true });
  assert.match(
    await edge.evaluate((element) =>
      document.getElementById(element.getAttribute("aria-describedby") ?? "")?.textContent ?? ""
    ),
    /Delete takes it away/,
  );
  assert.equal(await page.locator(".react-flow [role=button]:not([aria-label])").count(), 0);
});

/** Whatever is asked before it goes live is answered by its first button of that name. */
async function publishedByKeyboard(page: Page): Promise<void> {
  const dialog = page.getByRole("dialog").filter({ has: page.getByRole("button", { name: /^Publish/ }) });
  const live = page.getByText("v1 live").first();
  await seen(dialog.or(live));
  if (await live.isVisible()) return;
  await tabTo(page, /^Publish/);
  await page.keyboard.press("Enter");
}
