/** The editor as it is seen: both schemes, a phone, 300 nodes; axe, sizes for thumbs, and no key lost. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { openWindow, seen } from "../helpers/browser.ts";
import {
  card,
  cardsBecome,
  draftOf,
  free,
  middle,
  onEdge,
  oneHouse,
  openEditor,
  picture,
  saved,
  serious,
  stored,
} from "./editor_hands.ts";
import { flow, hookNode, MAIL_NODE, waitNode } from "./flows.ts";

const house = oneHouse();

const STORY = flow("Cold outreach", [
  hookNode("sight"),
  MAIL_NODE,
  waitNode(60),
  ["opened", "condition", "Opened the mail?", { all: [{ field: "messages.mail.opened", op: "is_true" }] }],
  ["call", "call", "Call Ann", {
    mode: "task",
    script: "Ask how they follow up.",
    outcomes: ["Reached", "Not now"],
  }],
  ["again", "email", "Second mail", { to: "{{ lead.email }}", subject: "", text: "" }],
], [["hook", "mail"], ["mail", "pause"], ["pause", "opened"], ["opened", "call", "true"], [
  "opened",
  "again",
  "false",
]]);

/** A long workflow: columns of steps below one trigger. */
function large(count: number): unknown {
  return flow(
    "Large",
    [
      ["n0", "trigger_manual", "Begin", {}],
      ...Array.from(
        { length: count - 1 },
        (_, i) => [`n${i + 1}`, "set", `Step ${i + 1}`, { fields: [{ name: "a", value: "1" }] }] as const,
      ),
    ],
    Array.from({ length: count - 1 }, (_, i) => [`n${Math.max(0, i - 2)}`, `n${i + 1}`] as const),
  );
}

/** As it looks now, named; axe finds nothing serious, nothing sticks out. */
async function look(page: Page, name: string): Promise<void> {
  await picture(page, name);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  assert.deepEqual({ serious: await serious(page), wide }, { serious: [], wide: false }, name);
}

Deno.test(
  "Editor() axe finds nothing serious: empty, drawn, a node, an edge, many, choosing; light and dark",
  free,
  async () => {
    const { page } = house.owner;
    await openEditor(page, await stored(house.server, flow("Empty", [], [])));
    await look(page, "empty-light");
    await openEditor(page, await stored(house.server, STORY));
    await cardsBecome(page, 6);
    await look(page, "drawn-light");
    await card(page, "Second mail").click();
    await seen(page.getByRole("heading", { name: "Where it leads" }));
    await look(page, "node-light");
    await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
    await look(page, "node-dark");
    await page.keyboard.press("/");
    await seen(page.getByRole("dialog", { name: "What to do?" }));
    await look(page, "chooser-dark");
    await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
    await look(page, "chooser-light");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog", { name: "What to do?" }).waitFor({ state: "hidden" });
    const at = await onEdge(page, "From Send a mail, Sent, to Take a breath", 0.3);
    await page.mouse.click(at.x, at.y);
    await seen(page.getByRole("heading", { name: "Connection" }));
    await look(page, "edge-light");
    await page.keyboard.press("Control+a");
    await seen(page.getByRole("heading", { name: "6 selected" }));
    await look(page, "many-light");
    await page.setViewportSize({ width: 1024, height: 768 });
    await look(page, "many-1024");
    await page.setViewportSize({ width: 1440, height: 900 });
  },
);

Deno.test(
  "Canvas() shows one node in the middle at its own size, and a large drawing from where it begins",
  free,
  async () => {
    const { page } = house.owner;
    await openEditor(
      page,
      await stored(house.server, flow("One", [["start", "trigger_manual", "Start", {}]], [])),
    );
    const [canvas, box] = [
      await page.locator(".editor-canvas").boundingBox(),
      await card(page, "Start").boundingBox(),
    ];
    assert.ok(canvas && box);
    assert.ok(Math.abs(box.x + box.width / 2 - (canvas.x + canvas.width / 2)) < 3, "in the middle across");
    assert.ok(Math.abs(box.y + box.height / 2 - (canvas.y + canvas.height / 2)) < 3, "in the middle down");
    assert.ok(Math.abs(box.width - 220) < 1, "not larger than it is");
    await openEditor(page, await stored(house.server, large(300)));
    await seen(card(page, "Begin"));
    const begin = await card(page, "Begin").boundingBox();
    assert.ok(begin && begin.width > 220 * 0.45, `${begin?.width} px wide: its words cannot be read`);
    await picture(page, "large-light");
    assert.ok(
      await shiftOf(page) <= 0.02,
      `the page jumps by ${await shiftOf(page)} when the canvas takes over`,
    );
  },
);

