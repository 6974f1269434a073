import assert from "node:assert/strict";
import { ACTIONS, can, ROLES } from "../../engine/access/can.ts";
import { API_ROUTES } from "../../routes/api/mod.ts";
import type { ApiRoute } from "../../routes/api/define.ts";
import { CODE, OWNER, TOKEN } from "../access/access_fixture.ts";
import { useApp } from "../routes/app_fixture.ts";
import type { Ask } from "../routes/app_fixture.ts";

/** A request that reaches the route; ids are no real ones. */
function requestFor(route: ApiRoute): [string, Ask] {
  const path = route.path.replaceAll(/:n\b/g, "1").replaceAll(/:\w+/g, "x1");
  const json = route.method === "get" || route.method === "delete" ? {} : { json: {} };
  return [path, { method: route.method.toUpperCase(), ...json }];
}

const guarded = API_ROUTES.filter(({ action }) => action !== "public");

Deno.test("nobody gets 401 from every guarded route and changes nothing", () =>
  useApp(async ({ ask, engine, access }) => {
    await access.setUp({ ...OWNER, code: CODE });
    for (const route of guarded) {
      const [path, init] = requestFor(route);
      const response = await ask(path, init);
      assert.equal(response.status, 401, `${route.method} ${path}`);
      assert.equal(response.headers.get("www-authenticate"), 'Bearer realm="LeadFlow"');
      await response.body?.cancel();
    }
    assert.equal((await ask("/api/anything")).status, 401, "what exists is not told to strangers");
    assert.deepEqual(engine.changes, []);
  }));

Deno.test("every page sends nobody away", () =>
  useApp(async ({ ask }) => {
    for (const path of ["/", "/workflow", "/workflow/w1", "/executions", "/inbox", "/settings/secrets"]) {
      assert.equal((await ask(path)).status, 401, path);
      assert.equal((await ask(path, { headers: { accept: "text/html" } })).status, 302, path);
    }
  }));

for (const role of ROLES) {
  Deno.test(`${role} gets 403 from what the role may not, and only from that`, () =>
    useApp(async ({ ask, engine }) => {
      for (const route of guarded) {
        if (route.action === "public") continue;
        const [path, init] = requestFor(route);
        const before = engine.changes.length;
        const response = await ask(path, { ...init, as: "token" });
        const allowed = can(role, route.action);
        assert.equal(
          response.status === 403,
          !allowed,
          `${role} ${route.method} ${path} → ${response.status}`,
        );
        if (!allowed) assert.equal(engine.changes.length, before);
        await response.body?.cancel();
      }
    }, { user: { id: "u", email: "ann@example.com", name: "Ann", role } }));
}

Deno.test("the roles of the table: who may do what", () => {
  const least = Object.entries(ACTIONS).map(([action, role]) => `${action} ${role}`);
  for (
    const line of [
      "alert.edit admin",
      "alert.act operator",
      "collection.see operator",
      "collection.edit editor",
      "execution.bulk operator",
      "lead.delete editor",
      "schedule.edit editor",
      "workflow.delete editor",
      "secret.see admin",
      "secret.edit admin",
      "workflow.edit editor",
      "execution.start operator",
      "inbox.complete operator",
      "payload.see operator",
      "workflow.see viewer",
    ]
  ) assert.ok(least.includes(line), line);
});

Deno.test("a token that is not ours is 401 everywhere, also beside a good session", () =>
  useApp(async ({ ask, setUp }) => {
    const session = await setUp();
    for (const token of ["wrong", TOKEN.slice(0, -1), `${TOKEN}x`, "", "a b"]) {
      const headers = { authorization: `Bearer ${token}`, cookie: `leadflow=${session}` };
      assert.equal((await ask("/api/me", { headers })).status, 401, token);
    }
    assert.equal((await ask("/api/me", { headers: { authorization: `bearer ${TOKEN}` } })).status, 200);
    assert.equal((await ask("/api/me?token=" + TOKEN)).status, 401, "never in the address");
  }));

Deno.test("a session ends for the API when it is over", () =>
  useApp(async ({ ask, setUp, clock }) => {
    const session = await setUp();
    assert.equal((await ask("/api/me", { as: { session } })).status, 200);
    clock.now += 7 * 86_400_000;
    assert.equal((await ask("/api/me", { as: { session } })).status, 401);
  }));

Deno.test("two first-run posts at once make one owner; the other is 404", () =>
  useApp(async ({ ask, store }) => {
    const answers = await Promise.all(
      ["ann@example.com", "bob@example.com"].map((email) =>
        ask("/api/setup", { method: "POST", json: { ...OWNER, email, code: CODE } })
      ),
    );
    assert.deepEqual(answers.map((answer) => answer.status).toSorted(), [201, 404]);
    assert.equal((await store.keys({ selector: { prefix: ["user"] } })).length, 1);
  }));
