/** Deno Deploy runs an older Deno than the one that is developed with: the program must start there too. */
import assert from "node:assert/strict";
import { startServer } from "../helpers/server.ts";
import { mailAndWait } from "./flows.ts";

const OLD = "2.5.7";

/** Downloads an older Deno by npm, or finds it there, and says where it lies. */
async function oldDeno(): Promise<string> {
  // Away from the project, whose own dependencies are none of npx's business.
  const folder = await Deno.makeTempDir({ prefix: "leadflow-npx-" });
  const { success, stdout, stderr } = await new Deno.Command("npx", {
    args: [
      "-y",
      `deno@${OLD}`,
      "eval",
      "--no-config",
      "Deno.stdout.writeSync(new TextEncoder().encode(Deno.execPath()))",
    ],
    cwd: folder,
    env: { DENO_TLS_CA_STORE: "system", NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  await Deno.remove(folder, { recursive: true });
  const said = new TextDecoder().decode(stderr).trim();
  assert.ok(success, `Deno ${OLD} could not be had by npx -y deno@${OLD}: ${said}`);
  return new TextDecoder().decode(stdout).trim();
}

Deno.test(`main.ts runs under Deno ${OLD}: healthy, and a webhook's execution completes`, async () => {
  const deno = await oldDeno();
  await using server = await startServer({ deno, env: { DENO_TLS_CA_STORE: "system" } });
  const live = await fetch(`${server.url}/health/live`);
  assert.equal(live.status, 200, await live.text());
  const ready = await fetch(`${server.url}/health/ready`);
  assert.equal(ready.status, 200, await ready.text());
  await server.publish(mailAndWait("old", 1));
  const id = await server.hook("old", { email: "ann@example.com", firstName: "Ann" });
  assert.equal(await server.settled(id), "completed");
  const { code } = await server.stop();
  assert.equal(code, 0);
});
