/** Drawing by pointer in a real browser: the palette, edges, what is refused and why, notes and groups. */
import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import type { Workflow } from "../../engine/schemas/workflow.ts";
import { gone, openWindow, seen } from "../helpers/browser.ts";
import {
  card,
  cardsBecome,
  draftOf,
  drag,
  edgesBecome,
  emptyPoint,
  entry,
  free,
  middle,
  onEdge,
  oneHouse,
  openEditor,
  port,
  saved,
  says,
  stored,
} from "./editor_hands.ts";
import { flow, MAIL_NODE, waitNode } from "./flows.ts";

const house = oneHouse();

const LINE = flow("Line", [
  ["start", "trigger_manual", "Start", {}],
  MAIL_NODE,
  waitNode(60),
  ["opened", "condition", "Opened?", { all: [{ field: "lead.score", op: "gt", value: 50 }] }],
], [["start", "mail"], ["mail", "pause"], ["pause", "opened"]]);

Deno.test(
  "Palette() a node dropped on the empty canvas lies where it was dropped, and is saved",
  free,
  async () => {
    const { page } = house.owner;
    const id = await stored(house.server, flow("Drop", [], []));
    await openEditor(page, id);
    const at = await emptyPoint(page, 0.5, 0.4);
    await drag(page, await inSight(item(page, "Webhook")), at);
    await cardsBecome(page, 1);
    const where = await middle(page.locator(".react-flow__node-card"));
    assert.ok(
      Math.hypot(where.x - at.x, where.y - at.y) < 12,
      `dropped at ${at.x},${at.y}, lies at ${where.x},${where.y}`,
    );
    await saved(page);
    assert.equal((await draftOf(house.server, id)).nodes.length, 1);
  },
);

const EDGES = {
  startToMail: "From Start, Started, to Send a mail",
  mailToPause: "From Send a mail, Sent, to Take a breath",
  pauseToOpened: "From Take a breath, Then, to Opened?",
};

Deno.test(
  "Palette() a node dropped on an edge is put between, and what comes behind moves down",
  free,
  async () => {
    const { page } = house.owner;
    const id = await stored(house.server, LINE);
    await openEditor(page, id);
    const before = await draftOf(house.server, id);
    await drag(page, await inSight(item(page, "Set fields")), await onEdge(page, EDGES.mailToPause));
    await cardsBecome(page, 5);
    await edgesBecome(page, [
      EDGES.startToMail,
      "From Send a mail, Sent, to Set fields",
      "From Set fields, Then, to Take a breath",
      EDGES.pauseToOpened,
    ]);
    await saved(page);
    const after = await draftOf(house.server, id);
    assert.equal(heightOf(after, "Send a mail"), heightOf(before, "Send a mail"));
    const down = heightOf(after, "Take a breath") - heightOf(before, "Take a breath");
    assert.ok(down > 0, "nothing moved down");
    assert.equal(
      heightOf(after, "Opened?") - heightOf(before, "Opened?"),
      down,
      "all that comes behind moves alike",
    );
    assert.ok(heightOf(after, "Set fields") > heightOf(after, "Send a mail") + 72);
    assert.ok(heightOf(after, "Set fields") + 72 < heightOf(after, "Take a breath"));
  },
);

Deno.test(
  "Palette() a click appends behind what is selected; a search and Enter do the same",
  free,
  async () => {
    const { page } = house.owner;
    const id = await stored(house.server, LINE);
    await openEditor(page, id);
    await card(page, "Opened?").click();
    await item(page, "Task").click();
    await cardsBecome(page, 5);
    await says(page, "Task added");
    await seen(card(page, "Task").and(page.locator(".selected")));
    await page.getByRole("searchbox", { name: "Search nodes" }).click();
    await page.keyboard.type("slac");
    await seen(item(page, "Notification"));
    await page.keyboard.press("Enter");
    await cardsBecome(page, 6);
    await edgesBecome(page, [
      ...Object.values(EDGES),
      "From Opened?, Yes, to Task",
      "From Task, Reached, to Notification",
    ]);
    assert.equal(await page.getByRole("searchbox", { name: "Search nodes" }).inputValue(), "");
    await saved(page);
  },
);

