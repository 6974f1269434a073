/** How every page looks and reads: axe in both schemes, 360 px, dark, and hostile text that stays text. */
import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { alive, createOwner, go, openBrowser, openWindow, seen, signIn } from "../helpers/browser.ts";
import { serious } from "../helpers/looks.ts";
import { type Server, startServer } from "../helpers/server.ts";
import { flow, hookNode, waitNode } from "./flows.ts";

const free = { sanitizeOps: false, sanitizeResources: false };
const MARK = `<img src=x onerror=alert(1)>"'</script><script>alert(2)</script>`;
const PHONE = { width: 360, height: 740 };
const DESK = { width: 1280, height: 800 };

let browser: Browser;
let server: Server;
/** Every page with something on it, hostile text among it. */
let paths: string[] = [];

const house = new AsyncDisposableStack();

Deno.test.beforeAll(async () => {
  server = house.use(await startServer());
  browser = house.adopt(await openBrowser(), (opened) => opened.close());
  await using first = await openWindow(browser, server);
  await createOwner(first.page, server);
  paths = await fill();
});
Deno.test.afterAll(() => house.disposeAsync());

function hostileFlow(): unknown {
  return flow(`Hostile ${MARK}`, [
    hookNode("hostile"),
    ["mail", "email", `Mail ${MARK}`, {
      to: "{{ lead.email }}",
      subject: `Subject ${MARK} {{ lead.firstName }}`,
      text: `Text ${MARK} {{ lead.firstName }}`,
      html: "<p>Hello {{ lead.firstName }} of {{ trigger.body.company }}</p>",
    }],
    ["call", "task", `Call ${MARK}`, {
      title: `Title ${MARK} {{ lead.firstName }}`,
      description: `Script ${MARK} {{ lead.company }}`,
      outcomes: ["Interested", "Not now"],
    }],
    ["gone", "api", `Ask ${MARK}`, { method: "GET", url: "http://127.0.0.1:9/{{ lead.firstName }}" }],
  ], [["hook", "mail"], ["mail", "call"], ["mail", "gone"]]);
}

/** Fixtures by the API: a hostile execution, a waiting and a completed one, a lead, a secret. */
async function fill(): Promise<string[]> {
  const hostile = await server.publish(hostileFlow());
  await server.publish(flow("Waiting", [hookNode("long"), waitNode(3_600)], [["hook", "pause"]]));
  await server.publish(flow("Short", [hookNode("short"), waitNode(1)], [["hook", "pause"]]));
  const lead = { email: "mark@example.com", firstName: `First ${MARK}`, company: `Company ${MARK}` };
  const ids = [
    await server.hook("hostile", { ...lead, website: "javascript:alert(3)", note: MARK }),
    await server.hook("long", { email: "kim@example.com", firstName: "Kim" }),
    await server.hook("short", { email: "lou@example.com", firstName: "Lou" }),
  ];
  await server.settled(ids[2] ?? "");
  await server.api("PUT", "/api/secrets/api-key", { value: "a-value-of-a-key", hosts: ["api.example.com"] });
  const message = await firstId("/api/outbox");
  const leadId = await firstId("/api/leads?q=mark");
  return [
    ...[
      "/",
      `/?workflowId=${hostile}`,
      "/workflow",
      `/workflow/${hostile}`,
      `/workflow/${hostile}?node=mail`,
    ],
    ...["/executions", `/workflow/${hostile}/running`, "/scheduling", "/collections"],
    ...ids.map((id) => `/executions/${id}`),
    ...[`/executions/${ids[0]}?step=gone`, `/executions/${ids[0]}?step=mail`, "/inbox"],
    ...["/leads", `/leads/${leadId}`, "/leads?q=nobody", "/outbox", `/outbox/${message}`],
    ...[`/outbox/${message}?view=text`, "/settings/secrets", "/settings/alerts", "/api/docs", "/nowhere"],
  ];
}

async function firstId(path: string): Promise<string> {
  const page = await server.api("GET", path) as { items: { id: string }[] };
  assert.ok(page.items[0], `nothing at ${path}`);
  return page.items[0].id;
}

/** Serious findings of axe on the page as it stands. */
async function findings(page: Page): Promise<string[]> {
  return (await serious(page)).map((found) => `${new URL(page.url()).pathname} ${found}`);
}

/** How far the page is wider than its window, and what stands out. */
async function overflow(page: Page): Promise<string[]> {
  const wide = await page.evaluate(() => {
    if (document.documentElement.scrollWidth <= innerWidth) return [];
    return [...document.querySelectorAll("body *")]
      .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
      .slice(0, 3).map((one) => `<${one.tagName.toLowerCase()} class="${one.getAttribute("class")}">`);
  });
  return wide.map((one) => `${new URL(page.url()).pathname} is wider than the window by ${one}`);
}

