/** A dry run stores nothing and sends nothing, proven on a house that could. */
import assert from "node:assert/strict";
import { target } from "../egress/target_fixture.ts";
import { ANN, chain, isOver, node } from "../helpers/engine.ts";
import { mailServer } from "../messages/smtp_fixture.ts";
import { dump, stepOf, withDraft } from "./dry_run.ts";

const SECRET = "value-that-nobody-may-see";

Deno.test("simulate() opens no connection, writes no byte and shows no secret, where an execution would do all three", async () => {
  await using smtp = await mailServer();
  const shown: (string | null)[] = [];
  await using marker = target((request) => {
    shown.push(request.headers.get("authorization"));
    return Response.json({ found: true });
  });
  const { host } = new URL(marker.url);
  const graph = {
    nodes: [
      node("start", "trigger_manual"),
      node("mail", "email", { to: "{{ lead.email }}", subject: "Hello", text: "Hello {{ lead.firstName }}" }),
      node("pause", "wait", { kind: "for", duration: { value: 1, unit: "days" } }),
      node("crm", "api", { url: `${marker.url}/leads`, auth: { kind: "bearer", token: { secret: "crm" } } }),
    ],
    edges: chain("start", "mail", "pause", "crm"),
  };
  await withDraft(graph, async (house, id, dryRun) => {
    const { engine, real } = house;
    await engine.secrets.put("crm", SECRET, ["127.0.0.1"], ANN);
    const lead = await engine.leads.create({ email: "ann@example.com", firstName: "Ann" });
    await engine.workflows.publish(id, {}, ANN);
    await house.settle();
    const before = await dump(real);

    const inputs = [
      {
        leadId: lead.id,
        opened: ["mail"],
        signals: [{ after: { value: 1, unit: "hours" as const }, type: "call.completed" }],
      },
      // Finds the stored lead and would fill its empty fields.
      { input: { email: "ann@example.com", company: "Acme" } },
      // Would make a new one.
      { input: { email: "bob@example.com" }, version: 1 },
    ];
    for (const input of inputs) {
      const run = await dryRun(input);
      assert.equal(run.endedAs, "completed", JSON.stringify(run.reason));
      assert.equal(stepOf(run, "crm").would?.kind, "http");
      assert.equal(stepOf(run, "mail").would?.kind, "mail");
      assert.ok(!JSON.stringify(run).includes(SECRET));
    }
    await house.settle();
    assert.deepEqual(await dump(real), before);
    assert.deepEqual([smtp.connections, marker.requests.length], [0, 0]);

    // The same house does send when it is asked to: the marker and the mail server would have seen it.
    const { executionId } = await engine.triggers.execute({ workflowId: id, leadId: lead.id }, {}, ANN);
    for await (const { event } of engine.executions.follow(executionId, 0, new AbortController().signal)) {
      if (event.taskId === "pause" && event.type === "waiting") break;
    }
    await house.until(() => isOver(engine, executionId), 2 * 86_400_000);
    assert.deepEqual([smtp.received.length, marker.requests.length], [1, 1]);
    assert.deepEqual(shown, [`Bearer ${SECRET}`]);
  }, { smtpUrl: smtp.url, allowHosts: [host], send: true });
});

Deno.test("simulate() a secret that is missing or meant for another host fails as it would", () =>
  withDraft({
    nodes: [
      node("start", "trigger_manual"),
      node("crm", "api", {
        url: "https://crm.example.com/",
        auth: { kind: "bearer", token: { secret: "crm" } },
      }),
    ],
    edges: chain("start", "crm"),
  }, async ({ engine }, _id, dryRun) => {
    assert.equal((await dryRun()).reason?.code, "secret_missing");
    await engine.secrets.put("crm", SECRET, ["other.example.com"], ANN);
    assert.equal((await dryRun()).reason?.code, "secret_host");
    await engine.secrets.put("crm", SECRET, ["crm.example.com"], ANN);
    assert.equal((await dryRun()).endedAs, "completed");
  }));

Deno.test("simulate() shows of a secret that is an address its host alone, so that a message to Slack is tested too", async () => {
  const graph = {
    nodes: [
      node("start", "trigger_manual"),
      node("tell", "notification", {
        channel: "slack",
        webhook: { secret: "slack_webhook" },
        host: "hooks.slack.com",
        message: "Hello {{ lead.firstName }}",
      }),
    ],
    edges: chain("start", "tell"),
  };
  await withDraft(graph, async ({ engine }, _id, dryRun) => {
    await engine.secrets.put(
      "slack_webhook",
      `https://hooks.slack.com/services/${SECRET}`,
      ["hooks.slack.com"],
      ANN,
    );
    const run = await dryRun({ input: { email: "ann@example.com", firstName: "Ann" } });
    const step = stepOf(run, "tell");
    assert.equal(step.status, "completed", JSON.stringify(step.reason));
    assert.equal(
      step.would?.kind === "http" && step.would.url,
      "https://hooks.slack.com/secret/slack_webhook",
    );
    assert.ok(!JSON.stringify(run).includes(SECRET));
  });
});
