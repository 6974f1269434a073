/** An execution told in other ways: as bars over its time, and as text for a mail. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { renderToString } from "preact-render-to-string";
import { executionAsText } from "../../routes/pages/components/execution_text.ts";
import { TimeSpent, timeSpent } from "../../routes/pages/components/time_spent.tsx";
import { at, execution, START, step } from "../islands/samples.ts";

const HOUR = 3_600_000;
const failure = {
  code: "http_503",
  message: "503 from api.example.com",
  status: 503,
  host: "api.example.com",
};

Deno.test("timeSpent() begins a step with its first attempt, and says which attempts failed", () => {
  const mail = step("mail", {
    status: "completed",
    attempts: 2,
    startedAt: at(2 * HOUR),
    endedAt: at(3 * HOUR),
    tries: [{ number: 1, startedAt: at(HOUR), endedAt: at(1.5 * HOUR), failure }],
  });
  const wait = step("wait", { status: "completed", startedAt: at(0), endedAt: at(4 * HOUR) });
  const none = step("none", { status: "skipped", startedAt: null, endedAt: null });
  const spent = timeSpent(
    { startedAt: at(0), endedAt: at(4 * HOUR), steps: [mail, wait, none] },
    START + 9 * HOUR,
  )!;
  assert.deepEqual(
    spent.spans.map(({ step: { nodeId }, ms, from, share }) => [nodeId, ms / HOUR, from, share]),
    [
      ["wait", 4, 0, 1],
      ["mail", 2, 0.25, 0.5],
    ],
  );
  assert.deepEqual(spent.spans[1]!.failed, [{ from: 0.25, share: 0.125 }]);
  const page = renderToString(<TimeSpent spent={spent} over />);
  assert.match(page, /4 h: wait 4 h \(100 %\), mail 2 h \(50 %\)/);
  assert.match(page, /href="\?step=mail#step"/);
  assert.equal(timeSpent({ startedAt: null, endedAt: null, steps: [wait] }, START), null);
});

Deno.test("timeSpent() shows the twenty longest, and all of their bars lie inside", () => {
  const times = fc.array(fc.tuple(fc.nat(10_000), fc.nat(10_000)), { maxLength: 60 });
  fc.assert(fc.property(times, (all) => {
    const steps = all.map(([from, ms], i) =>
      step(`s${i}`, { status: "completed", startedAt: at(from), endedAt: at(from + ms) })
    );
    const spent = timeSpent({ startedAt: at(0), endedAt: at(20_000), steps }, START + 20_000);
    const taking = all.filter(([, ms]) => ms > 0);
    assert.equal(spent === null, taking.length === 0);
    if (!spent) return;
    assert.equal(spent.spans.length, Math.min(20, taking.length));
    assert.equal(spent.rest.count, taking.length - spent.spans.length);
    const sum = spent.spans.reduce((ms, span) => ms + span.ms, spent.rest.ms);
    assert.equal(sum, taking.reduce((ms, [, own]) => ms + own, 0));
    for (const { from, share } of spent.spans) assert.ok(from >= 0 && from + share <= 1 + 1e-9);
  }));
});

Deno.test("executionAsText() tells who, when, where it stands and each step, without inputs and outputs", () => {
  const steps = [
    step("Webhook", { status: "completed", input: { secret: "not told" } }),
    step("Send mail", {
      status: "failed",
      attempts: 3,
      startedAt: at(0),
      endedAt: at(412),
      failure,
      output: { body: "not told" },
    }),
    step("Settle", { status: "pending" }),
  ];
  const failed = execution(steps, {
    status: "failed",
    startedAt: at(0),
    endedAt: at(412),
    reason: { code: "http_503", text: "Send mail: 503 from api.example.com" },
    lead: { id: "l1", name: "Ann Lee", email: "ann@example.com" },
  });
  const text = executionAsText(
    failed,
    { now: START + HOUR, zone: "Europe/Zurich" },
    "https://flow.example.com",
  );
  const lines = text.split("\n");
  assert.equal(lines[1], "Failed — Send mail: 503 from api.example.com");
  assert.equal(lines[2], "Lead: Ann Lee <ann@example.com>");
  assert.match(lines[3]!, /^Started by \w+, .*10:00:00/);
  assert.equal(lines[4], `https://flow.example.com/executions/${failed.id}`);
  assert.deepEqual(lines.slice(5), [
    "",
    "- Webhook: Completed",
    "- Send mail: Failed — 503 from api.example.com (attempt 3)",
    "Not started: Settle",
  ]);
  assert.doesNotMatch(text, /not told/);
});