/** 0 (black) to 1 (white), as painted behind the page. */
async function brightness(page: Page): Promise<number> {
  return await page.evaluate(() => {
    const canvas = document.createElement("canvas").getContext("2d");
    if (!canvas) return NaN;
    canvas.fillStyle = getComputedStyle(document.documentElement).backgroundColor;
    canvas.fillRect(0, 0, 1, 1);
    const [r = 0, g = 0, b = 0] = canvas.getImageData(0, 0, 1, 1).data;
    return (r + g + b) / 765;
  });
}

for (const colorScheme of ["light", "dark"] as const) {
  for (const viewport of [DESK, PHONE]) {
    const name =
      `every page: ${colorScheme}, ${viewport.width} px, no serious finding of axe, nothing sticks out`;
    Deno.test(name, free, async () => {
      await using person = await openWindow(browser, server, { colorScheme, viewport });
      const { page } = person;
      const wrong: string[] = [];
      person.foresee("/nowhere");
      await go(page, "/login");
      wrong.push(...await findings(page), ...await overflow(page));
      await signIn(page);
      for (const path of paths) {
        await go(page, path);
        wrong.push(...await findings(page), ...await overflow(page));
        if (path === "/") assert.equal(await brightness(page) < 0.5, colorScheme === "dark");
      }
      assert.deepEqual(wrong, []);
    });
  }
}

Deno.test("dialogs: no serious finding of axe, Escape closes and gives focus back", free, async () => {
  await using person = await openWindow(browser, server, { viewport: PHONE });
  const { page } = person;
  await signIn(page);
  await go(page, "/workflow");
  const waiting = paths.find((path) => path.startsWith("/executions/")) ?? "";
  for (
    const [path, button] of [["/workflow", "Import JSON"], ["/workflow", "Run Short"], [waiting, "Cancel"]]
  ) {
    await go(page, path ?? "");
    await page.getByRole("button", { name: button ?? "" }).click();
    await seen(page.getByRole("dialog"));
    assert.deepEqual([...await findings(page), ...await overflow(page)], []);
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    await seen(page.getByRole("button", { name: button ?? "" }).and(page.locator(":focus")));
  }
});

Deno.test("the scheme switch keeps its choice over a reload", free, async () => {
  await using person = await openWindow(browser, server, { colorScheme: "light" });
  const { page } = person;
  await signIn(page);
  await alive(page);
  assert.ok(await brightness(page) > 0.5);
  const button = page.getByRole("button", { name: "Colours" });
  await button.click();
  await button.click();
  await seen(page.getByRole("button", { name: "Colours: dark" }));
  assert.ok(await brightness(page) < 0.5);
  await page.reload();
  await seen(page.getByRole("button", { name: "Colours: dark" }));
  assert.ok(await brightness(page) < 0.5);
});

Deno.test(
  "360 px: a call is reported by touch, and controls are large enough for a thumb",
  free,
  async () => {
    await using person = await openWindow(browser, server, {
      viewport: PHONE,
      hasTouch: true,
      isMobile: true,
    });
    const { page } = person;
    await server.publish(flow("Touched", [hookNode("touched"), ["call", "task", "Call", {
      title: "Call {{ lead.firstName }}",
      description: "Ask.",
      outcomes: ["Reached"],
    }]], [["hook", "call"]]));
    await server.hook("touched", { email: "zoe@example.com", firstName: "Zoe" });
    await signIn(page);
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Inbox" }).tap();
    await page.waitForURL("**/inbox");
    await alive(page);
    const small = await page.evaluate(() =>
      [...document.querySelectorAll("button, summary, .button, .input, .nav-link")]
        .map((one) => ({ one, box: one.getBoundingClientRect() }))
        .filter(({ box }) => box.width > 0 && box.height > 0 && box.height < 44)
        .map(({ one, box }) => `${one.outerHTML.slice(0, 80)} ${box.height}`)
    );
    assert.deepEqual(small, []);
    await page.getByRole("article", { name: "Call Zoe" }).getByRole("button", { name: "Reached" }).tap();
    await seen(page.getByText("Call Zoe — Reached").first());
  },
);

Deno.test(
  "hostile text is shown as text on every page: no dialog, no element, no script address",
  free,
  async () => {
    await using person = await openWindow(browser, server);
    const { page } = person;
    await signIn(page);
    const shownOn: string[] = [];
    person.foresee("/nowhere");
    for (const path of paths) {
      await go(page, path);
      for (const frame of page.frames()) {
        const made = await frame.locator(
          'img[src="x"], [onerror], script:not([src]), a[href^="javascript:" i]',
        ).count();
        assert.equal(made, 0, `${path} made an element of text in ${frame.url()}`);
      }
      if ((await page.locator("body").innerText()).includes(MARK)) shownOn.push(path);
    }
    const execution = paths.find((path) => path.startsWith("/executions/")) ?? "";
    const wanted = ["/workflow", "/executions", execution, "/inbox", "/leads", "/outbox"];
    assert.deepEqual(wanted.filter((path) => !shownOn.includes(path)), [], `shown on ${shownOn}`);
    await go(page, execution);
    assert.ok((await page.title()).includes(MARK), await page.title());
  },
);
