/** Alerts: what is in them came from workflows' names and from other hosts' answers. */
import assert from "node:assert/strict";
import { messageOf } from "../../engine/alerts/message.ts";
import { openEngine } from "../helpers/engine.ts";

const FORGED =
  "Fails\r\n\r\nYour account is locked: https://evil.example.com/login\u2028\x85<!channel> <https://x|y>";

Deno.test("nothing in an alert begins a line of its own, ends a subject or calls a channel", () => {
  const told = {
    what: "opened" as const,
    incidentId: "i",
    title: FORGED,
    detail: FORGED,
    link: "/inbox",
    at: 0,
  };
  const { subject, text, slack } = messageOf([told], "https://flow.example.com");
  assert.ok(!/[\r\n\u2028\x85]/.test(subject));
  const lines = text.split(/[\r\n\u2028\x85]+/);
  assert.deepEqual(lines.filter((line) => /^(Your|https:\/\/evil)/.test(line)), []);
  assert.deepEqual(lines.filter((line) => line.startsWith("http")), ["https://flow.example.com/inbox"]);
  const shown = String(slack.text);
  assert.ok(!/<!channel>|<https:\/\/x/.test(shown), shown);
  assert.equal(shown.split(/[\r\n\u2028\x85]+/).length, 3, "title, detail and the link");
});

Deno.test("a channel cannot be set to what is no address, and sends only where its secret is for", async () => {
  await using house = await openEngine({ allowHosts: [] });
  const { alerts, secrets } = house.engine;
  await secrets.put("key", `whsec_${new Uint8Array(32).toBase64()}`, ["hooks.example.com"], {
    userId: "ann",
    name: "Ann",
  });
  const hook = (url: string): Parameters<typeof alerts.test>[0] => ({
    ...{ id: "w", kind: "webhook" as const, url, secret: { secret: "key" } },
  });
  const table: [string, RegExp][] = [
    ["https://evil.example.com/", /is for hooks\.example\.com, not for evil\.example\.com/],
    ["https://hooks.example.com.evil.example.com/", /not for hooks\.example\.com\.evil/],
    ["https://hooks.example.com@evil.example.com/", /not for evil\.example\.com|user name/],
    ["http://127.0.0.1/", /not for 127\.0\.0\.1/],
  ];
  for (const [url, said] of table) {
    const { ok, detail } = await alerts.test(hook(url));
    assert.equal(ok, false, url);
    assert.match(detail, said, url);
  }
  for (const url of ["http://169.254.169.254/latest/", "http://[::ffff:127.0.0.1]/", "http://localhost./"]) {
    const { ok, detail } = await alerts.test({ id: "w", kind: "webhook", url });
    assert.equal(ok, false, url);
    assert.match(detail, /not on the open internet/, url);
  }
});
