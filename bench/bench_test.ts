import assert from "node:assert/strict";
import { recordCommits } from "./commit_record.ts";
import { Connection, requestBytes } from "./connection.ts";
import { percentile } from "./percentile.ts";
import { table } from "./report.ts";

Deno.test("percentile() takes the nearest rank, whatever the order", () => {
  const samples = Array.from({ length: 200 }, (_, i) => 200 - i);
  assert.equal(percentile(samples, 0.5), 100);
  assert.equal(percentile(samples, 0.99), 198);
  assert.equal(percentile(samples, 1), 200);
  assert.equal(percentile([7], 0.5), 7);
  assert.ok(Number.isNaN(percentile([], 0.5)));
});

Deno.test("table() aligns columns and leaves no blanks at the end", () => {
  const text = table([
    { section: "a", what: "short", measured: "1/s", target: "" },
    {
      section: "b",
      what: "something longer",
      measured: "1,000/s",
      target: "5/s",
      reached: false,
      ratio: 1.5,
    },
  ]);
  const [head = "", , first = "", second = ""] = text.split("\n");
  assert.equal(head.indexOf("measured"), first.indexOf("1/s"));
  assert.equal(head.indexOf("measured"), second.indexOf("1,000/s"));
  assert.equal(head.indexOf("to raw KV"), second.indexOf("× 1.50"));
  assert.ok(second.includes("missed"));
  assert.ok(!/ \n/.test(text));
});

Deno.test("requestBytes() changes the number only, in every place", () => {
  const request = requestBytes({
    method: "POST",
    path: "/x",
    body: '{"n":########,"e":"p########@example.com"}',
  });
  const texts = [0, 1_234_567].map((n) => new TextDecoder().decode(request.next(n)));
  const [head = "", body = ""] = (texts[1] ?? "").split("\r\n\r\n");
  assert.deepEqual(JSON.parse(body), { n: 11_234_567, e: "p11234567@example.com" });
  assert.ok(head.includes(`\r\ncontent-length: ${body.length}`));
  assert.equal(texts[0], texts[1]?.replaceAll("11234567", "10000000"));
});

/** A server that sends the pieces on the first request, and then closes. */
async function sendInPieces(pieces: readonly string[]): Promise<Connection> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const connection = await Connection.open(listener.addr.port);
  const socket = await listener.accept();
  listener.close();
  const serve = async (): Promise<void> => {
    await socket.read(new Uint8Array(1_000));
    for (const piece of pieces) await socket.write(new TextEncoder().encode(piece));
    socket.close();
  };
  serve();
  return connection;
}

const GET = requestBytes({ method: "GET", path: "/" }).next(0);

Deno.test("Connection.send() reads an answer that comes in pieces, and its id from header or body", async () => {
  const id = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
  const body = `{"executionId":"${id}"}`;
  const inBody = await sendInPieces([
    "HTTP/1.1 202 Acc",
    `epted\r\ncontent-length: ${body.length}\r`,
    "\n\r\n",
    body,
  ]);
  assert.deepEqual(await inBody.send(GET), { status: 202, executionId: id, body });
  inBody.close();
  const inHead = await sendInPieces([
    `HTTP/1.1 200 OK\r\nx-leadflow-execution: ${id}\r\ncontent-length: 2\r\n\r\n{}`,
  ]);
  assert.deepEqual(await inHead.send(GET), { status: 200, executionId: id, body: "{}" });
  inHead.close();
});

Deno.test("Connection.send() throws when the server goes away in mid-answer", async () => {
  const connection = await sendInPieces(["HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf"]);
  await assert.rejects(connection.send(GET), /closed|reset/i);
  connection.close();
});

Deno.test("recordCommits() notes what was committed, and nothing of a commit that failed", async () => {
  const kv = await Deno.openKv(":memory:");
  const times = recordCommits(kv);
  const before = Date.now();
  await kv.atomic().set(["event", "one", 3], "x").set(["due", 1], "x").commit();
  const failed = await kv.atomic().check({ key: ["event", "one", 3], versionstamp: null })
    .set(["event", "two", 1], "x").commit();
  kv.close();
  assert.equal(failed.ok, false);
  assert.deepEqual([...times.keys()], ["one"]);
  const [seq, at] = times.get("one")?.[0] ?? [0, 0];
  assert.equal(seq, 3);
  assert.ok(at >= before && at <= Date.now());
});
