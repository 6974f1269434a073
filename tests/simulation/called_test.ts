/** Workflows that are called by the one that runs dry. */
import assert from "node:assert/strict";
import { ANN, chain, node } from "../helpers/engine.ts";
import { stepOf, withDraft } from "./dry_run.ts";

const INNER = {
  name: "Score",
  settings: {},
  nodes: [
    node("start", "trigger_manual"),
    node("score", "set", { fields: [{ name: "points", value: 7 }] }),
    node("mail", "email", { to: "{{ lead.email }}", subject: "Hello", text: "Hello" }),
  ],
  edges: chain("start", "score", "mail"),
};

Deno.test("simulate() a workflow that is called runs too, on virtual time and without a way out", async () => {
  await withDraft(
    { nodes: [node("start", "trigger_manual")], edges: [] },
    async ({ engine, settle }, id, dryRun) => {
      const inner = await engine.workflows.create(INNER, ANN);
      await engine.workflows.publish(inner.id, {}, ANN);
      const { revision } = await engine.workflows.get(id);
      const nodes = [
        node("start", "trigger_manual"),
        node("call", "sub_workflow", { workflowId: inner.id, wait: true }),
      ];
      await engine.workflows.save(id, revision, { nodes, edges: chain("start", "call") }, ANN);
      const run = await dryRun({ input: { email: "ann@example.com" } });
      assert.equal(run.endedAs, "completed", JSON.stringify(run.reason));
      assert.equal(stepOf(run, "call").status, "completed");
      await settle();
      assert.deepEqual((await engine.messages.list({ limit: 10 })).items, []);
      assert.deepEqual((await engine.executions.list({ limit: 10 })).items, []);
    },
  );
});

Deno.test("simulate() a call of a workflow that is not published fails as it would", async () => {
  await withDraft({ nodes: [node("start", "trigger_manual")], edges: [] }, async ({ engine }, id, dryRun) => {
    const inner = await engine.workflows.create(INNER, ANN);
    const { revision } = await engine.workflows.get(id);
    const nodes = [
      node("start", "trigger_manual"),
      node("call", "sub_workflow", { workflowId: inner.id, wait: true }),
    ];
    await engine.workflows.save(id, revision, { nodes, edges: chain("start", "call") }, ANN);
    const run = await dryRun();
    assert.equal(run.endedAs, "failed");
    assert.match(stepOf(run, "call").reason?.text ?? "", /publish/i);
  });
});
