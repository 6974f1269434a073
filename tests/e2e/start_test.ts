/** What a person at the terminal gets from main.ts: a link, or one line that says what is wrong. */
import assert from "node:assert/strict";
import { startServer } from "../helpers/server.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

const WRONG: readonly (readonly [name: string, value: string, shown: boolean])[] = [
  ["PORT", "eighty", true],
  ["LEADFLOW_QUEUE", "maybe", true],
  ["LEADFLOW_URL", "flow.example.com/path", true],
  ["LEADFLOW_TOKEN", "too-short", false],
  ["LEADFLOW_QEUE", "on", false],
];

Deno.test("main.ts refuses a wrong environment with one line: the variable and what is accepted", async (t) => {
  for (const [name, value, shown] of WRONG) {
    await t.step(`${name}=${value}`, async () => {
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--no-check", "main.ts"],
        cwd: ROOT,
        env: { NO_COLOR: "1", LEADFLOW_KV: ":memory:", [name]: value },
        stdin: "null",
      }).output();
      const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
      assert.equal(code, 1);
      assert.match(said, new RegExp(`^LeadFlow cannot start: ${name} .*accepted: [^\\n]+\\n$`));
      assert.equal(said.includes(value), shown);
    });
  }
});

Deno.test("main.ts prints the set-up link once: the link opens set-up, and a second start needs none", async () => {
  await using server = await startServer();
  const page = await fetch(server.setUpLink);
  assert.equal(page.status, 200);
  assert.match(await page.text(), /Create owner/);
  const code = new URL(server.setUpLink).searchParams.get("code");
  const owner = { code, email: "owner@example.com", name: "Ann Lee", password: "correct horse battery" };
  await server.api("POST", "/api/setup", owner);
  await server.stop();
  await server.start();
  assert.match(server.said, /LeadFlow runs at http:/);
  assert.doesNotMatch(server.said, /code=/);
  const again = await fetch(`${server.url}/setup?code=${code}`);
  assert.equal(again.status, 404);
  await again.body?.cancel();
});
