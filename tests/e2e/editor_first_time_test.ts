/** What somebody meets who has never seen the editor: how to begin, what would fail, and what stays in sight. */
import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import { gone, openWindow, seen } from "../helpers/browser.ts";
import { eventually } from "../helpers/eventually.ts";
import {
  card,
  cardsBecome,
  draftOf,
  focused,
  free,
  middle,
  oneHouse,
  openEditor,
  saved,
  stored,
} from "./editor_hands.ts";
import { flow, MAIL_NODE, waitNode } from "./flows.ts";

const house = oneHouse();

const CHECK = ["check", "condition", "Opened?", {
  all: [{ field: "lead.score", op: "gte", value: 70 }],
}] as const;
const SLACK = ["tell", "notification", "Tell the team", { channel: "slack", message: "Look" }] as const;
const START = ["start", "trigger_manual", "Start", {}] as const;
const TALL = flow(
  "Tall",
  [START, MAIL_NODE, waitNode(60), CHECK, ["task", "task", "Think", { title: "Think", outcomes: ["Done"] }]],
  [["start", "mail"], ["mail", "pause"], ["pause", "check"], ["check", "task", "true"]],
);

function side(page: Page): Locator {
  return page.getByRole("complementary", { name: "Details" });
}

/** Cards that are not wholly within what is seen of the canvas. */
async function outOfSight(page: Page): Promise<string[]> {
  return await page.evaluate(() => {
    const box = document.querySelector(".editor-canvas")!.getBoundingClientRect();
    return [...document.querySelectorAll(".react-flow__node-card")].filter((each) => {
      const { left, right, top, bottom } = each.getBoundingClientRect();
      return left < box.left || right > box.right || top < box.top || bottom > box.bottom;
    }).map((each) => each.getAttribute("aria-label") ?? "");
  });
}

async function allInSight(page: Page): Promise<void> {
  await eventually(
    "out of sight:",
    async () => (await outOfSight(page)).length === 0,
    async () => (await outOfSight(page)).join(),
  );
}

Deno.test(
  "Beginning() an empty canvas asks what starts the workflow: one press puts it there",
  free,
  async () => {
    const { page } = house.owner;
    const id = await stored(house.server, flow("Empty", [], []));
    await openEditor(page, id);
    await seen(page.getByRole("heading", { name: "What starts it?" }));
    await page.locator(".canvas-beginning").getByRole("button", { name: /^Signal/ }).click();
    await cardsBecome(page, 1);
    await gone(page.locator(".canvas-beginning"));
    await saved(page);
    assert.equal((await draftOf(house.server, id)).nodes[0]?.type, "trigger_signal");
  },
);

Deno.test(
  "useMissingSecrets() what would fail is said beside the canvas, before it goes live and at its field, until the secret is stored",
  free,
  async () => {
    const { page } = house.owner;
    const id = await stored(house.server, flow("Secret", [START, SLACK], [["start", "tell"]]));
    await openEditor(page, id);
    await seen(side(page).getByText("Ready to be published, but one step would fail"));
    await page.getByRole("button", { name: "Publish", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "Publish version 1" });
    await dialog.getByRole("button", { name: /No secret has the name "slack_webhook"/ }).click();
    await dialog.waitFor({ state: "hidden" });
    await seen(side(page).getByText('No secret has the name "slack_webhook": it would fail'));
    assert.match(await focused(page), /^Webhook/);
    await house.server.api("PUT", "/api/secrets/slack_webhook", {
      value: "https://hooks.slack.com/services/T0/B0/x",
      hosts: ["hooks.slack.com"],
    });
    // As when one comes back from the tab in which it was stored.
    await page.evaluate(() => dispatchEvent(new Event("focus")));
    await side(page).getByText("it would fail").waitFor({ state: "hidden" });
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    await seen(side(page).getByText("Ready to be published."));
  },
);

Deno.test(
  "PathInput() a click shows what else can be compared; a field that is yes or no is compared as one",
  free,
  async () => {
    const { page } = house.owner;
    const id = await stored(
      house.server,
      flow("Opened", [START, MAIL_NODE, CHECK], [["start", "mail"], ["mail", "check"]]),
    );
    await openEditor(page, id);
    await card(page, "Opened?").click();
    const field = page.getByLabel("What is compared");
    await field.click();
    const list = page.getByRole("listbox", { name: "What can be compared" });
    await seen(list.getByRole("option", { name: /lead.email/ }));
    assert.match(await list.getByRole("option", { selected: true }).innerText(), /lead\.score/);
    await list.getByRole("option", { name: "messages.mail.opened" }).click();
    await seen(card(page, "Opened?").getByText("opened is true"));
    await saved(page);
    const check = (await draftOf(house.server, id)).nodes.find((node) => node.id === "check");
    assert.deepEqual(check?.data.config, { all: [{ field: "messages.mail.opened", op: "is_true" }] });
  },
);

