import assert from "node:assert/strict";
import { renderToString } from "preact-render-to-string";
import { whatHappens } from "../../islands/monitoring/CancelDialog.tsx";
import { ExecutionView, stepInFocus } from "../../islands/monitoring/ExecutionView.tsx";
import { takeEvents } from "../../islands/monitoring/use_execution.ts";
import { StepDetail } from "../../routes/pages/components/step_detail.tsx";
import {
  cardText,
  executionText,
  stepText,
  summaryText,
  untilWords,
} from "../../routes/pages/components/step_words.ts";
import { timelineRows } from "../../routes/pages/components/timeline_rows.ts";
import { at, event, execution, START, step } from "./samples.ts";

const CLOCK = { now: START, zone: "Europe/Zurich" };

Deno.test("timelineRows() folds a start into what came of it and says how long it took", () => {
  const events = [
    event(1, { type: "started", execution: "running", message: "Started" }),
    event(2, { type: "started", node: "a", step: "running", ms: 2_000 }),
    event(3, { type: "started", node: "b", step: "running", ms: 2_000 }),
    event(4, { type: "completed", node: "a", step: "completed", ms: 2_412 }),
    event(5, {
      type: "waiting",
      node: "b",
      step: "waiting",
      ms: 3_000,
      reason: { code: "w", text: "Too early" },
    }),
    event(6, { type: "progress", node: "a", message: "The mail was opened", ms: 4_000 }),
    event(7, { type: "completed", node: "b", step: "completed", ms: 9_000 }),
  ].map((one, i) => ({ id: String(i + 1), event: one }));
  const rows = timelineRows(events);
  assert.deepEqual(rows.map((row) => [row.id, row.status, row.ms]), [
    ["1", "running", null],
    ["4", "completed", 412],
    ["5", "waiting", null],
    ["6", null, null],
    ["7", "completed", 7_000],
  ]);
  assert.equal(rows[2]?.why, "Too early");
  assert.equal(timelineRows(events.slice(0, 3)).length, 3, "what runs is shown");
});

Deno.test("untilWords() says when and how long until then", () => {
  assert.equal(untilWords(at(12_000), CLOCK), "until 10:00:12 (in 12 s)");
  assert.equal(untilWords(at(14 * 3_600_000), CLOCK), "until Sat 00:00 (in 14 h)");
  assert.equal(untilWords(at(3_600_000), { now: START, zone: null }), "until 10:00 UTC (in 1 h)");
  assert.match(untilWords(at(100 * 86_400_000), CLOCK), /^until 28 Feb 2027, 10:00 \(in 100 d\)$/);
});

Deno.test("stepText() says what a step waits for and how it is tried again", () => {
  const person = step("a", { status: "waiting", waitingFor: { kind: "person", title: "Call Ann" } });
  assert.equal(stepText(person, CLOCK), "for a person: Call Ann");
  const held = step("a", {
    status: "waiting",
    until: at(14 * 3_600_000),
    waitingFor: { kind: "window" },
    reason: {
      code: "send_window",
      text: "Held until Sat 00:00 — outside Sat, Sun 00:00–06:00 in Europe/Zurich",
    },
  });
  assert.equal(stepText(held, CLOCK), "held until Sat 00:00 (in 14 h)");
  assert.equal(cardText(held, START), "held, 14 h");
  const rated = step("a", {
    status: "waiting",
    until: at(14 * 3_600_000),
    waitingFor: { kind: "rate" },
    reason: {
      code: "rate",
      text: "Waiting — 10 a minute to api.example.com, about 00:00:00 in Europe/Zurich",
    },
  });
  assert.equal(stepText(rated, CLOCK), "10 a minute to api.example.com, until Sat 00:00 (in 14 h)");
  const listening = step("a", {
    status: "waiting",
    until: at(14 * 3_600_000),
    waitingFor: { kind: "signal", signals: ["email.replied"], mode: "any", since: 0 },
    reason: { code: "signal", text: "Waiting — for email.replied" },
  });
  assert.equal(stepText(listening, CLOCK), "for email.replied, until Sat 00:00 (in 14 h)");
  const plain = { code: "wait", text: "Waiting — until Sat 00:00 (Europe/Zurich)" };
  assert.equal(
    stepText({ ...listening, waitingFor: { kind: "time" }, reason: plain }, CLOCK),
    "until Sat 00:00 (in 14 h)",
  );
  const { reason, until } = listening;
  assert.equal(
    summaryText(execution([listening], { status: "waiting", reason, until }), CLOCK),
    "for email.replied, until Sat 00:00 (in 14 h)",
  );
  const broken = step("a", {
    status: "retrying",
    attempts: 1,
    until: at(4_000),
    failure: { code: "breaker_open", message: "m", host: "api.example.com" },
  });
  assert.equal(stepText(broken, CLOCK), "in 4 s, attempt 2, api.example.com is not asked for now");
  const retrying = step("a", {
    status: "retrying",
    attempts: 2,
    until: at(4_000),
    tries: [{
      number: 2,
      startedAt: at(0),
      endedAt: at(1),
      failure: { code: "http_503", message: "503", status: 503 },
    }],
  });
  assert.equal(stepText(retrying, CLOCK), "in 4 s, attempt 3, after 503");
  const running = execution([retrying], { status: "running" });
  assert.equal(executionText(running, CLOCK), "a, again in 4 s, attempt 3, after 503");
});

