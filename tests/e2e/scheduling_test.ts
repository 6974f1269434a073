/** Schedules as people meet them: made by hand and keys, previewed, paused, run, back-filled, and seen on the canvas. */
import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import { createOwner, go, openBrowser, openWindow, seen, signIn } from "../helpers/browser.ts";
import { picture, serious } from "../helpers/looks.ts";
import { startServer } from "../helpers/server.ts";
import { flow } from "./flows.ts";

const free = { sanitizeOps: false, sanitizeResources: false };
const NOTE = ["note", "set", "Note", {
  fields: [{ name: "said", value: "{{ trigger.body.word }}" }],
}] as const;
const DAILY = { kind: "cron", cron: "0 9 * * *", timezone: "Europe/Zurich" };

/** How far what stood there has moved since the page was opened (0.02 is what the eye forgives). */
async function shift(page: Page): Promise<number> {
  return await page.evaluate(() =>
    new Promise<number>((resolve) => {
      new PerformanceObserver((list) => {
        resolve(list.getEntries().reduce((sum, entry) => sum + Number(Reflect.get(entry, "value")), 0));
      }).observe({ type: "layout-shift", buffered: true });
      setTimeout(() => resolve(0), 200);
    })
  );
}

function row(page: Page, name: string): Locator {
  return page.getByRole("row").filter({ hasText: name });
}

async function pick(page: Page, name: string, item: string): Promise<void> {
  await page.getByRole("button", { name: `More for ${name}` }).click();
  await row(page, name).getByRole("button", { name: item }).click();
}

