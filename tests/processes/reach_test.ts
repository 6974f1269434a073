/** What arrives at one process reaches the execution that another holds, and is seen by who follows at a third. */
import assert from "node:assert/strict";
import { CALL_NODE, flow, hookNode, MAIL_NODE, waitNode } from "../e2e/flows.ts";
import { Lag } from "../helpers/lag.ts";
import { type Server, textOf } from "../helpers/server.ts";
import { House, slowAndWait } from "./house.ts";

const WITHIN_MS = 2_000;
const LEAD = { email: "ann@example.com", firstName: "Ann" };

interface Event {
  type: string;
  taskId: string | null;
  message: string;
  timestamp: string;
  executionId: string;
}

/** The events of a stream as they come, with the moment of their coming; leaving the loop ends the stream. */
async function* follow(server: Server, path: string): AsyncGenerator<{ event: Event; at: number }> {
  const response = await server.stream(path);
  let text = "";
  for await (const chunk of response.pipeThrough(new TextDecoderStream())) {
    const at = Date.now();
    text += chunk;
    const records = text.split("\n\n");
    text = records.pop() ?? "";
    for (const record of records) {
      const data = /^data: (.*)$/m.exec(record)?.[1];
      if (data?.startsWith("{")) yield { event: JSON.parse(data), at };
    }
  }
}

/** Waits for an event on the other process's stream; gives how long that took since `from`. */
async function seen(
  server: Server,
  id: string,
  from: number,
  isIt: (event: Event) => boolean,
): Promise<number> {
  for await (const { event, at } of follow(server, `/api/monitoring/executions/${id}/stream`)) {
    if (isIt(event)) return at - from;
  }
  throw new Error(`the execution ${id} ended without it`);
}

/** Webhook → slow, and beside it mail → call: while the slow step runs, its process holds the execution. */
function heldFlow(path: string, ms: number): unknown {
  return flow(
    `Held ${path}`,
    [hookNode(path), ["one", "slow", "One", { ms }], MAIL_NODE, CALL_NODE],
    [["hook", "one"], ["hook", "mail"], ["mail", "call"]],
  );
}

async function startHeld(one: Server): Promise<string> {
  const id = await one.hook("held", LEAD);
  await seen(one, id, Date.now(), ({ taskId, type }) => taskId === "call" && type === "waiting");
  return id;
}

for (const queue of ["on", "off"]) {
  Deno.test(`cancel, an answer and an opening reach what another process holds, queue ${queue}`, async (t) => {
    using lag = new Lag();
    await using house = await House.open({ env: { LEADFLOW_QUEUE: queue } });
    const [one, other] = [await house.add(), await house.add()];
    await one.publish(heldFlow("held", 60_000));
    await t.step("an answer from the inbox goes on", async () => {
      const id = await startHeld(one);
      const from = Date.now();
      await other.api("POST", `/api/inbox/${id}.call.1/complete`, { outcome: "Interested" });
      const took = await seen(
        one,
        id,
        from,
        (event) => event.taskId === "call" && event.type === "completed",
      );
      assert.ok(took < lag.allowed(WITHIN_MS), `${took} ms`);
    });
    await t.step("an opening is told", async () => {
      const id = await startHeld(one);
      const { items } = await one.api("GET", `/api/outbox?executionId=${id}`) as { items: { id: string }[] };
      const { html } = await one.api("GET", `/api/outbox/${items[0]?.id}`) as { html: string };
      const pixel = /\/t\/o\/[^"']+\.gif/.exec(html)?.[0];
      assert.ok(pixel, html);
      const from = Date.now();
      await (await fetch(other.url + pixel)).arrayBuffer();
      const took = await seen(
        one,
        id,
        from,
        (event) => event.message === "The mail was opened in the outbox",
      );
      assert.ok(took < lag.allowed(WITHIN_MS), `${took} ms`);
    });
    await t.step("cancel aborts the running step", async () => {
      const id = await startHeld(one);
      const from = Date.now();
      const answer = await other.api("POST", `/api/monitoring/executions/${id}/cancel`, {});
      assert.equal(textOf(answer, "status"), "cancelling");
      assert.equal(await other.settled(id), "cancelled");
      assert.ok(Date.now() - from < lag.allowed(WITHIN_MS), `${Date.now() - from} ms`);
      const aborted = house.lines.find(({ what, key }) => what === "abort" && key?.startsWith(id));
      assert.equal(aborted?.pid, one.pid);
    });
  });
}

Deno.test("events of one process reach who follows at another within 200 ms", async () => {
  using lag = new Lag();
  await using house = await House.open({ env: { LEADFLOW_QUEUE: "off" } });
  const [one, other] = [await house.add(), await house.add()];
  await one.publish(slowAndWait("watch", 20));
  const late: number[] = [];
  const ids = new Set<string>();
  const following = (async (): Promise<void> => {
    for await (const { event, at } of follow(other, "/api/monitoring/stream")) {
      late.push(at - Date.parse(event.timestamp));
      if (event.type === "completed" && event.taskId === null) ids.delete(event.executionId);
      if (late.length > 50 && ids.size === 0) return;
    }
  })();
  for (let i = 0; i < 20; i++) ids.add(await one.hook("watch", LEAD));
  await following;
  late.sort((a, b) => a - b);
  const median = late[Math.floor(late.length / 2)]!;
  assert.ok(median < lag.allowed(200), `median ${median} ms, ${late.join(" ")}`);
  assert.ok(late.at(-1)! < lag.allowed(1_000), `${late.join(" ")}`);
});

Deno.test("a wait of one process is woken once and on time while others look too", async () => {
  using lag = new Lag();
  await using house = await House.open({ env: { LEADFLOW_QUEUE: "off" } });
  const servers = [await house.add(), await house.add(), await house.add()];
  const [one] = servers;
  await one!.publish(
    flow("Pause", [hookNode("pause"), waitNode(1)], [["hook", "pause"]]),
  );
  const ids = await Promise.all(Array.from({ length: 60 }, (_, i) => servers[i % 3]!.hook("pause", LEAD)));
  for (const id of ids) assert.equal(await one!.settled(id), "completed");
  const late: number[] = [];
  for (const id of ids) {
    const { steps } = await one!.api("GET", `/api/monitoring/executions/${id}`) as {
      steps: { nodeId: string; startedAt: string; endedAt: string; attempts: number }[];
    };
    const pause = steps.find(({ nodeId }) => nodeId === "pause")!;
    late.push(Date.parse(pause.endedAt) - Date.parse(pause.startedAt) - 1_000);
  }
  late.sort((a, b) => a - b);
  assert.ok(late[0]! >= 0, `${-late[0]!} ms early`);
  assert.ok(late[Math.floor(late.length * 0.9)]! < lag.allowed(300), `late: ${late.join(" ")}`);
});
