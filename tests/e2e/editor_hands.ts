/** The editor as a person meets it: opened in a window, worked by pointer and keys, read by what is seen. */
import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import type { Workflow } from "../../engine/schemas/workflow.ts";
import { seen } from "../helpers/browser.ts";
import { type House, oneHouse as openHouse } from "../helpers/one_house.ts";
import { type Server, type ServerOptions, textOf } from "../helpers/server.ts";

export { picture, serious } from "../helpers/looks.ts";
export { free } from "../helpers/one_house.ts";

interface Point {
  x: number;
  y: number;
}

/** A house with a window that is wide enough for the editor and its panels. */
export function oneHouse(options: ServerOptions = {}): House {
  return openHouse(options, { viewport: { width: 1440, height: 900 } });
}

/** A fixture: stores a workflow; its id. */
export async function stored(server: Server, workflow: unknown): Promise<string> {
  return textOf(await server.api("POST", "/api/workflow", workflow), "id");
}

/** What the server has of the draft. */
export async function draftOf(server: Server, id: string): Promise<Workflow> {
  return await server.api("GET", `/api/workflow/${id}`) as Workflow;
}

/** Opens the editor and waits until its canvas answers. */
export async function openEditor(page: Page, id: string): Promise<void> {
  await page.goto(`/workflow/${id}`);
  await drawn(page);
}

/** Until the canvas stands there, with every card of it. */
export async function drawn(page: Page): Promise<void> {
  await page.locator(".react-flow__viewport").waitFor({ state: "attached" });
  await page.locator(".react-flow__controls").waitFor();
}

/** A node's card, by its label. */
export function card(page: Page, label: string): Locator {
  return page.getByRole("group", { name: new RegExp(`^${escaped(label)}(,|$)`) }).and(
    page.locator(".react-flow__node"),
  );
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** Where an edge is pulled out of a card. */
export function port(page: Page, label: string, id = "out"): Locator {
  return card(page, label).locator(`.react-flow__handle.source[data-handleid="${id}"]`);
}

/** Where an edge ends at a card. */
export function entry(page: Page, label: string): Locator {
  return card(page, label).locator(".react-flow__handle.target");
}

/** The middle of what is seen of it. */
export async function middle(target: Locator): Promise<Point> {
  const box = await target.boundingBox();
  assert.ok(box, `not drawn: ${target}`);
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** Presses here, moves in steps as a hand does, lets go there. */
export async function drag(page: Page, from: Point, to: Point, steps = 12): Promise<void> {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps });
  await page.mouse.up();
}

/** A point of the canvas where nothing is drawn, in parts of its width and height. */
export async function emptyPoint(page: Page, right: number, down: number): Promise<Point> {
  const box = await page.locator(".editor-canvas").boundingBox();
  assert.ok(box);
  const point = { x: box.x + box.width * right, y: box.y + box.height * down };
  const free = await page.evaluate(
    ({ x, y }) => document.elementFromPoint(x, y)?.classList.contains("react-flow__pane") ?? false,
    point,
  );
  assert.ok(free, `something is drawn at ${right}, ${down}`);
  return point;
}

/** A point of an edge as it is drawn: 0 is where it begins, 1 where it ends. */
export async function onEdge(page: Page, name: string, part = 0.5): Promise<Point> {
  const path = page.getByRole("group", { name, exact: true }).locator(".react-flow__edge-path");
  return await path.evaluate((element, part) => {
    if (!(element instanceof SVGPathElement)) throw new Error("no path");
    const at = element.getPointAtLength(element.getTotalLength() * part);
    const matrix = element.getScreenCTM();
    if (!matrix) throw new Error("not drawn");
    const point = new DOMPoint(at.x, at.y).matrixTransform(matrix);
    return { x: point.x, y: point.y };
  }, part);
}

/** Every edge as a screen reader says it, in the order of the document. */
export async function edges(page: Page): Promise<string[]> {
  return await page.locator(".react-flow__edge").evaluateAll((list) =>
    list.map((edge) => edge.getAttribute("aria-label") ?? "").sort()
  );
}

/** Until the edges are these. */
export async function edgesBecome(page: Page, wanted: readonly string[]): Promise<void> {
  const sorted = [...wanted].sort();
  await page.waitForFunction(
    (names) =>
      JSON.stringify(
        [...document.querySelectorAll(".react-flow__edge")].map((edge) => edge.getAttribute("aria-label"))
          .sort(),
      ) === JSON.stringify(names),
    sorted,
  ).catch(async () => assert.deepEqual(await edges(page), sorted));
}

/** Until so many cards are drawn. */
export async function cardsBecome(page: Page, count: number): Promise<void> {
  await page.waitForFunction(
    (count) => document.querySelectorAll(".react-flow__node-card").length === count,
    count,
  ).catch(async () => assert.equal(await page.locator(".react-flow__node-card").count(), count));
}

/** Until the server has everything, as the editor says it. */
export async function saved(page: Page): Promise<void> {
  await seen(page.locator('.save-state[data-save="saved"]'));
}

/** Until the editor says that it has not everything. */
export async function saveState(page: Page, state: string): Promise<void> {
  await seen(page.locator(`.save-state[data-save="${state}"]`));
}

/** The line at the lower edge that says what just happened. */
export async function says(page: Page, text: string | RegExp): Promise<void> {
  await seen(page.locator(".editor-snack").getByText(text));
}

/** Where the focus is: role and name as a screen reader has them, or "page". */
export async function focused(page: Page): Promise<string> {
  return await page.evaluate(() => {
    const active = document.activeElement;
    if (!active || active === document.body) return "page";
    const label = active.id ? document.querySelector(`label[for="${active.id}"]`)?.textContent : null;
    return (active.getAttribute("aria-label") ?? label ?? active.textContent ?? "").trim();
  });
}
