import assert from "node:assert/strict";
import { renderToString } from "preact-render-to-string";
import { actionsFor, chosenWords, paceWords, progressWords } from "../../islands/monitoring/bulk_words.ts";
import { BulkProgress } from "../../islands/monitoring/BulkProgress.tsx";
import { ExecutionView } from "../../islands/monitoring/ExecutionView.tsx";
import { mayReplayFrom } from "../../islands/monitoring/replay_steps.ts";
import { BULK_JOB } from "../helpers/fake_records.ts";
import { execution, START, step, summary } from "../islands/samples.ts";
import { pageApp } from "../pages/page_app.ts";

const OLD = "01JD00000000000000000000AA";
const NEW = "01JD00000000000000000000BB";

Deno.test("chosenWords() names action, number, status and workflow; paceWords() how long it takes", () => {
  const filter = { status: "failed" } as const;
  const chosen = { action: "retry", count: 37, filter, workflow: "Cold Outreach" } as const;
  assert.equal(
    `${chosenWords(chosen)}, ${paceWords(37, 10)}`,
    "Retry 37 failed executions of Cold Outreach, 10 a second, about 4 s",
  );
  assert.equal(
    chosenWords({ action: "cancel", count: 1, filter: {}, workflow: null }),
    "Cancel 1 unsettled execution",
  );
  assert.equal(paceWords(50_000, 10), "10 a second, about 1 h 23 min");
  assert.equal(
    chosenWords({ action: "replay", count: 1_200, filter: {}, workflow: null }),
    "Replay 1,200 settled executions",
  );
});

Deno.test("actionsFor() offers what can reach something", () => {
  assert.deepEqual(actionsFor("failed"), ["retry", "replay"]);
  assert.deepEqual(actionsFor("completed"), ["replay"]);
  assert.deepEqual(actionsFor("waiting"), ["cancel"]);
  assert.deepEqual(actionsFor(undefined), ["retry", "replay", "cancel"]);
});

Deno.test("progressWords() and BulkProgress say how far it is and why executions were passed over", () => {
  const job = { ...BULK_JOB, count: 37, done: 12, skipped: 2, failed: 1 };
  assert.equal(progressWords(job), "12 of 37 retried, 2 skipped, 1 failed");
  const reasons = [{
    outcome: "skipped",
    text: "It is no longer stored",
    count: 2,
    executionId: OLD,
  }] as const;
  const html = renderToString(<BulkProgress job={{ ...job, reasons: [...reasons] }} onDismiss={() => {}} />);
  for (
    const text of ["12 of 37 retried", "2 skipped: ", "It is no longer stored", `/executions/${OLD}`, "Stop"]
  ) {
    assert.ok(html.includes(text), text);
  }
  const over = renderToString(<BulkProgress job={{ ...job, status: "cancelled" }} onDismiss={() => {}} />);
  assert.ok(over.includes("Stopped: 12 of 37 retried") && !over.includes(">Stop<"));
});

Deno.test("mayReplayFrom() is true where something had begun", () => {
  const steps = [
    step("hook", { type: "trigger_webhook", status: "completed", attempts: 1 }),
    step("other", { type: "trigger_manual", status: "skipped" }),
    step("a", { status: "completed", attempts: 1 }),
    step("taken", { status: "completed", takenOver: OLD }),
    step("failed", { status: "failed", attempts: 4 }),
    step("skipped", { status: "skipped" }),
    step("ahead", { status: "pending" }),
    step("stopped", { status: "cancelled" }),
  ];
  const one = execution(steps, { status: "failed" });
  assert.deepEqual(steps.filter((each) => mayReplayFrom(one, each)).map(({ nodeId }) => nodeId), [
    "hook",
    "a",
    "taken",
    "failed",
  ]);
});

Deno.test("ExecutionView links replays both ways and offers a replay to those who may", () => {
  const one = execution([step("hook", { type: "trigger_webhook", status: "completed", attempts: 1 })], {
    status: "completed",
    replayOf: OLD,
    replayedAs: [NEW],
  });
  const render = (replay: boolean): string =>
    renderToString(
      <ExecutionView
        execution={one}
        events={[]}
        graph={null}
        selected="hook"
        now={START}
        may={{
          cancel: true,
          retry: true,
          replay,
          bodies: true,
          answer: true,
          secrets: true,
          viewer: "ann@example.com",
        }}
      />,
    );
  const html = render(true);
  for (const text of [`/executions/${OLD}`, `/executions/${NEW}`, "Replay …", "Replay from here …"]) {
    assert.ok(html.includes(text), text);
  }
  const viewer = render(false);
  assert.ok(
    viewer.includes(`/executions/${OLD}`) && !viewer.includes("Replay …") && !viewer.includes("from here"),
  );
});

Deno.test("/executions offers bulk actions to those who may, and shows what is under way", async () => {
  const data = {
    executions: [summary({ status: "failed" })],
    bulkJobs: [{ ...BULK_JOB, count: 37, done: 12 }],
  };
  const { html } = await pageApp(data).get("/executions?status=failed");
  assert.ok(html.includes("All that match:") && html.includes("12 of 37 retried"));
  const refused = await pageApp(data, { refuse: "execution.bulk" }).get("/executions?status=failed");
  assert.ok(!refused.html.includes("All that match:") && !refused.html.includes("of 37"));
  const over = { ...data, bulkJobs: [{ ...BULK_JOB, status: "completed" } as const] };
  assert.ok(
    !(await pageApp(over).get("/executions")).html.includes("retried"),
    "what has ended is not shown again",
  );
});
