/** A draft that saves itself, in a real browser: what its state says, no connection, two windows, a reload, a viewer. */
import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { keys } from "../../engine/store/keys.ts";
import { createOwner, openBrowser, openWindow, OWNER, seen, type Window } from "../helpers/browser.ts";
import { type Server, startServer } from "../helpers/server.ts";
import {
  card,
  cardsBecome,
  draftOf,
  free,
  middle,
  openEditor,
  saved,
  saveState,
  serious,
  stored,
} from "./editor_hands.ts";
import { flow, MAIL_NODE, waitNode } from "./flows.ts";

let browser: Browser;
let server: Server;
let owner: Window;
let folder: string;

Deno.test.beforeAll(async () => {
  folder = await Deno.makeTempDir({ prefix: "leadflow-" });
  server = await startServer({ env: { LEADFLOW_KV: `${folder}/leadflow.db` } });
  browser = await openBrowser();
  owner = await openWindow(browser, server, { viewport: { width: 1440, height: 900 } });
  await createOwner(owner.page, server);
});
Deno.test.afterAll(async () => {
  await owner[Symbol.asyncDispose]();
  await browser.close();
  await server[Symbol.asyncDispose]();
  await Deno.remove(folder, { recursive: true });
});

const LINE = flow("Line", [
  ["start", "trigger_manual", "Start", {}],
  MAIL_NODE,
  waitNode(60),
], [["start", "mail"], ["mail", "pause"]]);

/** Another window of the same person. */
async function secondWindow(): Promise<Window> {
  return await openWindow(browser, server, {
    viewport: { width: 1440, height: 900 },
    storageState: await owner.page.context().storageState(),
  });
}

/** Selects a node and types its name anew. */
async function rename(page: Page, from: string, to: string): Promise<void> {
  await card(page, from).click();
  const field = page.getByLabel("Name of the step");
  await field.click();
  await page.keyboard.press("Control+a");
  await page.keyboard.type(to);
}

/**
 * A window looks every ten seconds, and at once where it gets the focus, whether somebody else saved. Here it is told only
 * when its own save is refused, so that what `act` does in it always meets what others did.
 */
async function unaware(page: Page, act: () => Promise<void>): Promise<void> {
  const refused = page.waitForResponse((response) => response.status() === 412, {
    timeout: 120_000,
  });
  await page.route("**/api/workflow/*", async (route) => {
    if (route.request().method() === "GET") await refused;
    await route.continue();
  });
  await act();
  await refused;
}

async function labelOf(id: string, nodeId: string): Promise<string | undefined> {
  return (await draftOf(server, id)).nodes.find((node) => node.id === nodeId)?.data.label;
}

Deno.test(
  "SaveState() says unsaved, saving, offline and saved as it is; what was typed offline arrives",
  free,
  async () => {
    await using second = await secondWindow();
    const { page } = second;
    second.forgive(/ERR_INTERNET_DISCONNECTED/);
    const id = await stored(server, LINE);
    await openEditor(page, id);
    const gate = Promise.withResolvers<void>();
    await page.route("**/api/workflow/*", async (route) => {
      if (route.request().method() === "PUT") await gate.promise;
      await route.continue();
    });
    await rename(page, "Send a mail", "First");
    await saveState(page, "unsaved");
    await saveState(page, "saving");
    gate.resolve();
    await saved(page);
    assert.equal(await labelOf(id, "mail"), "First");
    await page.unroute("**/api/workflow/*");

    await page.context().setOffline(true);
    await rename(page, "First", "Typed without a connection");
    await saveState(page, "offline");
    await seen(page.getByText("No connection; saved here until it is back"));
    assert.equal(await labelOf(id, "mail"), "First");
    await page.context().setOffline(false);
    await saved(page);
    assert.equal(await labelOf(id, "mail"), "Typed without a connection");
  },
);

Deno.test("Draft() left at once, or reloaded without a connection, nothing typed is lost", free, async () => {
  await using second = await secondWindow();
  const { page } = second;
  second.forgive(/ERR_FAILED|412/);
  const id = await stored(server, LINE);
  await openEditor(page, id);
  await rename(page, "Send a mail", "Typed and reloaded");
  await page.reload();
  await seen(card(page, "Typed and reloaded"));
  await saved(page);
  assert.equal(await labelOf(id, "mail"), "Typed and reloaded");
  await rename(page, "Typed and reloaded", "Typed and left");
  await page.goto("/workflow");
  await openEditor(page, id);
  await seen(card(page, "Typed and left"));
  await saved(page);
  assert.equal(await page.getByText("Somebody else changed").count(), 0, "it was oneself");

  // Too long to be sent while the page is left; the page comes again, but nothing can be saved.
  const long = await stored(
    server,
    flow("Long", [["mail", "email", "Send a mail", {
      to: "",
      subject: "",
      text: "Dear Ann, ".repeat(3_000),
    }]], []),
  );
  await openEditor(page, long);
  await page.route("**/api/workflow/*", async (route) => {
    if (route.request().method() === "PUT") await route.abort();
    else await route.continue();
  });
  await rename(page, "Send a mail", "Kept in this tab");
  await saveState(page, "offline");
  await page.reload();
  await seen(card(page, "Kept in this tab"));
  await saveState(page, "offline");
  await page.unroute("**/api/workflow/*");
  await page.evaluate(() => dispatchEvent(new Event("online")));
  await saved(page);
  assert.equal(await labelOf(long, "mail"), "Kept in this tab");
});

