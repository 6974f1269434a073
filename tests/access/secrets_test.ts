import assert from "node:assert/strict";
import { createSecrets } from "../../engine/access/secrets.ts";
import type { RevealingSecrets } from "../../engine/access/secrets.ts";
import { readEnvironmentSecrets } from "../../engine/access/environment_secrets.ts";
import type { EnvironmentSecret } from "../../engine/access/environment_secrets.ts";
import type { SecretKey } from "../../engine/access/first_start.ts";
import { EngineError, StepError } from "../../engine/errors.ts";
import { keys } from "../../engine/store/keys.ts";
import { encode, Store } from "../../engine/store/store.ts";
import { dump } from "./access_fixture.ts";

const ACTOR = { userId: "u1", name: "Ann" };
const K1: SecretKey = { id: "k1", bytes: new Uint8Array(32).fill(1) };
const K2: SecretKey = { id: "k2", bytes: new Uint8Array(32).fill(2) };

async function useSecrets(
  test: (
    fixture: { store: Store; open(given: SecretKey[], environment?: EnvironmentSecret[]): RevealingSecrets },
  ) => Promise<void>,
): Promise<void> {
  const kv = await Deno.openKv(":memory:");
  const store = new Store(kv);
  const open = (given: SecretKey[], environment: EnvironmentSecret[] = []): RevealingSecrets =>
    createSecrets({ store, keys: given, environment, now: () => 0 });
  try {
    await test({ store, open });
  } finally {
    kv.close();
  }
}

function isStepError(code: string): (error: unknown) => boolean {
  return (error) => error instanceof StepError && error.failure.code === code;
}

Deno.test("put() stores ciphertext only; reveal() gives it for its hosts only", () =>
  useSecrets(async ({ store, open }) => {
    const secrets = open([K1]);
    const info = await secrets.put(
      "crm",
      "marker-4711",
      ["API.example.com", "*.example.org", "h:8443"],
      ACTOR,
    );
    assert.deepEqual(info, {
      name: "crm",
      hosts: ["api.example.com", "*.example.org", "h:8443"],
      updatedAt: "1970-01-01T00:00:00.000Z",
      from: "team",
      variable: null,
    });
    assert.ok(!(await dump(store)).includes("marker-4711"));
    assert.deepEqual(await secrets.list(), [info]);
    for (const host of ["api.example.com", "API.EXAMPLE.COM:443", "a.example.org", "h:8443", null]) {
      assert.equal(await secrets.reveal("crm", host), "marker-4711", String(host));
    }
    const others = [
      "example.com",
      "xapi.example.com",
      "api.example.com.evil.com",
      "example.org",
      "h",
      "h:1",
      "",
    ];
    for (const host of others) {
      await assert.rejects(secrets.reveal("crm", host), isStepError("secret_host"), host);
    }
    await secrets.remove("crm");
    await assert.rejects(secrets.reveal("crm", null), isStepError("secret_missing"));
    await assert.rejects(
      secrets.remove("crm"),
      (error) => error instanceof EngineError && error.status === 404,
    );
  }));

Deno.test("a secret without hosts goes nowhere but to webhook checks", () =>
  useSecrets(async ({ open }) => {
    const secrets = open([K1]);
    await secrets.put("hook", "marker", [], ACTOR);
    assert.equal(await secrets.reveal("hook", null), "marker");
    await assert.rejects(secrets.reveal("hook", "api.example.com"), isStepError("secret_host"));
  }));

Deno.test("a ciphertext copied under another name or given other hosts does not open", () =>
  useSecrets(async ({ store, open }) => {
    const secrets = open([K1]);
    await secrets.put("a", "marker", ["api.example.com"], ACTOR);
    const record = (await store.get<{ name: string }>(keys.secret("a")))?.value;
    assert.ok(record);
    await store.commit({
      name: "secret",
      sets: [
        { key: keys.secret("b"), value: encode({ ...record, name: "b" }) },
        { key: keys.secret("c"), value: encode({ ...record, hosts: ["evil.example.com"] }) },
      ],
    });
    await assert.rejects(secrets.reveal("b", null), isStepError("secret_unreadable"));
    await assert.rejects(secrets.reveal("c", "evil.example.com"), isStepError("secret_unreadable"));
  }));

Deno.test("put() refuses names, values and hosts out of bounds, naming the field", () =>
  useSecrets(async ({ store, open }) => {
    const secrets = open([K1]);
    const table: [string, string, string[], string][] = [
      ["../x", "data", [], "name"],
      ["", "data", [], "name"],
      ["a\0b", "data", [], "name"],
      ["a", "", [], "value"],
      ["a", "abc", [], "value"],
      ["a", "  abc  ", [], "value"],
      ["a", "x".repeat(16_385), [], "value"],
      ["a", "data", ["http://x"], "hosts.0"],
      ["a", "data", ["ok.example.com", "*"], "hosts.1"],
    ];
    for (const [name, value, hosts, path] of table) {
      await assert.rejects(secrets.put(name, value, hosts, ACTOR), (error: unknown) => {
        assert.ok(error instanceof EngineError);
        assert.equal(error.status, 422);
        assert.deepEqual(error.issues.map((issue) => issue.path), [path]);
        return true;
      });
    }
    assert.equal(await dump(store), "");
    await secrets.put("__proto__", "data", [], ACTOR);
    assert.equal(await secrets.reveal("__proto__", null), "data");
  }));

