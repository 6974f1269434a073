import assert from "node:assert/strict";
import { forgetSetupCode, loadSecretKeys, loadSetupCode, readEnvironment } from "../environment.ts";
import type { Environment } from "../environment.ts";

function read(variables: { [name: string]: string }, onDeploy = false): Environment {
  return readEnvironment({ get: (name) => variables[name], toObject: () => variables }, { onDeploy });
}

const KEY = btoa("0123456789abcdef0123456789abcdef");

Deno.test("readEnvironment() has the documented defaults", () => {
  const environment = read({});
  assert.equal(environment.port, 8000);
  assert.equal(environment.host, "127.0.0.1");
  assert.equal(environment.kv, "./data/leadflow.db");
  assert.equal(environment.queue, "auto");
  assert.equal(environment.send, true);
  assert.equal(environment.allowShell, false);
  assert.deepEqual(environment.allowHosts, []);
  assert.equal(environment.retentionDays, 30);
  assert.equal(environment.concurrency, 64);
  for (const name of ["url", "token", "smtpUrl", "secretKeys", "setupCode"] as const) {
    assert.equal(environment[name], null, name);
  }
});

Deno.test("readEnvironment() listens everywhere and uses the given database on Deploy only", () => {
  const environment = read({}, true);
  assert.equal(environment.host, "0.0.0.0");
  assert.equal(environment.kv, null);
});

Deno.test("readEnvironment() holds messages back on a Deploy branch unless told otherwise", () => {
  assert.equal(read({ DENO_TIMELINE: "production" }, true).send, true);
  assert.equal(read({ DENO_TIMELINE: "git-branch/try" }, true).send, false);
  assert.equal(read({ DENO_TIMELINE: "preview/abc" }, true).send, false);
  assert.equal(read({ DENO_TIMELINE: "preview/abc", LEADFLOW_SEND: "on" }, true).send, true);
  assert.equal(read({ LEADFLOW_SEND: "off" }).send, false);
});

Deno.test("readEnvironment() parses every variable", () => {
  const environment = read({
    PORT: "0",
    HOST: "::1",
    LEADFLOW_KV: ":memory:",
    LEADFLOW_URL: "https://flow.example.com/",
    LEADFLOW_SECRET_KEYS: `k2:${KEY}, k1:${KEY}`,
    LEADFLOW_SETUP_CODE: "abcdef",
    LEADFLOW_TOKEN: "t".repeat(32),
    LEADFLOW_QUEUE: "off",
    LEADFLOW_SMTP_URL: "smtp://user:pass@127.0.0.1:2525",
    LEADFLOW_ALLOW_SHELL: "on",
    LEADFLOW_ALLOW_HOSTS: "127.0.0.1:9000, intranet.example.com,[::1]:80",
    LEADFLOW_RETENTION_DAYS: "7",
    LEADFLOW_CONCURRENCY: "8",
    LEADFLOW_SEND: "",
  });
  assert.equal(environment.url, "https://flow.example.com");
  assert.deepEqual(environment.secretKeys?.map((key) => [key.id, key.bytes.length]), [["k2", 32], [
    "k1",
    32,
  ]]);
  assert.deepEqual(environment.allowHosts, ["127.0.0.1:9000", "intranet.example.com", "[::1]:80"]);
  assert.equal(environment.mailFrom, "LeadFlow <leadflow@flow.example.com>");
  assert.equal(environment.allowShell, true);
  assert.equal(environment.send, true);
});