Deno.test(
  "Fitting() the drawer leaves the whole drawing in sight, and gives back its size when it closes",
  free,
  async () => {
    const { page } = house.owner;
    const id = await stored(house.server, TALL);
    await openEditor(page, id);
    await allInSight(page);
    assert.equal(
      await page.getByRole("img", { name: "Overview", exact: true }).count(),
      0,
      "it would only cover cards",
    );
    const before = await card(page, "Start").boundingBox();
    await page.getByRole("button", { name: "Test", exact: true }).click();
    await seen(page.getByRole("button", { name: "Run test" }));
    await allInSight(page);
    await page.getByRole("region", { name: "Test", exact: true }).getByRole("button", { name: "Close" })
      .click();
    const place = async (): Promise<string> => JSON.stringify(await card(page, "Start").boundingBox());
    await eventually(
      `it glides back to ${JSON.stringify(before)} and not to`,
      async () => await place() === JSON.stringify(before),
      place,
    );
    for (let press = 0; press < 3; press++) await page.getByRole("button", { name: "Zoom in" }).click();
    await seen(page.getByRole("img", { name: "Overview", exact: true }));
  },
);

Deno.test("tidy() shows the whole drawing when it has moved", free, async () => {
  const { page } = house.owner;
  const id = await stored(house.server, TALL);
  await openEditor(page, id);
  for (let press = 0; press < 4; press++) await page.getByRole("button", { name: "Zoom in" }).click();
  assert.notDeepEqual(await outOfSight(page), []);
  await page.locator(".react-flow").focus();
  await page.keyboard.press("Control+Shift+L");
  await allInSight(page);
  await saved(page);
});

Deno.test(
  "focusNote() what is typed after N is the note's; Escape goes back to the canvas",
  free,
  async () => {
    const { page } = house.owner;
    const id = await stored(house.server, TALL);
    await openEditor(page, id);
    await page.locator(".react-flow").focus();
    await page.keyboard.press("n");
    await page.waitForFunction(() => document.activeElement?.tagName === "TEXTAREA");
    await page.keyboard.type("Not before noon");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Delete");
    await page.locator(".react-flow__node-note").waitFor({ state: "detached" });
    await page.keyboard.press("Control+z");
    await seen(page.locator(".react-flow__node-note").getByText("Not before noon"));
    await saved(page);
    assert.deepEqual((await draftOf(house.server, id)).notes?.map(({ text }) => text), ["Not before noon"]);
  },
);

Deno.test(
  "Counts() a tap on a card opens its form and never leads away; the card stays in sight above it",
  free,
  async () => {
    const { server, browser } = house;
    const id = await stored(server, TALL);
    await server.api("POST", `/api/workflow/${id}/publish`, {});
    await server.api("POST", "/api/workflow/execute", {
      workflowId: id,
      input: { email: "ann@example.com" },
    });
    await using phone = await openWindow(browser, server, {
      viewport: { width: 360, height: 740 },
      hasTouch: true,
      isMobile: true,
      storageState: await house.owner.page.context().storageState(),
    });
    const { page } = phone;
    await openEditor(page, id);
    const count = card(page, "Start").locator(".node-count").first();
    await seen(count);
    const at = await middle(count);
    await page.touchscreen.tap(at.x, at.y);
    await seen(side(page).getByRole("textbox", { name: "Name of the step" }));
    assert.equal(new URL(page.url()).pathname, `/workflow/${id}`);
    await page.getByRole("button", { name: "Close details" }).tap();
    await seen(side(page).getByRole("button", { name: "Show details" }));
    await card(page, "Think").tap();
    await seen(side(page).getByRole("textbox", { name: "Name of the step" }));
    await page.waitForFunction(() => {
      const [canvas, card] = [".editor-canvas", ".react-flow__node.selected"].map((each) =>
        document.querySelector(each)?.getBoundingClientRect()
      );
      return canvas && card && card.top >= canvas.top && card.bottom <= canvas.bottom;
    });
  },
);

Deno.test("LastRun() of a step that failed stands above its form, with the reason", free, async () => {
  const { page } = house.owner;
  const gone = { channel: "slack", message: "Look", webhook: { secret: "not_stored" } };
  const id = await stored(
    house.server,
    flow("Fails", [START, ["tell", "notification", "Tell the team", gone]], [["start", "tell"]]),
  );
  await openEditor(page, id);
  await page.getByRole("button", { name: "Test", exact: true }).click();
  await page.getByRole("button", { name: "Run test" }).click();
  await seen(card(page, "Tell the team").locator('[data-status="failed"]'));
  await card(page, "Tell the team").click();
  const why = side(page).getByText('No secret has the name "not_stored"').first();
  await seen(why);
  const [reason, form] = [
    await middle(why),
    await middle(side(page).getByRole("textbox", { name: "Message", exact: true })),
  ];
  assert.ok(reason.y < form.y, "the reason comes first");
});
