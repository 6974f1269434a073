import assert from "node:assert/strict";
import { renderToString } from "preact-render-to-string";
import { type Fire, FIRE_OUTCOMES } from "../../engine/schemas/schedule.ts";
import { FIRE_LOOK } from "../../islands/scheduling/fire_words.ts";
import { FireResult } from "../../islands/scheduling/FireResult.tsx";
import { SaidLine } from "../../islands/scheduling/ScheduleRow.tsx";
import { SCHEDULE } from "../helpers/fake_scheduling.ts";
import { pageApp } from "./page_app.ts";

const FIRE: Fire = {
  id: "f1",
  at: "2026-11-22T09:00:00.000Z",
  local: "Sun 22 Nov 2026, 09:00",
  count: 1,
  outcome: "fired",
  decidedAt: "2026-11-22T09:00:00.000Z",
};
const NOW = Date.parse("2026-11-22T09:05:00.000Z");

Deno.test("GET /scheduling is whole without scripts: state, words, next run, last result and the week", async () => {
  const fire = {
    ...FIRE,
    outcome: "skipped" as const,
    reason: { code: "overlap", text: "the former still runs" },
  };
  const schedules = [{ ...SCHEDULE, label: "Round", lastRun: fire, nextRun: "2027-01-01T09:00:00.000Z" }];
  const { html } = await pageApp({ schedules }).get("/scheduling");
  for (
    const part of [
      "<h1",
      "Round",
      "every day at 09:00, UTC",
      "Fri 1 Jan 2027, 09:00",
      "Skipped",
      "the former still runs",
      "The coming week",
      "Pause Round",
      "Add schedule",
    ]
  ) assert.ok(html.includes(part), part);
  assert.equal(html.match(/<h1/g)?.length, 1);
  assert.match(html, /aria-current="page"[^>]*>.*?Schedules</);
  assert.doesNotMatch(html, /<script(?![^>]* src=)|<style|\son[a-z]+="/);
});

Deno.test("GET /scheduling offers nothing that the role may not do", async () => {
  const schedules = [SCHEDULE];
  const { html: noEdit } = await pageApp({ schedules }, { refuse: "schedule.edit" }).get("/scheduling");
  assert.doesNotMatch(noEdit, /Add schedule|Edit …|Delete …/);
  assert.match(noEdit, /Pause/);
  const { html: noRun } = await pageApp({ schedules }, { refuse: "schedule.run" }).get("/scheduling");
  assert.doesNotMatch(noRun, /Pause|Run now|Back-fill/);
  assert.match(noRun, /History/);
  const { response } = await pageApp({ schedules }, { refuse: "schedule.see" }).get("/scheduling");
  assert.equal(response.status, 403);
});

Deno.test("GET /scheduling without schedules says what one is for; what people typed is text", async () => {
  const { html } = await pageApp().get("/scheduling");
  assert.match(html, /class="empty"/);
  const evil = `</script><img src=x onerror=alert(1)>"'`;
  const schedules = [{ ...SCHEDULE, label: evil, workflowName: evil, description: evil }];
  const { html: whole } = await pageApp({ schedules }).get("/scheduling");
  assert.ok(!whole.includes("<img"));
  assert.ok(!whole.includes(evil.slice(-3)));
});

Deno.test("GET /scheduling/week is the calendar of a zone, and refuses what is none", async () => {
  const app = pageApp({ schedules: [SCHEDULE], nextCursor: "w1.schedule" });
  const { html } = await app.get("/scheduling/week?zone=Asia/Tokyo");
  const week = JSON.parse(html);
  assert.deepEqual([week.zone, week.days.length, week.cutAt], ["Asia/Tokyo", 7, 1]);
  assert.deepEqual(week.days[3].lines[0].times, ["18:00"], "09:00 UTC");
  const { response } = await app.get("/scheduling/week?zone=Nowhere");
  assert.equal(response.status, 422);
});

Deno.test("FireResult() has a word for each outcome, and the execution's status where there is one", () => {
  for (const outcome of FIRE_OUTCOMES) {
    const html = renderToString(<FireResult fire={{ ...FIRE, outcome }} now={NOW} />);
    assert.ok(html.includes(FIRE_LOOK[outcome].word), outcome);
    assert.match(html, /5 min ago/);
  }
  const words = FIRE_OUTCOMES.map((outcome) => FIRE_LOOK[outcome].word);
  assert.equal(new Set(words).size, words.length, "no two of them read alike");
  const fresh = { ...FIRE, decidedAt: "2026-11-22T09:05:20.000Z" };
  assert.match(renderToString(<FireResult fire={fresh} now={NOW} />), /just now/, "not in 20 s");
  const several = renderToString(<FireResult fire={{ ...FIRE, outcome: "missed", count: 3 }} now={NOW} />);
  assert.match(several, /Missed 3 times/);
  const ran = renderToString(
    <FireResult fire={{ ...FIRE, executionId: "x1", status: "failed" }} now={NOW} />,
  );
  assert.match(ran, /data-status="failed".*href="\/executions\/x1"/);
});

Deno.test("SaidLine() never says started of what was refused", () => {
  const html = renderToString(
    <SaidLine said={{ kind: "refused", executionId: "x1", text: "the workflow takes each lead once" }} />,
  );
  assert.match(html, /Not started, the lead may not enter now: the workflow takes each lead once\./);
  assert.match(html, /href="\/executions\/x1"/);
});
