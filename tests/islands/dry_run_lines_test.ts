import assert from "node:assert/strict";
import { exactTime } from "../../routes/pages/components/time_words.ts";
import { dryRunDays, dryRunSummary, reasonWords } from "../../islands/workflow/dry_run_lines.ts";
import type { Simulated, SimulatedStep } from "../../engine/schemas/simulation.ts";
import { SIMULATED } from "../helpers/fake_records.ts";

function step(nodeId: string, at: string | null, change: Partial<SimulatedStep> = {}): SimulatedStep {
  return {
    nodeId,
    type: "set",
    label: `Label of ${nodeId}`,
    status: "completed",
    at,
    local: at,
    endedAt: at,
    attempts: 1,
    port: "out",
    input: null,
    output: null,
    reason: null,
    warnings: [],
    ...change,
  };
}

const mail: SimulatedStep["would"] = {
  kind: "mail",
  to: ["ann@example.com"],
  cc: ["bob@example.com"],
  bcc: [],
  subject: "A question for Acme",
  text: "Hello Ann",
};

const run: Simulated = {
  ...SIMULATED,
  timezone: "Europe/Zurich",
  duration: 3 * 86_400_000,
  steps: [
    step("mail", "2026-12-01T08:00:00.000Z", { would: mail }),
    step("pause", "2026-12-01T08:00:00.000Z", {
      until: "2026-12-04T08:00:00.000Z",
      reason: { code: "waited", text: "Waiting — until Fri 4 Dec 2026, 09:00 (Europe/Zurich)" },
    }),
    // 23:30 UTC is the next day in Zurich.
    step("crm", "2026-12-03T23:30:00.000Z", {
      would: { kind: "http", method: "POST", url: "https://crm.example.com/", body: "{}" },
    }),
    step("call", "2026-12-04T08:00:00.000Z", {
      status: "skipped",
      reason: { code: "x", text: "score was 42" },
    }),
    step("end", null, { status: "pending" }),
  ],
  events: [{
    type: "progress",
    executionId: "e1",
    taskId: "mail",
    taskName: "Send",
    message: "The mail was opened",
    progress: 0,
    timestamp: "2026-12-01T08:01:00.000Z",
  }],
};

Deno.test("dryRunDays() groups by local day, tells who would get what, and what happened in between", () => {
  const days = dryRunDays(run, run.timezone).map(({ day, lines }) => [
    day,
    lines.map(({ time, text, why }) => [time, text, why]),
  ]);
  assert.deepEqual(days, [
    ["Tue 1 Dec 2026", [
      ["09:00", "Label of mail to ann@example.com, bob@example.com «A question for Acme»", null],
      ["09:00", "Label of pause, until Fri 4 Dec 2026, 09:00", null],
      ["09:01", "Send: The mail was opened", null],
    ]],
    ["Fri 4 Dec 2026", [
      ["00:30", "Label of crm: POST https://crm.example.com/", null],
      ["09:00", "Label of call", "score was 42"],
    ]],
    [null, [["", "Label of end", null]]],
  ]);
  assert.equal(dryRunDays(run, run.timezone)[0]?.lines[0]?.body, "Hello Ann");
});

Deno.test("dryRunSummary() counts what would have left and says how it ended", () => {
  assert.equal(dryRunSummary(run), "Completed after 3 d. 1 mail and 1 request would have left.");
  assert.equal(dryRunSummary(SIMULATED), "Completed at once. Nothing would have left.");
  const stopped: Simulated = {
    ...SIMULATED,
    endedAs: "stopped",
    reason: { code: "step_limit", text: "Stopped after 2" },
  };
  assert.equal(dryRunSummary(stopped), "Stopped after 2. Nothing would have left.");
});

Deno.test("dryRunDays() says which record would be written, with its value, and which deleted", () => {
  const data = { kind: "data", collection: "customers", key: "ann" } as const;
  const at = "2026-12-01T08:00:00.000Z";
  const days = dryRunDays({
    ...run,
    events: [],
    steps: [
      step("keep", at, { would: { ...data, action: "put", value: { plan: "trial" } } }),
      step("drop", at, { would: { ...data, action: "delete", value: null } }),
    ],
  }, run.timezone);
  assert.deepEqual(days[0]?.lines.map(({ text, body }) => [text, body]), [
    ["Label of keep: put ann in customers", '{\n  "plan": "trial"\n}'],
    ["Label of drop: delete ann in customers", null],
  ]);
});

Deno.test("dryRunDays() tells times as the viewer's clock shows them, and those of the lead when pointed at", () => {
  const days = dryRunDays(run, "America/New_York");
  assert.deepEqual(days.map(({ day }) => day), ["Tue 1 Dec 2026", "Thu 3 Dec 2026", "Fri 4 Dec 2026", null]);
  const [mail, pause] = days[0]?.lines ?? [];
  assert.deepEqual([mail?.time, mail?.exact], [
    "03:00",
    `${
      exactTime("2026-12-01T08:00:00.000Z", "America/New_York")
    }; in Europe/Zurich it is Tue 1 Dec 2026, 09:00`,
  ]);
  assert.equal(pause?.text, "Label of pause, until Fri 4 Dec 2026, 03:00");
  assert.equal(days.at(-1)?.lines[0]?.exact, "", "it was not reached");
});

Deno.test("reasonWords() leaves a reason that speaks of a window in its own zone, and says which", () => {
  const zones = { timezone: "Europe/Zurich", zone: "America/New_York" };
  const until = "2026-12-04T08:00:00.000Z";
  const text = "Waiting — until Fri 4 Dec 2026, 09:00 (Europe/Zurich), when Mon–Fri 09:00–17:00 opens";
  const reason = { code: "wait", text };
  assert.equal(reasonWords({ reason, until }, zones), text.replace("Waiting — ", ""));
  assert.equal(
    reasonWords({ reason, until }, { ...zones, zone: "Europe/Zurich" }),
    "until Fri 4 Dec 2026, 09:00, when Mon–Fri 09:00–17:00 opens",
  );
});
