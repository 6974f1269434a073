/** A round that is stopped while its mail is under way, in a loop that is gone on with. */
import assert from "node:assert/strict";
import { ANN, edge, hook, hookNode, node, openEngine, publish } from "../helpers/engine.ts";
import { oracle } from "../helpers/oracle.ts";
import { wholeList } from "../helpers/whole_list.ts";
import { mailServer } from "../messages/smtp_fixture.ts";

Deno.test("a mail that may have arrived when its round was stopped is not sent again by Retry: a person is asked", async () => {
  const [received, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  await using server = await mailServer({
    beforeAnswer: () => {
      received.resolve();
      return gate.promise;
    },
  });
  await using house = await openEngine({ smtpUrl: server.url });
  const { engine } = house;
  let broken = true;
  house.probe.answer = async (_context, say) => {
    if (say !== "b" || !broken) return { kind: "done", output: { say } };
    await received.promise;
    return { kind: "fail", failure: { code: "http_401", message: "Unauthorized", retryable: false } };
  };
  await publish(
    engine,
    [
      hookNode("go"),
      node("loop", "for_each", { items: "{{ trigger.body.list }}", concurrency: 2 }),
      node("first", "probe", { say: "{{ steps.loop.output.item }}" }),
      node("mail", "email", { to: "ann@example.com", subject: "Hello", text: "Hello" }),
    ],
    [edge("hook", "loop"), edge("loop", "first", "each"), edge("first", "mail")],
  );
  const { executionId: id } = await hook(engine, "go", { list: ["a", "b"] });
  const statusesAre = async (parent: string, ...of: string[]): Promise<boolean> =>
    (await engine.executions.get(id)).status === parent &&
    (await wholeList(engine, { parentId: id })).map(({ status }) => status).join() ===
      of.join();
  await house.until(() => statusesAre("failed", "cancelled", "failed"), 1_200_000);
  assert.equal(server.received.length, 1);
  gate.resolve();
  broken = false;
  await engine.executions.retry(id, {}, ANN);
  await house.until(() => statusesAre("waiting", "waiting", "completed"), 1_200_000);
  assert.equal(server.received.length, 2, "the other round's, and the first one not again");
  const cards = (await engine.inbox.list({ limit: 10 })).items;
  assert.deepEqual(cards.map(({ kind }) => kind), ["uncertain"]);
  await oracle(house.store);
  await engine.inbox.complete(cards[0]!.id, { outcome: "sent" }, { userId: "ann", name: "Ann" });
  await house.until(() => statusesAre("completed", "completed", "completed"), 1_200_000);
  assert.equal(server.received.length, 2);
  await oracle(house.store);
});
