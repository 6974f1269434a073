/** Undo, redo and the clipboard in a real browser: through a reload, between workflows, as text. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { seen } from "../helpers/browser.ts";
import {
  card,
  cardsBecome,
  draftOf,
  edges,
  edgesBecome,
  free,
  oneHouse,
  openEditor,
  saved,
  says,
  stored,
} from "./editor_hands.ts";
import { flow, MAIL_NODE, waitNode } from "./flows.ts";

const house = oneHouse();

Deno.test.beforeAll(() => house.owner.page.context().grantPermissions(["clipboard-read", "clipboard-write"]));

const LINE = flow("Line", [
  ["start", "trigger_manual", "Start", {}],
  MAIL_NODE,
  ["note", "set", "Keep it", { fields: [{ name: "to", value: "{{ steps.mail.output.id }}" }] }],
  waitNode(60),
], [["start", "mail"], ["mail", "note"], ["note", "pause"]]);

async function clipboard(page: Page): Promise<string> {
  return await page.evaluate(() => navigator.clipboard.readText());
}

/** A fixture of the clipboard: what another program put there. */
async function putOnClipboard(page: Page, text: string): Promise<void> {
  await page.evaluate((text) => navigator.clipboard.writeText(text), text);
}

Deno.test("Draft() 120 steps are undone one by one, also after a reload, and redone", free, async () => {
  const { page } = house.owner;
  const id = await stored(house.server, LINE);
  await openEditor(page, id);
  const first = await draftOf(house.server, id);
  for (let step = 0; step < 93; step++) {
    await page.keyboard.press("n");
    await page.keyboard.press("Escape");
  }
  await card(page, "Send a mail").click();
  for (let step = 0; step < 25; step++) {
    await page.keyboard.press("Control+d");
  }
  await card(page, "Start").click();
  await page.keyboard.press("Delete");
  await cardsBecome(page, 28);
  await page.getByLabel("Name of the workflow").fill("Renamed");
  await page.keyboard.press("Enter");
  await saved(page);
  await page.reload();
  await cardsBecome(page, 28);
  await seen(page.getByRole("button", { name: "Undo: Rename" }));
  for (let step = 0; step < 120; step++) await page.keyboard.press("Control+z");
  await says(page, "Undone: Add a note");
  await page.keyboard.press("Control+z");
  await says(page, "Nothing to undo");
  await cardsBecome(page, 4);
  await saved(page);
  const back = await draftOf(house.server, id);
  assert.deepEqual([back.name, back.nodes, back.edges, back.notes ?? []], [
    first.name,
    first.nodes,
    first.edges,
    [],
  ]);
  for (let step = 0; step < 120; step++) await page.keyboard.press("Control+Shift+z");
  await cardsBecome(page, 28);
  await says(page, "Done again: Rename");
  await page.keyboard.press("Control+y");
  await says(page, "Nothing to redo");
  await saved(page);
  assert.equal((await draftOf(house.server, id)).name, "Renamed");
});

Deno.test(
  "Editor() copies as JSON text and pastes with fresh ids, also into another workflow; cut takes away",
  free,
  async () => {
    const { page } = house.owner;
    const id = await stored(house.server, LINE);
    await openEditor(page, id);
    await card(page, "Send a mail").click();
    await card(page, "Keep it").click({ modifiers: ["Control"] });
    await page.keyboard.press("Control+c");
    const copied = JSON.parse(await clipboard(page));
    assert.equal(copied.leadflow, 1);
    assert.deepEqual(copied.nodes.map(({ id }: { id: string }) => id), ["mail", "note"]);
    assert.deepEqual(
      copied.edges.map(({ source, target }: { source: string; target: string }) => [source, target]),
      [["mail", "note"]],
    );
    await page.keyboard.press("Control+v");
    await cardsBecome(page, 6);
    await says(page, "2 pasted");
    await saved(page);
    const pasted = (await draftOf(house.server, id)).nodes.slice(4);
    assert.deepEqual(pasted.map(({ id }) => id), ["mail_2", "note_2"]);
    assert.deepEqual(pasted[1]?.data.config, {
      fields: [{ name: "to", value: "{{ steps.mail_2.output.id }}" }],
    }, "what a copy read of another one it reads of its copy");

    const other = await stored(house.server, flow("Other", [["start", "trigger_manual", "Begin", {}]], []));
    await openEditor(page, other);
    await page.keyboard.press("Control+v");
    await cardsBecome(page, 3);
    await edgesBecome(page, ["From Send a mail, Sent, to Keep it"]);
    await seen(page.getByRole("heading", { name: "2 selected" }));
    await page.keyboard.press("Control+x");
    await cardsBecome(page, 1);
    assert.equal(JSON.parse(await clipboard(page)).nodes.length, 2);
    await page.keyboard.press("Control+v");
    await cardsBecome(page, 3);
    await saved(page);
    assert.equal((await draftOf(house.server, other)).nodes.length, 3);
  },
);

Deno.test(
  "Editor() pastes an exported workflow and one bare node; refuses the rest in words, and changes nothing",
  free,
  async () => {
    const { page } = house.owner;
    const id = await stored(house.server, LINE);
    const target = await stored(house.server, flow("Target", [], []));
    const exported = await (await page.request.get(`/workflow/${id}/export`)).text();
    await openEditor(page, target);
    await putOnClipboard(page, exported);
    await page.keyboard.press("Control+v");
    await cardsBecome(page, 4);
    assert.equal((await edges(page)).length, 3);
    await putOnClipboard(page, JSON.stringify({ type: "wait", data: { label: "Pause" } }));
    await page.keyboard.press("Control+v");
    await cardsBecome(page, 5);
    await seen(card(page, "Pause"));
    await saved(page);
    const { revision } = await draftOf(house.server, target);
    const junk: readonly (readonly [text: string, says: RegExp])[] = [
      ["Dear Ann, thanks for your order.", /The clipboard holds no nodes: copy some here/],
      ['{"nodes": 7}', /The clipboard holds no nodes/],
      [
        '{"nodes": [{"id": "a b", "type": "wait", "position": {"x": 0, "y": 0}, "data": {}}]}',
        /is no workflow: nodes\.0\.id/,
      ],
      [
        '{"type": "teleport", "data": {"label": "Away"}}',
        /Left out: Away \(there is no node type "teleport"\)/,
      ],
    ];
    for (const [text, words] of junk) {
      await putOnClipboard(page, text);
      await page.keyboard.press("Control+v");
      await says(page, words);
      await cardsBecome(page, 5);
    }
    assert.equal((await draftOf(house.server, target)).revision, revision);
  },
);