Deno.test("Palette() a node is dragged by finger as by mouse", free, async () => {
  const { page } = house.owner;
  await using finger = await openWindow(house.browser, house.server, {
    viewport: { width: 1440, height: 900 },
    hasTouch: true,
    storageState: await page.context().storageState(),
  });
  const id = await stored(house.server, flow("Touch", [], []));
  await openEditor(finger.page, id);
  const from = await inSight(item(finger.page, "Start by hand"));
  const to = await emptyPoint(finger.page, 0.3, 0.3);
  const touch = await finger.page.context().newCDPSession(finger.page);
  const send = (
    type: "touchStart" | "touchMove" | "touchEnd",
    points: { x: number; y: number }[],
  ): Promise<unknown> => touch.send("Input.dispatchTouchEvent", { type, touchPoints: points });
  await send("touchStart", [from]);
  for (let step = 1; step <= 8; step++) {
    await send("touchMove", [{
      x: from.x + (to.x - from.x) * step / 8,
      y: from.y + (to.y - from.y) * step / 8,
    }]);
  }
  await send("touchEnd", []);
  await cardsBecome(finger.page, 1);
  const where = await middle(finger.page.locator(".react-flow__node-card"));
  assert.ok(Math.hypot(where.x - to.x, where.y - to.y) < 12, JSON.stringify({ where, to }));
  await saved(finger.page);
});

Deno.test("Canvas() a press on a port asks what comes next, by mouse and by finger", free, async () => {
  const { page } = house.owner;
  await using phone = await openWindow(house.browser, house.server, {
    viewport: { width: 360, height: 740 },
    hasTouch: true,
    isMobile: true,
    storageState: await page.context().storageState(),
  });
  for (const [window, press] of [[page, "click"], [phone.page, "tap"]] as const) {
    const id = await stored(house.server, LINE);
    await openEditor(window, id);
    await port(window, "Opened?", "false")[press]();
    const chooser = window.getByRole("dialog", { name: "Which node?" });
    await seen(chooser);
    await window.keyboard.type("call");
    await chooser.getByRole("option").first()[press]();
    await cardsBecome(window, 5);
    await edgesBecome(window, [...Object.values(EDGES), "From Opened?, No, to Call"]);
    await saved(window);
  }
});

Deno.test(
  "Canvas() an edge pulled into empty space asks for the next node, puts it there and connects it",
  free,
  async () => {
    const { page } = house.owner;
    const id = await stored(house.server, LINE);
    await openEditor(page, id);
    const to = await emptyPoint(page, 0.7, 0.7);
    await drag(page, await middle(port(page, "Opened?", "false")), to);
    const chooser = page.getByRole("dialog", { name: "Which node?" });
    await seen(chooser);
    assert.equal(await chooser.getByRole("option", { name: /Webhook Calls/ }).count(), 0);
    assert.equal(
      await chooser.getByRole("option", { name: "Start by hand" }).count(),
      0,
      "a trigger follows nothing",
    );
    await page.keyboard.type("call");
    await page.keyboard.press("Enter");
    await cardsBecome(page, 5);
    await edgesBecome(page, [...Object.values(EDGES), "From Opened?, No, to Call"]);
    const box = await card(page, "Call").boundingBox();
    assert.ok(box);
    assert.ok(
      Math.abs(box.x + box.width / 2 - to.x) < 12 && Math.abs(box.y - to.y) < 12,
      JSON.stringify({ box, to }),
    );
    // Escape: nothing was chosen, nothing is put.
    await drag(page, await middle(port(page, "Opened?", "true")), await emptyPoint(page, 0.15, 0.6));
    await seen(chooser);
    await page.keyboard.press("Escape");
    await chooser.waitFor({ state: "hidden" });
    await cardsBecome(page, 5);
    await saved(page);
  },
);