Deno.test("StepDetail shows compared values, attempts, warnings and bodies", () => {
  const one = step("check", {
    label: "Hot?",
    status: "completed",
    port: "false",
    input: { score: 42 },
    warnings: ["lead.industry is missing"],
    reason: {
      code: "condition",
      text: "No — lead.score was 42, needed ≥ 70",
      data: { comparisons: [{ field: "lead.score", op: "gte", value: 70, actual: 42, pass: false }] },
    },
    tries: [{
      number: 1,
      startedAt: at(0),
      endedAt: at(9),
      failure: { code: "x", message: "First went wrong" },
    }],
  });
  const html = renderToString(
    <StepDetail step={one} title="Condition" summary="score ≥ 70" clock={CLOCK} bodies />,
  );
  for (
    const text of [
      "lead.score",
      "≥",
      ">70<",
      ">42<",
      'aria-label="No"',
      "First went wrong",
      "lead.industry is missing",
      "Input",
    ]
  ) {
    assert.ok(html.includes(text), `the step does not show ${text}`);
  }
  const closed = renderToString(
    <StepDetail step={one} title="Condition" summary="" clock={CLOCK} bodies={false} />,
  );
  assert.ok(!closed.includes("score&quot;") && closed.includes("operators and above"));
});

Deno.test("stepInFocus() picks what most needs looking at", () => {
  const done = step("a", { status: "completed", endedAt: at(1) });
  const later = step("b", { status: "completed", endedAt: at(2) });
  const waiting = step("c", { status: "waiting" });
  const failed = step("d", { status: "failed" });
  assert.equal(stepInFocus(execution([done, waiting, failed]))?.nodeId, "d");
  assert.equal(stepInFocus(execution([done, waiting]))?.nodeId, "c");
  assert.equal(stepInFocus(execution([done, later, step("e")]))?.nodeId, "b");
  assert.equal(stepInFocus(execution([done, step("f", { status: "cancelled" })]))?.nodeId, "f");
});

Deno.test("takeEvents() appends each event once, whatever overlaps", () => {
  const all = [1, 2, 3, 4].map((seq) => ({
    id: String(seq),
    event: event(seq, { type: "progress", node: "a", step: "running" }),
  }));
  const start = { execution: execution([step("a")]), events: [] };
  const half = takeEvents(start, all.slice(0, 3));
  assert.deepEqual(takeEvents(half, all.slice(1)), takeEvents(start, all));
  assert.deepEqual(takeEvents(half, all).events.map(({ id }) => id), ["1", "2", "3", "4"]);
});

Deno.test("whatHappens() names what cancelling stops", () => {
  const lines = whatHappens(execution([
    step("a", { label: "Send", status: "running" }),
    step("b", { label: "Wait", status: "waiting" }),
    step("c"),
  ]));
  assert.deepEqual(lines.slice(0, 3), [
    "“Send” is stopped in the middle.",
    "“Wait” waits no longer.",
    "1 step that has not begun does not start.",
  ]);
});

Deno.test("ExecutionView tells which decision skipped a step, and where a failure is mended or a question answered", () => {
  const events = [
    event(1, { type: "skipped", node: "b", step: "skipped", message: "Skipped: no way led here" }),
    event(2, { type: "failed", message: "a: 401 from api.example.com" }),
  ].map((one, i) => ({ id: String(i + 1), event: one }));
  const steps = [
    step("a", { status: "failed", failure: { code: "http_401", message: "401 from api.example.com" } }),
    step("b", {
      status: "skipped",
      reason: { code: "port_not_taken", text: 'Reply? went "received", not "timeout"' },
    }),
  ];
  const may = {
    ...{ cancel: true, retry: true, replay: true, bodies: true, answer: true, secrets: true },
    viewer: "ann@example.com",
  };
  const draw = (shown: ReturnType<typeof execution>): string =>
    renderToString(
      <ExecutionView execution={shown} events={events} graph={null} selected={null} now={START} may={may} />,
    );
  const failed = draw(execution(steps, { status: "failed" }));
  assert.match(failed, /Reply\? went &quot;received&quot;, not &quot;timeout&quot;/);
  assert.doesNotMatch(failed, /no way led here/);
  assert.match(failed, />Failed: a: 401 from api\.example\.com</);
  assert.match(failed, /href="\/inbox\?execution=01JD0000000000000000000001"[^>]*>.*Mend …/);
  assert.equal(failed.split(">401 from api.example.com<").length - 1, 1, "its detail says it once");
  const waitingFor = { kind: "uncertain" as const, title: "Ann may have received this" };
  assert.match(
    draw(execution([step("a", { status: "waiting", waitingFor })], { status: "waiting" })),
    /Answer …/,
  );
  const quiet = draw(execution([step("a", { status: "waiting" })], { status: "waiting" }));
  assert.doesNotMatch(quiet, /Answer …|Mend …/);
});
