import assert from "node:assert/strict";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { createOwner, openBrowser, openWindow, type Window } from "./browser.ts";
import { type Server, type ServerOptions, startServer } from "./server.ts";

/** Options of tests that share a server and a browser, which outlive each of them. */
export const free = { sanitizeOps: false, sanitizeResources: false };

/** What the tests of a file share: one server, one browser, and a window in which the owner is signed in. */
export interface House {
  readonly server: Server;
  readonly browser: Browser;
  readonly owner: Window;
}

/** Opens the house before the first test of the file that calls this, and closes it after the last. */
export function oneHouse(options: ServerOptions = {}, window: BrowserContextOptions = {}): House {
  const parts = new AsyncDisposableStack();
  let open: House | undefined;
  Deno.test.beforeAll(async () => {
    const server = parts.use(await startServer(options));
    const browser = parts.adopt(await openBrowser(), (opened) => opened.close());
    const owner = parts.use(await openWindow(browser, server, window));
    await createOwner(owner.page, server);
    open = { server, browser, owner };
  });
  Deno.test.afterAll(() => parts.disposeAsync());
  const parted = (): House => {
    assert.ok(open, "the house opens with the first test");
    return open;
  };
  return {
    get server() {
      return parted().server;
    },
    get browser() {
      return parted().browser;
    },
    get owner() {
      return parted().owner;
    },
  };
}
