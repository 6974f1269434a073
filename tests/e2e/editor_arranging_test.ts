/** Arranging by pointer in a real browser: notes, groups, many at once, lines and columns. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { Workflow } from "../../engine/schemas/workflow.ts";
import { seen } from "../helpers/browser.ts";
import {
  card,
  cardsBecome,
  draftOf,
  drag,
  edgesBecome,
  emptyPoint,
  free,
  middle,
  oneHouse,
  openEditor,
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
], [["start", "mail"], ["mail", "pause"]]);

type Places = { readonly [id: string]: { x: number; y: number } };

async function placesOf(id: string): Promise<Places> {
  const { nodes, notes = [] }: Workflow = await draftOf(house.server, id);
  return Object.fromEntries([...nodes, ...notes].map((one) => [one.id, one.position]));
}

/** From the upper left of the canvas to its lower right, with Shift: a frame around all. */
async function marquee(page: Page): Promise<void> {
  const [from, to] = [await emptyPoint(page, 0.05, 0.03), await emptyPoint(page, 0.72, 0.97)];
  await page.keyboard.down("Shift");
  await drag(page, from, to);
  await page.keyboard.up("Shift");
}

Deno.test("NoteCard() a note is added, written by two clicks, resized and coloured", free, async () => {
  const { page } = house.owner;
  const id = await stored(house.server, flow("Notes", [], []));
  await openEditor(page, id);
  await page.getByRole("region", { name: "Nodes to add" }).getByRole("button", { name: "Note" }).click();
  const note = page.locator(".react-flow__node-note");
  await note.waitFor();
  await note.dblclick();
  await page.keyboard.type("Ask Ann first");
  await page.keyboard.press("Escape");
  await seen(note.getByText("Ask Ann first"));
  const before = await note.boundingBox();
  const corner = await middle(note.locator(".react-flow__resize-control.handle.bottom.right"));
  await drag(page, corner, { x: corner.x + 80, y: corner.y + 60 });
  const after = await note.boundingBox();
  assert.ok(before && after);
  assert.ok(
    Math.abs(after.width - before.width - 80) < 12 && Math.abs(after.height - before.height - 60) < 12,
    JSON.stringify({ before, after }),
  );
  await page.getByText("green", { exact: true }).click();
  await saved(page);
  const [kept] = (await draftOf(house.server, id)).notes ?? [];
  assert.deepEqual([kept?.kind, kept?.text, kept?.tone], ["note", "Ask Ann first", "green"]);
  assert.ok(
    kept && Math.abs(kept.width - 300) <= 10 && Math.abs(kept.height - 170) <= 10,
    JSON.stringify(kept),
  );
  await page.locator(".react-flow__minimap .mini-note").waitFor({ state: "attached" });
});

Deno.test("useDragging() a group takes along what lies in it, as one step of undo", free, async () => {
  const { page } = house.owner;
  const id = await stored(house.server, LINE);
  await openEditor(page, id);
  const before = await placesOf(id);
  await card(page, "Send a mail").click();
  await card(page, "Take a breath").click({ modifiers: ["Control"] });
  await seen(page.getByRole("heading", { name: "2 selected" }));
  await page.keyboard.press("Control+g");
  const group = page.getByRole("group", { name: /^Group:/ });
  await group.waitFor();
  const box = await group.boundingBox();
  assert.ok(box);
  const title = { x: box.x + 60, y: box.y + 20 };
  await drag(page, title, { x: title.x + 150, y: title.y + 40 });
  await saved(page);
  const after = await placesOf(id);
  const moved = (id: string): unknown => ({
    x: (after[id]?.x ?? NaN) - (before[id]?.x ?? NaN),
    y: (after[id]?.y ?? NaN) - (before[id]?.y ?? NaN),
  });
  assert.deepEqual(moved("mail"), moved("pause"));
  assert.deepEqual(moved("start"), { x: 0, y: 0 });
  assert.notDeepEqual(moved("mail"), { x: 0, y: 0 });
  await page.keyboard.press("Control+z");
  await says(page, /Undone: Move/);
  await saved(page);
  const { group: _group, ...rest } = await placesOf(id);
  assert.deepEqual(Object.values(rest).filter((_, i) => i < 3), Object.values(before));
});

Deno.test(
  "Editor() a frame selects, many are dragged at once, aligned, spread and tidied up",
  free,
  async () => {
    const { page } = house.owner;
    const id = await stored(house.server, LINE);
    await openEditor(page, id);
    const before = await placesOf(id);
    await marquee(page);
    await seen(page.getByRole("heading", { name: "3 selected" }));
    const from = await middle(card(page, "Send a mail"));
    await drag(page, from, { x: from.x + 120, y: from.y - 60 });
    await saved(page);
    const after = await placesOf(id);
    const shifts = ["start", "mail", "pause"].map((node) => ({
      x: (after[node]?.x ?? NaN) - (before[node]?.x ?? NaN),
      y: (after[node]?.y ?? NaN) - (before[node]?.y ?? NaN),
    }));
    const [first] = shifts;
    assert.deepEqual(shifts, [first, first, first], "all alike");
    // On the grid of ten.
    assert.ok(first && Math.abs(first.x - 120) <= 10 && Math.abs(first.y + 60) <= 10, JSON.stringify(first));
    // One apart from the line, then all of them on it again.
    await page.locator(".react-flow__pane").click({ position: { x: 20, y: 20 } });
    const alone = await middle(card(page, "Take a breath"));
    await drag(page, alone, { x: alone.x + 150, y: alone.y + 40 });
    await page.keyboard.press("Control+a");
    await page.getByRole("button", { name: "Left", exact: true }).click();
    await page.getByRole("button", { name: "Evenly down" }).click();
    await saved(page);
    const lined = await placesOf(id);
    assert.equal(new Set(Object.values(lined).map(({ x }) => x)).size, 1, JSON.stringify(lined));
    await page.keyboard.press("Control+Shift+l");
    await saved(page);
    const tidied = Object.values(await placesOf(id));
    assert.equal(tidied.length, 3);
    assert.ok(tidied.every(({ y }, index) => index === 0 || y >= (tidied[index - 1]?.y ?? 0) + 72));
  },
);

Deno.test(
  "Editor() duplicate, delete one, delete all; one node taken out leaves the line whole",
  free,
  async () => {
    const { page } = house.owner;
    const id = await stored(house.server, LINE);
    await openEditor(page, id);
    await card(page, "Send a mail").click();
    await page.keyboard.press("Control+d");
    await cardsBecome(page, 4);
    await page.keyboard.press("Delete");
    await cardsBecome(page, 3);
    await card(page, "Send a mail").click();
    await page.keyboard.press("Backspace");
    await edgesBecome(page, ["From Start, Started, to Take a breath"]);
    await page.keyboard.press("Control+a");
    await page.keyboard.press("Delete");
    await cardsBecome(page, 0);
    await says(page, "3 deleted; Ctrl+Z brings them back");
    await page.keyboard.press("Control+z");
    await cardsBecome(page, 2);
    await saved(page);
    assert.equal((await draftOf(house.server, id)).nodes.length, 2);
  },
);