Deno.test("prepare() encrypts older records anew and survives being cut short", () =>
  useSecrets(async ({ open }) => {
    const old = open([K1]);
    for (const name of ["a", "b", "c"]) await old.put(name, `value of ${name}`, [], ACTOR);
    // Cut short: one record is already under the new key, the others are not.
    await open([K2, K1]).put("b", "value of b", [], ACTOR);
    assert.deepEqual(await open([K2, K1]).prepare(), { encrypted: 2 });
    assert.deepEqual(await open([K2, K1]).prepare(), { encrypted: 0 });
    const alone = open([K2]);
    assert.deepEqual(await alone.prepare(), { encrypted: 0 });
    for (const name of ["a", "b", "c"]) assert.equal(await alone.reveal(name, null), `value of ${name}`);
  }));

Deno.test("prepare() refuses to start without a key in use and says which", () =>
  useSecrets(async ({ open }) => {
    await open([K1]).put("crm", "value", [], ACTOR);
    await assert.rejects(open([K2]).prepare(), /LEADFLOW_SECRET_KEYS lacks the key "k1" .* "crm"/);
  }));

const GIVEN = readEnvironmentSecrets({
  LEADFLOW_SECRET_CRM_KEY: "marker-env",
  LEADFLOW_SECRET_CRM_KEY_HOSTS: "API.example.com, *.example.org",
  LEADFLOW_SECRET_HOOK: "marker-hook",
  LEADFLOW_SECRET_KEYS: "k1:never",
});

Deno.test("reveal() reads what the team has not stored from the environment, for its hosts only", () =>
  useSecrets(async ({ store, open }) => {
    const secrets = open([K1], GIVEN);
    for (const name of ["crm_key", "CRM-KEY", "crm.key"]) {
      assert.equal(await secrets.reveal(name, "api.example.com"), "marker-env", name);
    }
    assert.equal(await secrets.reveal("crm_key", "a.example.org:443"), "marker-env");
    for (const host of ["example.org", "api.example.com.evil.com", "evil.com", ""]) {
      await assert.rejects(secrets.reveal("crm_key", host), isStepError("secret_host"), host);
    }
    assert.equal(await secrets.reveal("hook", null), "marker-hook");
    await assert.rejects(secrets.reveal("hook", "api.example.com"), /LEADFLOW_SECRET_HOOK_HOSTS/);
    assert.equal(await dump(store), "", "nothing of it is stored");
  }));

Deno.test("reveal() never gives the keys of the house, nor a list of hosts, by any name", () =>
  useSecrets(async ({ open }) => {
    const secrets = open([K1], GIVEN);
    for (const name of ["keys", "KEYS", "crm_key_hosts", "crm", "", "__proto__", "../token"]) {
      await assert.rejects(secrets.reveal(name, null), isStepError("secret_missing"), name);
    }
  }));

Deno.test("a stored secret wins over the environment's, also where it is for fewer hosts, and says so", () =>
  useSecrets(async ({ open }) => {
    const secrets = open([K1], GIVEN);
    const stored = await secrets.put("crm_key", "marker-team", ["crm.example.com"], ACTOR);
    assert.deepEqual([stored.from, stored.variable], ["team", "LEADFLOW_SECRET_CRM_KEY"]);
    assert.equal(await secrets.reveal("crm_key", "crm.example.com"), "marker-team");
    await assert.rejects(secrets.reveal("crm_key", "api.example.com"), isStepError("secret_host"));
    const hook = { name: "hook", hosts: [], updatedAt: null, from: "environment" as const };
    const listed = await secrets.list();
    assert.deepEqual(listed, [stored, { ...hook, variable: "LEADFLOW_SECRET_HOOK" }]);
    assert.ok(!JSON.stringify(listed).includes("marker"));
    await secrets.remove("crm_key");
    assert.equal(await secrets.reveal("crm_key", "api.example.com"), "marker-env");
  }));

Deno.test("remove() of one of the environment is 409 and names the variable", () =>
  useSecrets(async ({ open }) => {
    await assert.rejects(open([K1], GIVEN).remove("crm.key"), (error) => {
      assert.ok(error instanceof EngineError);
      assert.equal(error.status, 409);
      assert.match(error.message, /unset LEADFLOW_SECRET_CRM_KEY/);
      return true;
    });
  }));
