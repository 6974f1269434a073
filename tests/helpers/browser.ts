/** Real Chromium for the tests: what a person would see, with every script error and dialog noted. */
import assert from "node:assert/strict";
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from "playwright-core";
import { ensureChromium } from "./chromium.ts";
import { eventually } from "./eventually.ts";
import type { Server } from "./server.ts";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
/** Long only where something is wrong, or the machine has much else to do. */
export const PATIENCE_MS = 30_000;
export const OWNER = { name: "Ann Lee", email: "owner@example.com", password: "correct horse battery" };

/** Starts Chromium with an empty profile. */
export async function openBrowser(): Promise<Browser> {
  return await chromium.launch({ executablePath: await ensureChromium(), headless: true, args: FLAGS });
}

/** A window with its own cookies; script errors, refused resources and dialogs in it fail the test at its end. */
export interface Window extends AsyncDisposable {
  page: Page;
  /** A test means to cause this fault, such as a refusal; it fails when that did not happen. */
  foresee(part: string): void;
  /** This fault may happen, such as a request to a server that is down. */
  forgive(pattern: RegExp): void;
}

/** Opens a window at the server's address; `await using` checks that nothing went wrong and closes it. */
export async function openWindow(
  browser: Browser,
  server: Server,
  options: BrowserContextOptions = {},
): Promise<Window> {
  const context = await browser.newContext({
    baseURL: server.url,
    locale: "en-GB",
    timezoneId: "Europe/Zurich",
    viewport: { width: 1280, height: 800 },
    ...options,
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const faults: string[] = [];
  const foreseen = new Set<string>();
  const forgiven: RegExp[] = [];
  context.on("page", (page) => noteFaults(page, faults));
  const page = await context.newPage();
  return {
    page,
    foresee: (part) => void foreseen.add(part),
    forgive: (pattern) => void forgiven.push(pattern),
    async [Symbol.asyncDispose](): Promise<void> {
      await context.close();
      const missing = [...foreseen].filter((part) => !faults.some((fault) => fault.includes(part)));
      const left = faults.filter((fault) =>
        ![...foreseen].some((part) => fault.includes(part)) &&
        !forgiven.some((pattern) => pattern.test(fault))
      );
      assert.deepEqual({ missing, left }, { missing: [], left: [] });
    },
  };
}

function noteFaults(page: Page, faults: string[]): void {
  page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(`console: ${message.text()} ${message.location().url}`);
  });
  page.on("dialog", (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    dialog.dismiss().catch(() => {});
  });
}

/** Follows the printed link and makes the owner, as a person does. */
export async function createOwner(page: Page, server: Server): Promise<void> {
  await page.goto(server.setUpLink);
  await page.getByLabel("Your name").fill(OWNER.name);
  await page.getByLabel("E-mail").fill(OWNER.email);
  await page.getByLabel("Password").fill(OWNER.password);
  await page.getByRole("button", { name: "Create owner" }).click();
  await page.waitForURL(`${server.url}/`);
}

/** Signs in another window as the owner. */
export async function signIn(page: Page): Promise<void> {
  await page.goto("/login");
  await page.getByLabel("E-mail").fill(OWNER.email);
  await page.getByLabel("Password").fill(OWNER.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("navigation").first().waitFor();
}

/** Waits until something is seen; says what the page showed instead. */
export async function seen(target: Locator, ms = PATIENCE_MS): Promise<void> {
  try {
    await target.first().waitFor({ state: "visible", timeout: ms });
  } catch {
    const text = await target.page().locator("body").innerText();
    assert.fail(`not seen: ${target} on ${target.page().url()}\n${text}`);
  }
}

/** Waits until there is none of it, or finds that there is none: what is drawn follows what was pressed a moment later. */
export async function gone(target: Locator): Promise<void> {
  await eventually(`still there: ${target}`, async () => await target.count() === 0);
}

/** Waits until every island of the page answers to pointer and keys. */
export async function alive(page: Page): Promise<void> {
  await page.waitForFunction(() => document.querySelector("[data-island]:not([data-live])") === null);
}

/** Opens a page of the window's server, alive. */
export async function go(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await alive(page);
}

/** Marks this document, so that a reload would be noticed by `notReloaded`. */
export async function markDocument(page: Page): Promise<void> {
  await page.evaluate(() => document.documentElement.setAttribute("data-first", "yes"));
}

/** Fails if the document is not the one that was marked. */
export async function notReloaded(page: Page): Promise<void> {
  assert.equal(await page.locator("html").getAttribute("data-first"), "yes", "the page was loaded again");
}