Deno.test("Draft() two windows that change different nodes are merged, and told", free, async () => {
  await using second = await secondWindow();
  second.foresee("412");
  const id = await stored(server, LINE);
  const [one, two] = [owner.page, second.page];
  await openEditor(one, id);
  await openEditor(two, id);
  await unaware(two, async () => {
    await rename(one, "Send a mail", "From the first");
    await saved(one);
    await rename(two, "Take a breath", "From the second");
  });
  await saved(two);
  await seen(card(two, "From the first"));
  await seen(two.getByText("Somebody else changed this workflow; their changes are here now.").first());
  assert.deepEqual(
    [await labelOf(id, "mail"), await labelOf(id, "pause")],
    ["From the first", "From the second"],
  );
  // The first one looks when its window comes to the front.
  await one.evaluate(() => dispatchEvent(new Event("focus")));
  await seen(card(one, "From the second"));
});

Deno.test(
  "ConflictDialog() two windows that change the same: a person chooses, and nothing is lost on the way",
  free,
  async () => {
    await using second = await secondWindow();
    second.foresee("412");
    const id = await stored(server, LINE);
    const [one, two] = [owner.page, second.page];
    await openEditor(one, id);
    await openEditor(two, id);
    await unaware(two, async () => {
      await rename(one, "Send a mail", "Theirs");
      await saved(one);
      await rename(two, "Send a mail", "Mine");
    });
    const dialog = two.getByRole("dialog", { name: "Somebody else changed the same" });
    await seen(dialog);
    await seen(dialog.getByText("Theirs").first());
    assert.deepEqual(await serious(two), []);
    // Put off: the other one's stays on the server whatever is done here.
    await two.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    await rename(two, "Take a breath", "Typed meanwhile");
    await two.keyboard.press("Escape");
    await two.keyboard.press("Control+s");
    await saveState(two, "conflict");
    assert.equal(await labelOf(id, "mail"), "Theirs");
    await two.getByRole("button", { name: "Choose …" }).click();
    await seen(dialog);
    await dialog.getByRole("radio", { name: /^Mine/ }).check();
    await dialog.getByRole("button", { name: "Go on with this" }).click();
    await dialog.waitFor({ state: "hidden" });
    await saved(two);
    assert.deepEqual([await labelOf(id, "mail"), await labelOf(id, "pause")], ["Mine", "Typed meanwhile"]);
    // Once more, and this time theirs.
    await one.evaluate(() => dispatchEvent(new Event("focus")));
    await seen(card(one, "Mine"));
    await unaware(two, async () => {
      await rename(one, "Mine", "Theirs again");
      await saved(one);
      await rename(two, "Mine", "Mine again");
    });
    await seen(dialog);
    await dialog.getByRole("button", { name: "All of theirs" }).click();
    await dialog.getByRole("button", { name: "Go on with this" }).click();
    await saved(two);
    await seen(card(two, "Theirs again"));
    assert.equal(await labelOf(id, "mail"), "Theirs again");
    await two.keyboard.press("Control+z");
    await seen(card(two, "Mine again"));
    await saved(two);
  },
);

Deno.test("Editor() whoever may only look sees everything and changes nothing", free, async () => {
  const id = await stored(server, LINE);
  await makeViewer();
  await using window = await openWindow(browser, server, { viewport: { width: 1440, height: 900 } });
  const { page } = window;
  await page.goto("/login");
  await page.getByLabel("E-mail").fill("ann@example.com");
  await page.getByLabel("Password").fill(OWNER.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("navigation").first().waitFor();
  await openEditor(page, id);
  await cardsBecome(page, 3);
  const { revision } = await draftOf(server, id);
  assert.equal(await page.getByRole("region", { name: "Nodes to add" }).count(), 0);
  for (const name of ["Publish", "Undo", "Run", "Delete …"]) {
    assert.equal(await page.getByRole("button", { name, exact: true }).count(), 0, name);
  }
  const before = await middle(card(page, "Send a mail"));
  await page.mouse.move(before.x, before.y);
  await page.mouse.down();
  await page.mouse.move(before.x + 90, before.y + 90, { steps: 5 });
  await page.mouse.up();
  await card(page, "Send a mail").click();
  assert.equal(await page.getByLabel("Name of the step").getAttribute("readonly"), "");
  await page.getByLabel("Name of the step").click();
  await page.keyboard.type("Not mine to change");
  await page.keyboard.press("Escape");
  for (const key of ["Delete", "Control+d", "Control+x", "n", "Control+g", "Control+z"]) {
    await page.keyboard.press(key);
  }
  await page.keyboard.press("/");
  const list = page.getByRole("dialog", { name: "What to do?" });
  await seen(list);
  assert.equal(await list.getByRole("option", { name: /^Add/ }).count(), 0);
  assert.ok(await list.getByRole("option", { name: /^Go to/ }).count() === 3);
  await page.keyboard.press("Escape");
  await cardsBecome(page, 3);
  assert.equal((await draftOf(server, id)).revision, revision);
  assert.deepEqual(await serious(page), []);
});

/** A fixture: the owner's account once more as a viewer, until people can be invited. */
async function makeViewer(): Promise<void> {
  using kv = await Deno.openKv(`${folder}/leadflow.db`);
  const decoder = new TextDecoder();
  const read = async (key: Deno.KvKey): Promise<Record<string, unknown>> => {
    const { value } = await kv.get<Uint8Array>(key);
    assert.ok(value, JSON.stringify(key));
    return JSON.parse(decoder.decode(value));
  };
  const write = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
  const { id } = await read(keys.userByEmail(OWNER.email));
  const record = await read(keys.user(String(id)));
  const viewer = { ...record, id: "viewer", email: "ann@example.com", name: "Ann", role: "viewer" };
  await kv.set(keys.user("viewer"), write(viewer));
  await kv.set(keys.userByEmail("ann@example.com"), write({ v: 1, id: "viewer" }));
}
