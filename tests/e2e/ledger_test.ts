/** Promise 3 on the real program: killed around the mail server's answer, no mail is ever sent twice in silence. */
import assert from "node:assert/strict";
import { eventually } from "../helpers/eventually.ts";
import { type Server, startServer, textOf } from "../helpers/server.ts";
import { mailServer } from "../messages/smtp_fixture.ts";
import type { Behaviour, FakeServer } from "../messages/smtp_fixture.ts";
import { flow, hookNode, MAIL_NODE } from "./flows.ts";

const free = { sanitizeOps: false, sanitizeResources: false };
const RUNS = 30;
const BY_RUN = 2;

function mailing(path: string): unknown {
  return flow(
    `Mail ${path}`,
    [hookNode(path), MAIL_NODE, ["last", "set", "Settle", { fields: [{ name: "stage", value: "done" }] }]],
    [["hook", "mail"], ["mail", "last"]],
  );
}

interface Card {
  id: string;
  kind: string;
  title: string;
  executionId: string;
  outcomes: { id: string; label: string }[];
}

async function cardsOf(server: Server): Promise<Card[]> {
  const { items } = await server.api("GET", "/api/inbox?limit=200") as { items: Card[] };
  return items;
}

/** The card of this execution, or null once it has settled. */
async function decisionFor(server: Server, executionId: string): Promise<Card | null> {
  const get = (): Promise<unknown> => server.api("GET", `/api/monitoring/executions/${executionId}`);
  const { card } = await eventually(`${executionId} neither settles nor asks`, async () => {
    const card = (await cardsOf(server)).find((each) => each.executionId === executionId) ?? null;
    return (card !== null || textOf(await get(), "status") === "completed") && { card };
  }, async () => JSON.stringify(await get()));
  return card;
}

function mailsTo(smtp: FakeServer, address: string): string[] {
  return smtp.received.filter(({ to }) => to.includes(address))
    .map(({ data }) => /^Message-ID: (.*)$/im.exec(data)?.[1] ?? "");
}

for (const moment of ["before", "after"] as const) {
  Deno.test(
    `main.ts killed right ${moment} the mail server's answer: one card, and each answer goes on`,
    free,
    async () => {
      const behaviour: Behaviour = {};
      await using smtp = await mailServer(behaviour);
      await using server = await startServer({ env: { LEADFLOW_SMTP_URL: smtp.url } });
      await server.publish(mailing("mail"));
      for (const [answer, mails] of [["sent", 1], ["again", 2], ["skip", 1]] as const) {
        const email = `${answer}@example.com`;
        const killed = Promise.withResolvers<void>();
        const kill = (): void => void server.kill().then(killed.resolve, killed.reject);
        if (moment === "before") behaviour.beforeAnswer = () => (kill(), killed.promise);
        else behaviour.afterAnswer = kill;
        const id = await server.hook("mail", { email, firstName: "Ann", lastName: "Lee" });
        await killed.promise;
        delete behaviour.beforeAnswer;
        delete behaviour.afterAnswer;
        await server.start();
        const card = await decisionFor(server, id);
        // The answer and the kill race in the process that dies; what is asked of it is that the two agree.
        if (card === null && moment === "after") {
          assert.equal(mailsTo(smtp, email).length, 1);
          continue;
        }
        assert.ok(card);
        assert.deepEqual([card.kind, card.title], ["uncertain", "Ann Lee may have received this"]);
        assert.deepEqual(card.outcomes.map(({ label }) => label), ["Sent", "Send again", "Skip"]);
        assert.equal((await cardsOf(server)).length, 1);
        await server.api("POST", `/api/inbox/${card.id}/complete`, { outcome: answer });
        assert.equal(await server.settled(id), "completed");
        const ids = mailsTo(smtp, email);
        assert.equal(ids.length, mails);
        assert.equal(new Set(ids).size, mails, "what a person has sent again is another message");
        assert.deepEqual(await cardsOf(server), []);
      }
    },
  );
}

Deno.test(
  `main.ts over ${RUNS} runs with kills at random moments: each mail is there once, or a person is asked`,
  free,
  async () => {
    let seed = Math.floor(Math.random() * 2 ** 31);
    const first = seed;
    const random = (): number => (seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff) / 0x7fffffff;
    // A server that thinks for a while before it answers: the kill falls before, in and after it.
    await using smtp = await mailServer({
      beforeAnswer: () => new Promise((resolve) => setTimeout(resolve, random() * 60)),
    });
    await using server = await startServer({ env: { LEADFLOW_SMTP_URL: smtp.url } });
    await server.publish(mailing("mail"));
    const asked: string[] = [];
    const runs: { id: string; email: string }[] = [];
    for (let run = 0; run < RUNS / BY_RUN; run++) {
      for (let i = 0; i < BY_RUN; i++) {
        const email = `lead-${run}-${i}@example.com`;
        runs.push({ email, id: await server.hook("mail", { email, firstName: "Ann" }) });
      }
      await new Promise((resolve) => setTimeout(resolve, random() * 500));
      await server.kill();
      await server.start();
      for (const { id, email } of runs.slice(-BY_RUN)) {
        const card = await decisionFor(server, id);
        const mails = mailsTo(smtp, email).length;
        const said = `${email}, seed ${first}`;
        assert.ok(mails <= 1, `${said}: ${mails} mails and nobody was asked`);
        if (card === null) assert.equal(mails, 1, `${said}: completed without a mail`);
        else {
          asked.push(email);
          assert.equal(card.kind, "uncertain");
          await server.api("POST", `/api/inbox/${card.id}/complete`, { outcome: "skip" });
          assert.equal(await server.settled(id), "completed");
        }
      }
    }
    for (const { email } of runs) {
      assert.ok(
        mailsTo(smtp, email).length <= 1,
        `${email} twice, seed ${first}`,
      );
    }
    assert.ok(
      asked.length > 0 && asked.length < runs.length,
      `${asked.length} of ${runs.length} kills fell within a send, seed ${first}`,
    );
  },
);