Deno.test(
  "ScheduleManager() a schedule is made by keys, previewed while typing, paused, run and deleted",
  free,
  async () => {
    await using server = await startServer();
    const browser = await openBrowser();
    try {
      const workflow = flow("Morning round", [["hand", "trigger_manual", "By hand", {}], NOTE], [[
        "hand",
        "note",
      ]]);
      await server.publish(workflow);
      await using person = await openWindow(browser, server, { timezoneId: "Europe/London" });
      const { page } = person;
      await createOwner(page, server);
      await go(page, "/");
      await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Schedules" }).click();
      await page.waitForURL("**/scheduling");
      await seen(page.getByText("No schedule yet"));
      await picture(page, "schedules-empty");
      assert.deepEqual(await serious(page), []);

      await page.getByRole("button", { name: "Add schedule" }).press("Enter");
      const dialog = page.getByRole("dialog", { name: "Add a schedule" });
      const cron = dialog.getByLabel("Cron expression");
      await seen(dialog.getByRole("option", { name: "Morning round" }).or(dialog.getByLabel("Workflow")));
      assert.equal(await cron.inputValue(), "0 9 * * *");
      assert.equal(await dialog.getByLabel("Time zone").inputValue(), "Europe/Zurich");
      await seen(dialog.getByText("every day at 09:00, Europe/Zurich"));
      const runs = dialog.getByRole("table", { name: "The next 10 runs" });
      assert.equal(await runs.getByRole("row").count(), 11, "ten under their heads");
      const [zurich, london] = await runs.getByRole("row").nth(1).getByRole("cell").allInnerTexts();
      assert.match(zurich ?? "", /09:00/);
      assert.match(london ?? "", /08:00/, "an hour earlier for whoever is in London");

      await dialog.getByRole("button", { name: "Weekdays, 09:00" }).press("Space");
      assert.equal(await cron.inputValue(), "0 9 * * 1-5");
      assert.equal(await dialog.getByLabel("Weekday").first().inputValue(), "1-5");
      await seen(dialog.getByText("every weekday at 09:00, Europe/Zurich"));
      await picture(page, "schedules-form");
      assert.deepEqual(await serious(page), []);

      person.foresee("422");
      await dialog.getByRole("textbox", { name: "Hour" }).fill("25");
      await seen(dialog.getByText(/accepted: five fields/));
      assert.equal(await cron.getAttribute("aria-invalid"), "true");
      assert.equal(await cron.inputValue(), "0 25 * * 1-5", "nothing typed is lost");
      await dialog.getByRole("textbox", { name: "Hour" }).fill("");
      await page.keyboard.type("14");
      assert.equal(await cron.inputValue(), "0 14 * * 1-5");
      await seen(dialog.getByText("every weekday at 14:00, Europe/Zurich"));

      // What clocks do is marked: on 28 March 2027 they skip 02:30.
      await cron.fill("30 2 28 3 *");
      await seen(runs.getByText("moved"));
      await picture(page, "schedules-moved");

      const zone = dialog.getByLabel("Time zone");
      await zone.click();
      const zones = dialog.getByRole("listbox", { name: "Time zones" });
      assert.deepEqual(
        (await zones.getByRole("option").allInnerTexts()).slice(0, 4).map((text) => text.split(/\s/)[0]),
        ["Europe/Zurich", "Europe/Berlin", "America/New_York", "Asia/Tokyo"],
      );
      await seen(zones.getByText("UTC+9").first());
      await page.keyboard.type("new y");
      await page.keyboard.press("Enter");
      assert.equal(await zone.inputValue(), "America/New_York");
      await cron.fill("0 9 * * *");
      await seen(dialog.getByText("every day at 09:00, America/New_York"));
      await dialog.getByLabel("Name").fill("Calls");
      await dialog.getByText("Input, rules and holidays").click();
      await dialog.getByRole("textbox", { name: "Input" }).fill('{ "word": ');
      await dialog.getByRole("button", { name: "Add schedule" }).click();
      await seen(dialog.getByText(/This is no JSON/));
      await dialog.getByRole("textbox", { name: "Input" }).fill('{ "word": "hello" }');
      await dialog.getByLabel("Until").fill("2020-01-01");
      await dialog.getByRole("button", { name: "Add schedule" }).click();
      await seen(dialog.getByText(/"2020-01-01"/));
      await dialog.getByLabel("Until").fill("");
      await picture(page, "schedules-form-whole");
      await dialog.getByRole("button", { name: "Add schedule" }).click();

      await seen(row(page, "Calls").getByText("every day at 09:00, America/New_York"));
      await seen(row(page, "Calls").getByText("On", { exact: true }));
      await seen(page.getByRole("heading", { name: "The coming week" }));
      // Six days at least, whatever the hour is in New York.
      await seen(page.getByRole("region", { name: "The coming week" }).getByText("Calls").nth(5));
      await page.getByRole("button", { name: "Pause Calls" }).click();
      await seen(row(page, "Calls").getByText("Paused"));
      await seen(row(page, "Calls").getByText("none", { exact: true }));
      await pick(page, "Calls", "Run now");
      await seen(row(page, "Calls").getByText("Completed"), 20_000);
      await page.getByRole("button", { name: "Resume Calls" }).click();
      await seen(row(page, "Calls").getByText("On", { exact: true }));
      await picture(page, "schedules-list");

      // By keys alone: the menu, the dialog, and back to where one was.
      const more = page.getByRole("button", { name: "More for Calls" });
      await more.press("Enter");
      await row(page, "Calls").getByRole("button", { name: "Edit …" }).press("Enter");
      const edit = page.getByRole("dialog", { name: "Edit Calls" });
      await edit.getByLabel("Every so often").press("Space");
      await edit.getByRole("textbox", { name: "Every" }).fill("90");
      await edit.getByLabel("Every: unit").selectOption("minutes");
      await seen(edit.getByRole("table", { name: "The next 10 runs" }));
      await picture(page, "schedules-interval");
      await page.keyboard.press("Escape");
      await edit.waitFor({ state: "hidden" });
      assert.equal(
        await more.evaluate((element) => element === document.activeElement),
        true,
        "the focus is lost",
      );
      await more.press("Enter");
      await row(page, "Calls").getByRole("button", { name: "Edit …" }).press("Enter");
      await edit.getByLabel("On dates").press("Space");
      await edit.getByRole("textbox", { name: "Dates" }).fill("2099-01-05T09:00\nsoon");
      await seen(edit.getByText(/Cannot read "soon"/));
      await edit.getByRole("textbox", { name: "Dates" }).fill("2099-01-05T09:00");
      await edit.getByRole("button", { name: "Save" }).press("Enter");
      await seen(row(page, "Calls").getByText("2099-01-05 09:00, America/New_York"));

      await pick(page, "Calls", "Delete …");
      await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
      await seen(page.getByText("No schedule yet"));
    } finally {
      await browser.close();
    }
  },
);