Deno.test("readEnvironment() refuses a wrong value in one line with name, value and what is accepted", () => {
  const wrong: [string, string][] = [
    ["PORT", "80a"],
    ["PORT", "65536"],
    ["PORT", "-1"],
    ["HOST", "a b"],
    ["LEADFLOW_KV", "ftp://x"],
    ["LEADFLOW_URL", "flow.example.com"],
    ["LEADFLOW_URL", "https://flow.example.com/app"],
    ["LEADFLOW_URL", "javascript:alert(1)"],
    ["LEADFLOW_QUEUE", "maybe"],
    ["LEADFLOW_MAIL_FROM", "a@example.com\nbcc: x@example.com"],
    ["LEADFLOW_SEND", "sometimes"],
    ["LEADFLOW_ALLOW_SHELL", "ja"],
    ["LEADFLOW_ALLOW_HOSTS", "http://127.0.0.1"],
    ["LEADFLOW_RETENTION_DAYS", "0"],
    ["LEADFLOW_CONCURRENCY", "1.5"],
  ];
  for (const [name, value] of wrong) {
    assert.throws(() => read({ [name]: value }), (error: Error) => {
      assert.ok(error.message.startsWith(`${name} is ${JSON.stringify(value)}; accepted: `), error.message);
      assert.ok(!error.message.includes("\n"), "one line");
      return true;
    });
  }
});

Deno.test("readEnvironment() never shows a secret's value", () => {
  const secrets: [string, string][] = [
    ["LEADFLOW_TOKEN", "short-secret"],
    ["LEADFLOW_SECRET_KEYS", "k1:short-secret"],
    ["LEADFLOW_SECRET_KEYS", `k1:${KEY},k1:${KEY}`],
    ["LEADFLOW_SETUP_CODE", "short secret"],
    ["LEADFLOW_SMTP_URL", "http://user:short-secret@host"],
  ];
  for (const [name, value] of secrets) {
    assert.throws(() => read({ [name]: value }), (error: Error) => {
      assert.ok(error.message.startsWith(name) && error.message.includes("accepted: "), error.message);
      assert.ok(!error.message.includes(value) && !error.message.includes("short"), error.message);
      return true;
    });
  }
});

Deno.test("readEnvironment() refuses a misspelt name and names the nearest", () => {
  assert.throws(
    () => read({ LEADFLOW_TOKN: "x" }),
    /LEADFLOW_TOKN is not a variable .* nearest is LEADFLOW_TOKEN,/,
  );
  assert.throws(() => read({ LEADFLOW_RETENTION: "3" }), /nearest is LEADFLOW_RETENTION_DAYS/);
});

