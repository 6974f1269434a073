/** The dry run says what would happen, when, to whom and why. */
import assert from "node:assert/strict";
import { EngineError } from "../../engine/errors.ts";
import { SAMPLE } from "../../engine/workflows/sample.ts";
import { ANN, chain, edge, isOver, node } from "../helpers/engine.ts";
import { statusesOf, stepOf, withDraft } from "./dry_run.ts";
import type { Graph } from "./dry_run.ts";

const DAY_MS = 86_400_000;

function wait(id: string, days: number): ReturnType<typeof node> {
  return node(id, "wait", { kind: "for", duration: { value: days, unit: "days" } });
}

function mail(id: string, text = "Hello"): ReturnType<typeof node> {
  return node(id, "email", { to: "{{ lead.email }}", subject: `${id} for {{ lead.company }}`, text });
}

const sequence: Graph = {
  nodes: [
    node("start", "trigger_manual"),
    ...Array.from({ length: 10 }, (_, i) => [mail(`mail${i}`), wait(`wait${i}`, 3)]).flat(),
  ],
  edges: chain("start", ...Array.from({ length: 10 }, (_, i) => [`mail${i}`, `wait${i}`]).flat()),
  settings: { timezone: "Europe/Zurich" },
};

Deno.test("simulate() asks for approvals as people would answer, each approver once, and says whom it would mail", () =>
  withDraft({
    nodes: [
      node("start", "trigger_manual"),
      node("ask", "approval", {
        title: "Go?",
        approvers: "kim@example.com, lou@example.com",
        needed: 2,
        deadline: { value: 2, unit: "days" },
      }),
      node("yes", "set", { fields: [{ name: "a", value: "1" }] }),
    ],
    edges: [...chain("start", "ask"), edge("ask", "yes", "approved")],
  }, async (house, _id, dryRun) => {
    const approved = await dryRun();
    assert.equal(stepOf(approved, "yes").status, "completed");
    assert.equal(stepOf(approved, "ask").port, "approved");
    const would = stepOf(approved, "ask").would;
    assert.ok(would?.kind === "mail" && would.subject === "Approval needed: Go?");
    assert.equal(stepOf(await dryRun({ answers: { ask: "declined" } }), "ask").port, "declined");
    for (const answer of ["timeout", null]) {
      const late = await dryRun({ answers: { ask: answer } });
      assert.deepEqual([stepOf(late, "ask").port, late.duration], ["timeout", 2 * DAY_MS]);
    }
    assert.equal((await house.engine.messages.list({ limit: 1 })).items.length, 0);
  }));

Deno.test("simulate() ten mails with three days between them are told day by day, in local time, over a change of the clocks", () =>
  withDraft(sequence, async (_house, _id, dryRun) => {
    const run = await dryRun({
      input: { email: "ann@example.com", company: "Acme" },
      // The clocks of Zurich go forward on 28 March 2027: three days are 72 hours all the same.
      at: "2027-03-20T09:00",
    });
    assert.equal(run.endedAs, "completed");
    assert.equal(run.duration, 30 * DAY_MS);
    assert.equal(run.timezone, "Europe/Zurich");
    assert.equal(run.startedAt, "2027-03-20T08:00:00.000Z");
    const mails = run.steps.filter(({ would }) => would);
    assert.deepEqual(
      mails.map(({ at }) => at),
      mails.map((_, i) => new Date(Date.UTC(2027, 2, 20, 8) + i * 3 * DAY_MS).toISOString()),
    );
    assert.deepEqual(mails.slice(0, 4).map(({ local }) => local), [
      "Sat 20 Mar 2027, 09:00",
      "Tue 23 Mar 2027, 09:00",
      "Fri 26 Mar 2027, 09:00",
      "Mon 29 Mar 2027, 10:00",
    ]);
    assert.deepEqual(mails[9]?.would, {
      kind: "mail",
      to: ["ann@example.com"],
      cc: [],
      bcc: [],
      subject: "mail9 for Acme",
      text: "Hello",
    });
    const first = stepOf(run, "wait0");
    assert.equal(first.until, "2027-03-23T08:00:00.000Z");
    assert.match(first.reason?.text ?? "", /Tue 23 Mar 2027, 09:00 \(Europe\/Zurich\)/);
    assert.deepEqual(run.steps.map(({ at }) => at), run.steps.map(({ at }) => at).toSorted());
    assert.equal(run.events.at(-1)?.message, "Completed");
  }));