Deno.test(
  "Backfill() a past range is counted, run by its number, and told in the history; on a phone in the dark",
  free,
  async () => {
    await using server = await startServer();
    const browser = await openBrowser();
    try {
      const nodes = [
        ["when", "trigger_schedule", "Daily", { ...DAILY, config: { holidays: ["11-12"] } }],
        NOTE,
      ] as const;
      await server.publish(flow("Daily digest", nodes, [["when", "note"]]));
      await using person = await openWindow(browser, server, {
        viewport: { width: 360, height: 740 },
        colorScheme: "dark",
      });
      const { page } = person;
      await createOwner(page, server);
      await go(page, "/scheduling");
      await seen(row(page, "Daily").getByText(/^in \d+ (h|min|s)/));
      assert.ok(await shift(page) <= 0.02, "nothing moves while the page comes");
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
      await picture(page, "schedules-list-360");
      assert.deepEqual(await serious(page), []);

      await pick(page, "Daily", "Back-fill …");
      const dialog = page.getByRole("dialog", { name: "Back-fill Daily" });
      await dialog.getByLabel("From").fill("2026-11-10T00:00");
      await dialog.getByLabel("To", { exact: true }).fill("2026-11-14T00:00");
      await dialog.getByRole("button", { name: "Count" }).click();
      await seen(
        dialog.getByText(/3 occurrences have not run: from Tue 10 Nov 2026, 09:00 to Fri 13 Nov 2026, 09:00/),
      );
      await seen(dialog.getByText(/1 more has run, or falls on a holiday/));
      await picture(page, "schedules-backfill-360");
      assert.deepEqual(await serious(page), []);
      await dialog.getByRole("button", { name: "Run 3" }).click();
      await seen(dialog.getByText(/Last back-fill: 3 of 3/), 30_000);
      await dialog.getByRole("button", { name: "Count" }).click();
      await dialog.getByRole("button", { name: "Close" }).click();

      await pick(page, "Daily", "History");
      const history = page.getByRole("dialog", { name: "History of Daily" });
      await seen(history.getByText("Fri 13 Nov 2026, 09:00"));
      assert.equal(await history.getByText("Back-filled").count(), 3);
      assert.equal(await history.getByText("Completed").count(), 3);
      await picture(page, "schedules-history-360");
      assert.deepEqual(await serious(page), []);
      assert.equal(await history.evaluate((element) => element.scrollWidth > element.clientWidth), false);
    } finally {
      await browser.close();
    }
  },
);

Deno.test(
  "NodeSchedule() the node of a schedule is set on the canvas, and paused there as under Schedules",
  free,
  async () => {
    await using server = await startServer();
    const browser = await openBrowser();
    try {
      const id = await server.publish(
        flow("Digest", [["when", "trigger_schedule", "Daily", DAILY], NOTE], [["when", "note"]]),
      );
      await using person = await openWindow(browser, server);
      const { page } = person;
      await createOwner(page, server);
      await go(page, `/workflow/${id}?node=when`);
      const side = page.getByRole("complementary", { name: "Details" });
      await seen(side.getByText(/^in \d+ (h|min|s)/));
      await seen(side.getByText("every day at 09:00, Europe/Zurich").first());
      await picture(page, "schedules-editor");
      assert.deepEqual(await serious(page), []);

      await side.getByRole("button", { name: "Pause Daily" }).click();
      await seen(side.getByText("Paused"));
      // What was changed there is drawn in the form too, and nothing has to be chosen from.
      await page.waitForFunction(() => {
        const on = [...document.querySelectorAll("input[role=switch]")].find(({ id }) =>
          id.endsWith("enabled")
        );
        return on instanceof HTMLInputElement && !on.checked;
      });
      await side.getByRole("button", { name: "Resume Daily" }).click();
      await seen(side.getByRole("button", { name: "Pause Daily" }));
      await page.waitForFunction(() => {
        const on = [...document.querySelectorAll("input[role=switch]")].find(({ id }) =>
          id.endsWith("enabled")
        );
        return on instanceof HTMLInputElement && on.checked;
      });
      assert.equal(await page.getByText("Somebody else changed").count(), 0, "it was this person");

      person.foresee("422");
      const cron = side.getByRole("textbox", { name: "Cron" });
      await cron.fill("0 9 * *");
      await seen(side.getByText(/not five/).first());
      await side.getByRole("button", { name: "Every hour" }).click();
      await seen(side.getByText("every hour, Europe/Zurich"));
      await picture(page, "schedules-editor-changed");
      await seen(page.getByText("Saved"));
      await page.getByRole("button", { name: "Publish", exact: true }).first().click();
      await page.getByRole("dialog").getByRole("button", { name: /^Publish/ }).click();
      await seen(side.getByRole("definition").getByText("every hour, Europe/Zurich"), 20_000);

      await using other = await openWindow(browser, server);
      await signIn(other.page);
      await go(other.page, "/scheduling");
      await seen(row(other.page, "Daily").getByText("every hour, Europe/Zurich"));
      await picture(other.page, "schedules-list-after");
    } finally {
      await browser.close();
    }
  },
);
