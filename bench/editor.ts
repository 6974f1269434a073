import { chromium, type Page } from "playwright-core";
import { ensureChromium } from "../tests/helpers/chromium.ts";
import { type Bench, MAIN } from "./bench.ts";
import { percentile } from "./percentile.ts";
import { ms, whole } from "./report.ts";
import type { Findings, Row } from "./report.ts";
import { ServerProcess } from "./server_process.ts";
import { signedIn } from "./signed_in.ts";

const NODES = 300;
const COLUMNS = 10;
const OPENINGS = 7;
const KEYS = 500;
const CODE = "benchmark-set-up";
const TARGETS = { openMs: 1_500, framesPerSecond: 50 };
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"];

/** The editor in real Chromium with 300 nodes: opening, dragging, typing. */
export async function editor(bench: Bench): Promise<Findings> {
  const kv = `${bench.folder}/editor.db`;
  await using server = await ServerProcess.start({ entry: MAIN, kv, env: { LEADFLOW_SETUP_CODE: CODE } });
  const stored = await server.api("POST", "/api/workflow", drawing());
  const id = String(Reflect.get(Object(stored), "id"));
  const browser = await chromium.launch({
    executablePath: await ensureChromium(),
    headless: true,
    args: FLAGS,
  });
  try {
    const page = await signedIn(browser, `http://127.0.0.1:${server.port}`, CODE);
    await page.addInitScript(watchCards);
    bench.say(`(editor) opening ${NODES} nodes, ${OPENINGS} times`);
    const opened: number[] = [];
    for (let time = 0; time < OPENINGS; time++) opened.push(await open(page, id));
    bench.say("(editor) dragging one of them, then typing");
    const frames = await dragged(page);
    const typed = await typing(page);
    return {
      rows: [openRow(opened), dragRow(frames), typingRow(typed.perKey)],
      failures: typed.lost === 0 ? [] : [`(editor) ${typed.lost} of ${KEYS} keys were lost`],
    };
  } finally {
    await browser.close();
  }
}

function openRow(samples: readonly number[]): Row {
  const [first = NaN, ...rest] = samples;
  const typical = percentile(rest, 0.5);
  return {
    section: "editor",
    what: `open ${NODES} nodes, until the last card in sight is drawn`,
    measured: `${ms(typical)}, the first time ${ms(first)}`,
    target: ms(TARGETS.openMs),
    reached: Math.max(first, typical) <= TARGETS.openMs,
  };
}

function dragRow(frames: readonly number[]): Row {
  const mean = frames.reduce((sum, frame) => sum + frame, 0) / frames.length;
  return {
    section: "editor",
    what: `drag one of ${NODES} nodes`,
    measured: `${whole(1_000 / mean)} frames/s, p99 ${ms(percentile(frames, 0.99))} a frame`,
    target: `${TARGETS.framesPerSecond} frames/s`,
    reached: 1_000 / mean >= TARGETS.framesPerSecond,
  };
}

function typingRow(perKey: number): Row {
  return {
    section: "editor",
    what: `type ${KEYS} letters without a pause, ${NODES} nodes`,
    measured: `${ms(perKey)} a key, 0 lost`,
    target: "0 lost",
    reached: true,
  };
}

/** Columns of mails and waits below one trigger. */
function drawing(): unknown {
  const nodes = Array.from({ length: NODES }, (_, i) => ({
    id: `n${i}`,
    type: i === 0 ? "trigger_manual" : i % 2 ? "email" : "wait",
    position: { x: (i % COLUMNS) * 280, y: Math.floor(i / COLUMNS) * 160 },
    data: {
      label: `Step ${i}`,
      config: i === 0
        ? {}
        : i % 2
        ? { to: "{{ lead.email }}", subject: `Question ${i}`, text: "Hello {{ lead.firstName }}" }
        : { kind: "for", duration: { value: 2, unit: "days" } },
    },
  }));
  const edges = nodes.slice(1).map(({ id }, at) => {
    const source = at + 1 < COLUMNS ? 0 : at + 1 - COLUMNS;
    return { id: `e${at}`, source: `n${source}`, sourceHandle: "out", target: id, targetHandle: "in" };
  });
  return { name: "Three hundred", nodes, edges };
}

/** Runs in the page: when the last card came, by the page's own clock since its navigation began. */
function watchCards(): void {
  const drawn = { at: 0, count: 0 };
  Reflect.set(globalThis, "drawn", drawn);
  const look = (): void => {
    const count = document.querySelectorAll(".react-flow__node-card").length;
    if (count > drawn.count) Object.assign(drawn, { at: performance.now(), count });
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

/** Milliseconds from the navigation's start to the last card in sight. */
async function open(page: Page, id: string): Promise<number> {
  await page.goto(`/workflow/${id}`);
  await page.waitForFunction(() => {
    const { at, count } = Reflect.get(globalThis, "drawn");
    return count > 0 && performance.now() - at > 700;
  });
  return await page.evaluate(() => Reflect.get(globalThis, "drawn").at);
}

/** The length of every frame while a card is dragged about, in ms. */
async function dragged(page: Page): Promise<number[]> {
  const box = await page.locator('.react-flow__node[data-id="n21"]').boundingBox();
  if (!box) throw new Error("the card that is to be dragged is not in sight");
  const [x, y] = [box.x + box.width / 3, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + 10, y + 10);
  await page.evaluate(() => {
    const frames: number[] = [];
    Reflect.set(globalThis, "frameTimes", frames);
    let before = performance.now();
    const frame = (now: number): void => {
      frames.push(now - before);
      before = now;
      if (frames.length < 10_000) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  for (let step = 0; step < 180; step++) {
    await page.mouse.move(x + 100 * Math.sin(step / 15), y + 100 * Math.cos(step / 15));
  }
  const frames: number[] = await page.evaluate(() => Reflect.get(globalThis, "frameTimes"));
  await page.mouse.up();
  return frames.slice(1);
}

/** So many letters into the text of a mail. */
async function typing(page: Page): Promise<{ perKey: number; lost: number }> {
  await page.locator('.react-flow__node[data-id="n21"]').click();
  const field = page.getByLabel("Text", { exact: true });
  await field.fill("");
  const began = performance.now();
  await field.pressSequentially("abcdefghij".repeat(KEYS / 10), { delay: 0 });
  const perKey = (performance.now() - began) / KEYS;
  return { perKey, lost: KEYS - (await field.inputValue()).length };
}