Deno.test("simulate() a lead's own zone wins over the workflow's", () =>
  withDraft(sequence, async ({ engine }, _id, dryRun) => {
    const lead = await engine.leads.create({ email: "bob@example.com", timezone: "America/New_York" });
    const run = await dryRun({ leadId: lead.id, at: "2026-12-01T09:00" });
    assert.equal(run.startedAt, "2026-12-01T14:00:00.000Z");
    assert.equal(stepOf(run, "mail1").local, "Fri 4 Dec 2026, 09:00");
    assert.deepEqual(run.lead, { id: lead.id, name: "bob@example.com", email: "bob@example.com" });
  }));

Deno.test("simulate() opened and unopened mails take the two ways of the sample, and what is skipped says why", () =>
  withDraft(SAMPLE, async (_house, _id, dryRun) => {
    const input = { email: "ann@example.com", firstName: "Ann", company: "Acme" };
    const unopened = await dryRun({ input });
    assert.equal(stepOf(unopened, "second_mail").would?.kind, "mail");
    const call = stepOf(unopened, "call");
    assert.equal(call.status, "skipped");
    assert.match(call.reason?.text ?? "", /went "false", not "true".*opened was false, needed true/);
    assert.ok(call.at, "it was skipped at a time");

    // Opened a minute after sending is too late for a wait of 30 s.
    const late = await dryRun({ input, opened: ["first_mail"] });
    assert.equal(stepOf(late, "call").status, "skipped");
    assert.match(late.notes.join(), /over before the mail of "first_mail" was opened/);
    const patient = structuredClone(SAMPLE);
    patient.nodes.find(({ id }) => id === "pause")!.data.config.duration = { value: 2, unit: "days" };
    await withDraft(patient, async (_house, _id, dryRun) => {
      const opened = await dryRun({ input, opened: ["first_mail"], answers: { call: "Interested" } });
      assert.deepEqual(statusesOf(opened), {
        hook: "skipped",
        start: "completed",
        first_mail: "completed",
        pause: "completed",
        opened: "completed",
        call: "completed",
        second_mail: "skipped",
        stage: "completed",
      });
      const seen = opened.events.find(({ message }) => message === "The mail was opened");
      assert.equal(Date.parse(seen?.timestamp ?? ""), Date.parse(opened.startedAt) + 60_000);
      const clicked = await dryRun({ input, clicked: ["first_mail"] });
      assert.ok(clicked.events.some(({ message }) => message === "A link was clicked"));
      assert.equal(stepOf(clicked, "opened").port, "true");
    });
  }));

const asking: Graph = {
  nodes: [
    node("start", "trigger_manual"),
    node("call", "task", { title: "Call", outcomes: ["Reached", "Not reached"] }),
    node("yes", "set", { fields: [] }),
    node("no", "set", { fields: [] }),
  ],
  edges: [edge("start", "call"), edge("call", "yes", "Reached"), edge("call", "no", "Not reached")],
};

Deno.test("simulate() a person's answer is the given one, else the first and said so, and null is nobody", () =>
  withDraft(asking, async (_house, _id, dryRun) => {
    const given = await dryRun({ answers: { call: "Not reached" } });
    assert.deepEqual([given.endedAs, stepOf(given, "no").status, given.notes], [
      "completed",
      "completed",
      [],
    ]);
    assert.equal(stepOf(given, "yes").status, "skipped");

    const assumed = await dryRun();
    assert.equal(stepOf(assumed, "yes").status, "completed");
    assert.match(stepOf(assumed, "call").reason?.text ?? "", /No answer was given.*"Reached"/);
    assert.equal(assumed.notes.length, 1);

    const nobody = await dryRun({ answers: { call: null } });
    assert.deepEqual([nobody.endedAs, nobody.reason?.code], ["waiting", "nothing_comes"]);
    assert.equal(stepOf(nobody, "call").status, "waiting");
    assert.equal(stepOf(nobody, "yes").status, "pending");
    assert.equal(stepOf(nobody, "yes").at, null);
  }));