Deno.test(
  "Canvas() an edge is drawn from port to card; one that may not be says why, and nothing changes",
  free,
  async () => {
    const { page } = house.owner;
    const id = await stored(house.server, LINE);
    await openEditor(page, id);
    await drag(page, await middle(port(page, "Start")), await middle(entry(page, "Opened?")));
    const drawn = [...Object.values(EDGES), "From Start, Started, to Opened?"];
    await edgesBecome(page, drawn);
    await saved(page);
    const { revision } = await draftOf(house.server, id);

    const refusals: readonly (readonly [from: string, port: string, to: string, words: RegExp])[] = [
      ["Opened?", "true", "Send a mail", /in a circle: Opened\? → Send a mail → Take a breath → Opened\?/],
      ["Take a breath", "out", "Start", /Start is a trigger: nothing leads into it/],
      ["Send a mail", "out", "Take a breath", /connected already/],
    ];
    for (const [from, portId, to, words] of refusals) {
      const [begin, end] = [await middle(port(page, from, portId)), await middle(card(page, to))];
      await page.mouse.move(begin.x, begin.y);
      await page.mouse.down();
      await page.mouse.move(end.x, end.y, { steps: 12 });
      await seen(page.locator(".canvas-refusal").getByText(words));
      await page.mouse.up();
      await says(page, words);
      await page.locator(".canvas-refusal").waitFor({ state: "hidden" });
      await edgesBecome(page, drawn);
    }
    assert.equal(
      (await draftOf(house.server, id)).revision,
      revision,
      "nothing was saved, as nothing changed",
    );
  },
);

Deno.test("Canvas() an end of an edge is moved to another card", free, async () => {
  const { page } = house.owner;
  const id = await stored(house.server, LINE);
  await openEditor(page, id);
  const edge = page.getByRole("group", { name: EDGES.pauseToOpened, exact: true });
  const beside = await onEdge(page, EDGES.pauseToOpened, 0.3);
  await page.mouse.click(beside.x, beside.y);
  await drag(
    page,
    await middle(edge.locator(".react-flow__edgeupdater-source")),
    await middle(port(page, "Send a mail", "error")),
  );
  await edgesBecome(page, [
    EDGES.startToMail,
    EDGES.mailToPause,
    "From Send a mail, Failed, to Opened?",
  ]);
  await saved(page);
  const { edges } = await draftOf(house.server, id);
  assert.ok(
    edges.some((edge) =>
      edge.id === "pause-opened" && edge.source === "mail" && edge.sourceHandle === "error"
    ),
  );
});

Deno.test(
  "EdgeLine() its + puts a node between; its port and its words are changed beside the canvas",
  free,
  async () => {
    const { page } = house.owner;
    const id = await stored(house.server, LINE);
    await openEditor(page, id);
    const at = await onEdge(page, EDGES.startToMail);
    await page.mouse.move(at.x, at.y);
    await page.mouse.click(at.x, at.y);
    await seen(page.getByRole("dialog", { name: "Which node?" }));
    await page.keyboard.type("set");
    await page.keyboard.press("Enter");
    await edgesBecome(page, [
      "From Start, Started, to Set fields",
      "From Set fields, Then, to Send a mail",
      EDGES.mailToPause,
      EDGES.pauseToOpened,
    ]);
    const path = page.getByRole("group", { name: EDGES.mailToPause, exact: true });
    const beside = await onEdge(page, EDGES.mailToPause, 0.3);
    await page.mouse.click(beside.x, beside.y);
    await page.getByLabel("When").selectOption("Failed");
    await edgesBecome(page, [
      "From Start, Started, to Set fields",
      "From Set fields, Then, to Send a mail",
      "From Send a mail, Failed, to Take a breath",
      EDGES.pauseToOpened,
    ]);
    await page.getByLabel("Words on it").click();
    await page.keyboard.type("when it bounces");
    await seen(page.locator(".edge-label").getByText("when it bounces"));
    await gone(path);
    await saved(page);
    const { edges } = await draftOf(house.server, id);
    assert.equal(edges.find(({ source }) => source === "mail")?.label, "when it bounces");
  },
);

function item(page: Page, title: string): Locator {
  return page.getByRole("region", { name: "Nodes to add" }).getByRole("button", { name: title, exact: true });
}

/** Scrolled to, as a person would. */
async function inSight(target: Locator): Promise<{ x: number; y: number }> {
  await target.scrollIntoViewIfNeeded();
  return await middle(target);
}

function heightOf(workflow: Workflow, label: string): number {
  const node = workflow.nodes.find(({ data }) => data.label === label);
  assert.ok(node, label);
  return node.position.y;
}
