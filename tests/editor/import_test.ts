/** POST /api/workflow/import. */
import assert from "node:assert/strict";
import type { ImportAnswer, ImportPreview } from "../../engine/schemas/import.ts";
import { SAMPLE } from "../../engine/workflows/sample.ts";
import { LEADS } from "../core/n8n_files.ts";
import { openEditor } from "./house.ts";

const PATH = "/api/workflow/import";

Deno.test("POST /api/workflow/import makes a draft of a file of n8n, with a report, once for each key", async () => {
  await using house = await openEditor();
  const headers = { "idempotency-key": "import-1" };
  const made = await house.ask<ImportAnswer>("POST", PATH, { file: LEADS }, headers);
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const { workflow, source, report } = made.body;
  assert.equal(made.headers.get("location"), `/api/workflow/${workflow.id}`);
  assert.deepEqual([source, report.length, workflow.nodes.length, workflow.version], ["n8n", 9, 8, null]);
  assert.deepEqual(workflow.issues, []);
  const again = await house.ask<ImportAnswer>("POST", PATH, { file: LEADS }, headers);
  assert.equal(again.body.workflow.id, workflow.id);
  assert.equal((await house.engine.workflows.list({ limit: 10 })).items.length, 1);
  // What it became runs: the webhook decides, mails and answers.
  const run = await house.engine.simulate(workflow.id, {
    input: { email: "ann@example.com", domain: "example.com" },
    http: { look_up: { status: 200, body: { name: "Acme", employees: 300 } } },
  });
  const mail = run.steps.find(({ nodeId }) => nodeId === "write")?.would;
  assert.ok(mail?.kind === "mail");
  assert.equal(mail.text, "You have 300 people.");
});

Deno.test("POST /api/workflow/import takes our own export back, names it, and only shows it where that is asked for", async () => {
  await using house = await openEditor();
  const shown = await house.ask<ImportPreview>("POST", PATH, { file: SAMPLE, save: false, name: "Mine" });
  assert.equal(shown.status, 200);
  assert.deepEqual([shown.body.source, shown.body.report, shown.body.workflow.name], [
    "leadflow",
    [],
    "Mine",
  ]);
  assert.deepEqual((await house.engine.workflows.list({ limit: 1 })).items, []);
  const { name: _, ...bare } = SAMPLE;
  const made = await house.ask<ImportAnswer>("POST", PATH, { file: bare });
  assert.deepEqual([made.status, made.body.workflow.name], [201, "Imported workflow"]);
  assert.deepEqual(made.body.workflow.nodes, JSON.parse(JSON.stringify(SAMPLE.nodes)));
  const listed = await house.ask<ImportAnswer>("POST", PATH, { file: [LEADS] });
  assert.equal(listed.body.source, "n8n");
});

Deno.test("POST /api/workflow/import refuses what is no workflow with the field, and stores nothing", async () => {
  await using house = await openEditor();
  for (const file of ["text", 7, null, { a: 1 }, [LEADS, LEADS]]) {
    const { status, body } = await house.ask("POST", PATH, { file });
    assert.deepEqual([status, body.issues[0]?.path], [422, "file"], JSON.stringify(file).slice(0, 40));
  }
  const broken = await house.ask("POST", PATH, { file: { nodes: [{ type: "x" }], connections: {} } });
  assert.equal(broken.status, 422);
  assert.match(broken.body.issues[0]?.path ?? "", /^nodes\.0\.name/);
  const dangling = await house.ask("POST", PATH, {
    file: { nodes: [], edges: [{ id: "e", source: "a", target: "b" }] },
    save: false,
  });
  assert.equal(dangling.status, 422);
  assert.deepEqual((await house.engine.workflows.list({ limit: 1 })).items, []);
});
