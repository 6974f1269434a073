import assert from "node:assert/strict";
import { node, openEngine } from "../helpers/engine.ts";
import { SimulateInput } from "../../engine/schemas/simulation.ts";
import { cron, scheduled } from "./house.ts";

const MAIL = node("mail", "email", {
  to: "{{ trigger.body.email }}",
  subject: "Report of {{ trigger.scheduledAt | date: '%Y-%m-%d', 'Europe/Zurich' }}",
  text: "Hello",
});

Deno.test("simulate() of a workflow that only a schedule starts: its input arrives", async () => {
  await using house = await openEngine();
  const config = cron("0 9 * * 1-5", { input: { email: "ann@example.com" }, timezone: "Europe/Zurich" });
  const { workflowId } = await scheduled(house.engine, config, [MAIL]);
  const run = await house.engine.simulate(workflowId, SimulateInput.parse({ at: "2026-12-01T08:00:00Z" }));
  const mail = run.steps.find(({ nodeId }) => nodeId === "mail")?.would;
  assert.equal(mail?.kind, "mail");
  assert.ok(mail.kind === "mail" && mail.subject === "Report of 2026-12-01");
  assert.deepEqual(mail.kind === "mail" && mail.to, ["ann@example.com"]);
});

Deno.test("previewPublish() says what starts it, in words and in its zone", async () => {
  await using house = await openEngine();
  const { engine } = house;
  const words = async (config: Parameters<typeof scheduled>[1]): Promise<string | undefined> => {
    const { workflowId } = await scheduled(engine, config, [MAIL], { timezone: "Asia/Tokyo" });
    return (await engine.previewPublish(workflowId)).startedBy[0]?.words;
  };
  assert.equal(
    await words(cron("0 9 * * 1-5", { timezone: "Europe/Zurich" })),
    "every weekday at 09:00, Europe/Zurich",
  );
  assert.equal(await words(cron("0 9 * * 1-5", { timezone: "" })), "every weekday at 09:00, Asia/Tokyo");
  assert.match((await words(cron("0 9 1 * 1")))!, /^at 09:00, on day 1 of the month/);
});

Deno.test("a card says its schedule in words", async () => {
  await using house = await openEngine();
  const type = house.engine.nodeTypes().find((each) => each.type === "trigger_schedule")!;
  const { compileTemplate, renderTemplate } = await import("../../engine/core/template.ts");
  const compiled = compileTemplate(type.summary, "text");
  assert.ok("template" in compiled);
  assert.equal(renderTemplate(compiled.template, type.example).value, "every day at 09:00, Europe/Zurich");
});