Deno.test("simulate() other programs answer what is given, with retries at their virtual times", () =>
  withDraft({
    nodes: [
      node("start", "trigger_manual"),
      node("crm", "api", {
        method: "POST",
        url: "https://crm.example.com/leads",
        body: { email: "{{ lead.email }}" },
      }, { retry: { maxRetries: 2, backoffMs: 60_000 } }),
      node("after", "set", { fields: [{ name: "id", value: "{{ steps.crm.output.body.id }}" }] }),
    ],
    edges: chain("start", "crm", "after"),
  }, async (_house, _id, dryRun) => {
    const input = { email: "ann@example.com" };
    const fine = await dryRun({ input, http: { crm: { status: 201, body: { id: 7 } } } });
    assert.deepEqual(stepOf(fine, "crm").would, {
      kind: "http",
      method: "POST",
      url: "https://crm.example.com/leads",
      body: '{"email":"ann@example.com"}',
    });
    assert.deepEqual(stepOf(fine, "after").output, { id: 7 });
    assert.equal((await dryRun({ input })).endedAs, "completed");

    const down = await dryRun({ input, http: { crm: { status: 503 } } });
    assert.equal(down.endedAs, "failed");
    assert.match(down.reason?.text ?? "", /503 from crm\.example\.com/);
    assert.equal(stepOf(down, "crm").attempts, 3);
    assert.ok(down.duration > 1_000, "the pauses of the retries passed");
    assert.deepEqual(await dryRun({ input, http: { crm: { status: 503 } }, at: down.startedAt }), down);
  }));

Deno.test("simulate() a draft that cannot run is 422 with its issues, while what is published runs", () =>
  withDraft(
    { nodes: [node("start", "trigger_manual"), mail("mail")], edges: chain("start", "mail") },
    async ({ engine }, id, dryRun) => {
      await engine.workflows.publish(id, {}, ANN);
      const { revision } = await engine.workflows.get(id);
      await engine.workflows.save(id, revision, {
        nodes: [node("start", "trigger_manual"), node("mail", "email", { to: "", subject: "s", text: "t" })],
      }, ANN);
      await refused(dryRun(), 422, "nodes.mail.config.to");
      const run = await dryRun({ version: 1, input: { email: "ann@example.com" } });
      assert.deepEqual([run.version, run.draft, run.endedAs], [1, false, "completed"]);
      await refused(dryRun({ version: 2 }), 404);
    },
  ));

Deno.test("simulate() refuses what names nothing, before anything runs", () =>
  withDraft(asking, async (_house, _id, dryRun) => {
    await refused(dryRun({ answers: { gone: "x" } }), 422, "answers.gone");
    await refused(dryRun({ answers: { call: "Perhaps" } }), 422, "answers.call");
    await refused(dryRun({ opened: ["call"] }), 422, "opened.call");
    await refused(dryRun({ clicked: ["gone"] }), 422, "clicked.gone");
    await refused(dryRun({ http: { gone: { status: 200 } } }), 422, "http.gone");
    await refused(dryRun({ at: "tomorrow" }), 422, "at");
    await refused(dryRun({ at: "1999-12-31T00:00:00Z" }), 422, "at");
    await refused(dryRun({ trigger: "call" }), 422, "trigger");
    await refused(dryRun({ leadId: "nobody" }), 404);
    const signals = [{ after: { value: 1, unit: "days" as const }, type: "call.completed" }];
    await refused(dryRun({ signals }), 422, "signals");
  }));

Deno.test("simulate() ends at its limits and names the one that it met", async () => {
  const waits = Array.from({ length: 4 }, (_, i) => wait(`wait${i}`, 300));
  const long: Graph = {
    nodes: [node("start", "trigger_manual"), ...waits],
    edges: chain("start", ...waits.map(({ id }) => id)),
  };
  await withDraft(long, async (_house, _id, dryRun) => {
    const run = await dryRun();
    assert.deepEqual([run.endedAs, run.reason?.code], ["stopped", "time_limit"]);
    assert.equal(run.duration, 600 * DAY_MS);
    assert.equal(stepOf(run, "wait2").status, "waiting");
  });
  await withDraft(long, async (_house, _id, dryRun) => {
    assert.equal((await dryRun()).reason?.code, "step_limit");
  }, { simulationLimits: { steps: 2 } });
  await withDraft({
    nodes: [node("start", "trigger_manual"), node("deaf", "probe")],
    edges: chain("start", "deaf"),
  }, async ({ probe }, _id, dryRun) => {
    probe.answer = () => new Promise(() => {});
    const run = await dryRun();
    assert.deepEqual([run.reason?.code, stepOf(run, "deaf").status], ["real_time_limit", "running"]);
  }, { simulationLimits: { realMs: 200 } });
});