Deno.test(
  "Editor() with 300 nodes no key is lost, typed without a pause into a name, a text, a number and code",
  free,
  async () => {
    const { page } = house.owner;
    const id = await stored(
      house.server,
      flow("Typing", [
        ["mail", "email", "Mail", { to: "", subject: "", text: "" }],
        ["pause", "wait", "Pause", { kind: "for", duration: { value: 1, unit: "days" } }],
        ...Array.from(
          { length: 298 },
          (_, i) => [`n${i}`, "set", `Step ${i}`, { fields: [{ name: "a", value: "1" }] }] as const,
        ),
      ], []),
    );
    await openEditor(page, id);
    const name = "A name that is typed by somebody who types fast, and does not look";
    const text = "Hello {{ lead.firstName }}, how are you? ".repeat(5);
    await card(page, "Mail").click();
    await page.getByLabel("Name of the step").fill("");
    await page.getByLabel("Name of the step").pressSequentially(name, { delay: 0 });
    assert.equal(await page.getByLabel("Name of the step").inputValue(), name);
    const field = page.getByLabel("Text", { exact: true });
    await field.click();
    await page.keyboard.type(text, { delay: 0 });
    assert.equal(await field.inputValue(), text);
    await seen(card(page, name));
    await card(page, "Pause").click();
    const number = page.getByLabel(/: number$/);
    await number.fill("");
    await number.pressSequentially("123456", { delay: 0 });
    assert.equal(await number.inputValue(), "123456");
    await card(page, name).click();
    await page.getByText(/^More: .*HTML/).click();
    const code = '<p class="intro">Hello {{ lead.firstName }},</p>\n<ul>\n<li>one</li>\n</ul>';
    await page.getByLabel("HTML").click();
    await page.keyboard.type(code, { delay: 0 });
    assert.equal(await page.getByLabel("HTML").inputValue(), code);
    await saved(page);
    const { nodes } = await draftOf(house.server, id);
    assert.equal(nodes[0]?.data.label, name);
    assert.equal(nodes[0]?.data.config.text, text);
    assert.deepEqual(nodes[1]?.data.config.duration, { value: 123456, unit: "days" });
    assert.equal(nodes[0]?.data.config.html, code);
  },
);

Deno.test("Editor() on a phone: seen whole, run, small edits by thumb", free, async () => {
  const id = await stored(house.server, STORY);
  await using phone = await openWindow(house.browser, house.server, {
    viewport: { width: 360, height: 740 },
    hasTouch: true,
    storageState: await house.owner.page.context().storageState(),
    reducedMotion: "reduce",
  });
  const { page } = phone;
  await openEditor(page, id);
  await cardsBecome(page, 6);
  await look(page, "phone-light");
  assert.deepEqual(await small(page), []);
  const at = await middle(card(page, "Send a mail"));
  await page.touchscreen.tap(at.x, at.y);
  const field = page.getByLabel("Name of the step");
  await seen(field);
  await field.tap();
  await page.keyboard.press("Control+a");
  await page.keyboard.type("Renamed by thumb");
  await saved(page);
  assert.equal((await draftOf(house.server, id)).nodes[1]?.data.label, "Renamed by thumb");
  await look(page, "phone-node-light");
  assert.deepEqual(await small(page), []);
  await page.emulateMedia({ colorScheme: "dark" });
  await look(page, "phone-node-dark");
  await page.getByRole("button", { name: "Close details" }).tap();
  await page.getByRole("button", { name: /^Commands/ }).tap();
  const list = page.getByRole("dialog", { name: "What to do?" });
  await seen(list);
  await look(page, "phone-chooser-dark");
  await page.keyboard.type("notification");
  await list.getByRole("option", { name: /^Add Notification/ }).tap();
  await cardsBecome(page, 7);
  await saved(page);
});

/** How far what is drawn has jumped since the page came (cumulative layout shift). */
async function shiftOf(page: Page): Promise<number> {
  return await page.evaluate(async () => {
    let sum = 0;
    const add = (entries: PerformanceEntryList): void => {
      for (const entry of entries) sum += Number(Reflect.get(entry, "value"));
    };
    const observer = new PerformanceObserver((list) => add(list.getEntries()));
    observer.observe({ type: "layout-shift", buffered: true });
    for (let frames = 0; frames < 3; frames++) await new Promise((resolve) => requestAnimationFrame(resolve));
    add(observer.takeRecords());
    return sum;
  });
}

/** What a thumb would miss: buttons, links and fields of the editor that are lower than 44 px. */
async function small(page: Page): Promise<string[]> {
  return await page.locator(".editor").evaluate((editor) =>
    [...editor.querySelectorAll("button, a, summary, input, select, textarea")]
      .filter((element) => !element.closest(".react-flow__viewport, .react-flow__attribution"))
      .map((element) => ({ element, box: (element.closest("label") ?? element).getBoundingClientRect() }))
      .filter(({ element, box }) =>
        box.width > 1 && box.height > 1 && element.checkVisibility() && box.height < 43.5
      )
      .map(({ element, box }) =>
        `${element.getAttribute("aria-label") ?? element.textContent?.trim() ?? ""} (${element.tagName}, ${
          Math.round(box.width)
        } × ${Math.round(box.height)})`
      )
  );
}