Deno.test("loadSecretKeys() makes keys once, beside the database, readable by the owner alone", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const environment = read({ LEADFLOW_KV: `${folder}/deep/flow.db` });
    const all = await Promise.all([1, 2, 3, 4].map(() => loadSecretKeys(environment)));
    all.push(await loadSecretKeys(environment));
    for (const keys of all) assert.deepEqual(keys, all[0], "everybody gets the same keys");
    assert.equal(all[0]?.[0]?.bytes.length, 32);
    const info = await Deno.stat(`${folder}/deep/secret.keys`);
    assert.equal((info.mode ?? 0) & 0o777, 0o600);
    const left = Array.from(Deno.readDirSync(`${folder}/deep`), (entry) => entry.name);
    assert.deepEqual(left, ["secret.keys"], "no drafts are left");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("loadSecretKeys() prefers the variable, keeps nothing for :memory:, and needs it where nothing is kept", async () => {
  const given = await loadSecretKeys(read({ LEADFLOW_SECRET_KEYS: `k9:${KEY}` }));
  assert.equal(given[0]?.id, "k9");
  const memory = read({ LEADFLOW_KV: ":memory:" });
  assert.notDeepEqual(await loadSecretKeys(memory), await loadSecretKeys(memory));
  await assert.rejects(
    loadSecretKeys(read({}, true)),
    /^Error: LEADFLOW_SECRET_KEYS is not set; .*Deno Deploy/,
  );
  await assert.rejects(
    loadSecretKeys(read({ LEADFLOW_KV: "https://kv.example.com/x" })),
    /LEADFLOW_SECRET_KEYS/,
  );
});

Deno.test("loadSecretKeys() refuses a damaged file instead of making new keys", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/secret.keys`, "k1:cut");
    await assert.rejects(
      loadSecretKeys(read({ LEADFLOW_KV: `${folder}/flow.db` })),
      /secret\.keys is not readable/,
    );
    assert.equal(await Deno.readTextFile(`${folder}/secret.keys`), "k1:cut");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("loadSetupCode() keeps one code over restarts", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const environment = read({ LEADFLOW_KV: `${folder}/flow.db` });
    const code = await loadSetupCode(environment);
    assert.match(code, /^[a-z0-9]{20}$/);
    assert.equal(await loadSetupCode(environment), code);
    assert.equal(((await Deno.stat(`${folder}/setup.code`)).mode ?? 0) & 0o777, 0o600);
    await forgetSetupCode(environment);
    await forgetSetupCode(environment);
    assert.deepEqual(Array.from(Deno.readDirSync(folder)), []);
    await forgetSetupCode(read({ LEADFLOW_KV: ":memory:" }));
    assert.equal(await loadSetupCode(read({ LEADFLOW_SETUP_CODE: "abcdef" })), "abcdef");
    await assert.rejects(loadSetupCode(read({}, true)), /LEADFLOW_SETUP_CODE is not set/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("readEnvironment() takes secrets by name, each with its hosts, and never the keys as one", () => {
  const { secrets, secretKeys } = read({
    LEADFLOW_SECRET_CRM_KEY: " marker ",
    LEADFLOW_SECRET_CRM_KEY_HOSTS: "API.example.com,*.example.org, h:8443",
    LEADFLOW_SECRET_SLACK_WEBHOOK: "https://hooks.slack.com/x",
    LEADFLOW_SECRET_EMPTY: "  ",
    LEADFLOW_SECRET_KEYS: `k1:${KEY}`,
    OTHER_SECRET: "no",
  });
  assert.deepEqual(secrets, [
    {
      variable: "LEADFLOW_SECRET_CRM_KEY",
      name: "crm_key",
      value: "marker",
      hosts: ["api.example.com", "*.example.org", "h:8443"],
    },
    {
      variable: "LEADFLOW_SECRET_SLACK_WEBHOOK",
      name: "slack_webhook",
      value: "https://hooks.slack.com/x",
      hosts: [],
    },
  ]);
  assert.equal(secretKeys?.length, 1);
});

Deno.test("readEnvironment() refuses a secret that cannot be meant, in one line without its value", () => {
  const wrong: [string, { [name: string]: string }, RegExp][] = [
    ["lower case", { LEADFLOW_SECRET_crm: "marker" }, /^LEADFLOW_SECRET_crm names no secret; accepted: /],
    ["no name", { LEADFLOW_SECRET_: "marker" }, /^LEADFLOW_SECRET_ names no secret/],
    ["keys misspelt", { LEADFLOW_SECRET_KEY: `k1:${KEY}` }, /too like LEADFLOW_SECRET_KEYS/],
    ["hosts of the keys", { LEADFLOW_SECRET_KEYS_HOSTS: "evil.com" }, /too like LEADFLOW_SECRET_KEYS/],
    ["hosts alone", { LEADFLOW_SECRET_A_HOSTS: "a.example.com" }, /set without LEADFLOW_SECRET_A;/],
    [
      "too short to hide",
      { LEADFLOW_SECRET_A: " abc " },
      /^LEADFLOW_SECRET_A has 3 characters; accepted: 4 to/,
    ],
    ["too long", { LEADFLOW_SECRET_A: "marker".repeat(3_000) }, /^LEADFLOW_SECRET_A has 18000 characters/],
    ...["http://a", "*", "a b", ","].map((hosts): [string, { [name: string]: string }, RegExp] => [
      hosts,
      { LEADFLOW_SECRET_A: "marker", LEADFLOW_SECRET_A_HOSTS: hosts },
      /^LEADFLOW_SECRET_A_HOSTS is .*; accepted: hosts such as/,
    ]),
  ];
  for (const [name, variables, said] of wrong) {
    assert.throws(() => read(variables), (error) => {
      assert.ok(error instanceof Error, name);
      assert.match(error.message, said, name);
      assert.ok(!error.message.includes("\n") && !/marker|MDEy/.test(error.message), name);
      return true;
    });
  }
});