Deno.test("simulate() no more than three at once; the others are asked to come again", () =>
  withDraft(sequence, async (_house, _id, dryRun) => {
    const input = { email: "ann@example.com" };
    const ended = await Promise.allSettled(Array.from({ length: 5 }, () => dryRun({ input })));
    assert.equal(ended.filter(({ status }) => status === "fulfilled").length, 3);
    for (const one of ended) {
      if (one.status === "rejected") assert.equal(one.reason.status, 503);
    }
    assert.equal((await dryRun({ input })).endedAs, "completed");
  }));

Deno.test("simulate() comes to what an execution comes to: the same statuses, ports, outputs and reasons", async () => {
  const patient = structuredClone(SAMPLE);
  await withDraft(patient, async (house, id, dryRun) => {
    const { engine } = house;
    const input = { email: "ann@example.com", firstName: "Ann", company: "Acme" };
    const run = await dryRun({ input });
    await engine.workflows.publish(id, {}, ANN);
    const { executionId } = await engine.triggers.execute(
      { workflowId: id, input, trigger: "start" },
      {},
      ANN,
    );
    await house.until(() => isOver(engine, executionId));
    const real = await engine.executions.get(executionId);
    const told = run.steps.map((step) => [step.nodeId, step.status, step.port, step.attempts]).toSorted();
    const done = real.steps.map((step) => [step.nodeId, step.status, step.port, step.attempts]).toSorted();
    assert.deepEqual(told, done);
    const [outputTold, outputDone] = [run, real].map(({ steps }) =>
      steps.find(({ nodeId }) => nodeId === "opened")
    );
    assert.deepEqual(outputTold?.output, outputDone?.output);
    assert.deepEqual(outputTold?.reason, outputDone?.reason);
    assert.equal(run.duration, 30_000);
    const { items: [sent] } = await engine.messages.list({ limit: 1, executionId });
    const { would } = stepOf(run, "second_mail");
    assert.deepEqual(would?.kind === "mail" && [would.to, would.subject], [sent?.to, sent?.subject]);
  });
});

async function refused(promise: Promise<unknown>, status: number, path?: string): Promise<void> {
  await assert.rejects(promise, (error) => {
    assert.ok(error instanceof EngineError, String(error));
    assert.equal(error.status, status);
    if (path !== undefined) {
      assert.ok(error.issues.some((issue) => issue.path === path), JSON.stringify(error.issues));
    }
    return true;
  });
}

Deno.test("simulate() signals reach a wait at their time, also those of the past that it looks back on", () =>
  withDraft({
    nodes: [
      node("start", "trigger_manual"),
      node("reply", "wait_for_signal", {
        signals: ["email.replied"],
        mode: "any",
        timeout: { value: 3, unit: "days" },
        lookBack: { value: 1, unit: "hours" },
      }),
      node("thanks", "set", { fields: [] }),
      node("late", "set", { fields: [] }),
    ],
    edges: [edge("start", "reply"), edge("reply", "thanks", "received"), edge("reply", "late", "timeout")],
  }, async ({ engine, clock }, _id, dryRun) => {
    const lead = await engine.leads.create({ email: "ann@example.com" });
    const signal = {
      after: { value: 2, unit: "days" as const },
      type: "email.replied",
      data: { text: "yes" },
    };
    const replied = await dryRun({ leadId: lead.id, signals: [signal] });
    assert.deepEqual([stepOf(replied, "thanks").status, replied.duration], ["completed", 2 * DAY_MS]);
    const silent = await dryRun({ leadId: lead.id });
    assert.deepEqual([stepOf(silent, "late").status, silent.duration], ["completed", 3 * DAY_MS]);

    await engine.leads.signal(lead.id, { type: "email.replied" });
    const at = (ms: number): string => new Date(clock.now + ms).toISOString();
    const heard = await dryRun({ leadId: lead.id, at: at(60_000) });
    assert.deepEqual([stepOf(heard, "reply").port, heard.duration], ["received", 0]);
    const tooLate = await dryRun({ leadId: lead.id, at: at(2 * 3_600_000) });
    assert.equal(stepOf(tooLate, "reply").port, "timeout");
  }));
