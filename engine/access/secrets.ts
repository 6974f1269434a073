import { z } from "zod";
import type { Actor, SecretInfo, Secrets } from "../contract.ts";
import { conflict, invalid, notFound, StepError } from "../errors.ts";
import { SHORTEST_HIDDEN } from "../core/hidden.ts";
import type { Issue } from "../schemas/workflow.ts";
import { keys } from "../store/keys.ts";
import { encode } from "../store/store.ts";
import type { Entry, Store } from "../store/store.ts";
import { decodeBase64, encodeBase64 } from "./bytes.ts";
import { secretVariable } from "./environment_secrets.ts";
import type { EnvironmentSecret } from "./environment_secrets.ts";
import type { SecretKey } from "./first_start.ts";
import { isForHost, MOST_HOSTS, MOST_SECRET_CHARACTERS, SecretHost } from "./secret_hosts.ts";

interface SecretRecord {
  v: 1;
  name: string;
  keyId: string;
  iv: string;
  data: string;
  hosts: string[];
  updatedAt: number;
  updatedBy: string;
}

/** What the worker needs beyond the contract: values, and the care of keys. */
export interface RevealingSecrets extends Secrets {
  /**
   * The value for a host, or (null) for checking incoming webhooks. Throws StepError `secret_missing`,
   * `secret_host` (meant for other hosts) or `secret_unreadable`.
   */
  reveal(name: string, host: string | null): Promise<string>;
  /**
   * Fails with one line when a stored secret needs a key that is not there; then encrypts what lies under older
   * keys with the current one, a record a commit, so that a crash in between leaves every record readable.
   */
  prepare(): Promise<{ encrypted: number }>;
}

export interface SecretsParts {
  store: Store;
  /** The first encrypts, all decrypt. */
  keys: readonly SecretKey[];
  /** What stands in for secrets that the team has not stored. */
  environment?: readonly EnvironmentSecret[];
  now: () => number;
}

type Given = ReadonlyMap<string, EnvironmentSecret>;

const LENGTHS = "4 to 16,384 characters: what is shorter cannot be hidden where a host tells it back";

const PutSecret = z.object({
  name: z.string().regex(/^[A-Za-z0-9_.-]{1,100}$/, "1 to 100 of A–Z a–z 0–9 _ . -"),
  // Spaces around it do not come back.
  value: z.string().max(MOST_SECRET_CHARACTERS, LENGTHS).refine(
    (value) => value.trim().length >= SHORTEST_HIDDEN,
    LENGTHS,
  ),
  hosts: z.array(SecretHost).max(MOST_HOSTS),
});

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** Secrets, AES-256-GCM at rest (SECURITY, rule 5). Values go in by `put` and come out by `reveal` alone. */
export function createSecrets(parts: SecretsParts): RevealingSecrets {
  const { store } = parts;
  const cipher = createCipher(parts.keys);
  const given: Given = new Map((parts.environment ?? []).map((secret) => [secret.variable, secret]));
  return {
    list: () => list(store, given),
    put: async (name, value, hosts, actor) =>
      asInfo(await put(parts, cipher, { name, value, hosts }, actor), given),
    remove: (name) => remove(store, given, name),
    reveal: async (name, host) => {
      const entry = await store.get<SecretRecord>(keys.secret(name));
      return entry ? await reveal(cipher, entry.value, host) : revealGiven(given, name, host);
    },
    prepare: () => prepare(store, cipher),
  };
}

async function list(store: Store, given: Given): Promise<SecretInfo[]> {
  const found: SecretInfo[] = [];
  for await (
    const { value } of store.list<SecretRecord>({ selector: { prefix: ["secret"] }, broken: "pass" })
  ) {
    found.push(asInfo(value, given));
  }
  const stored = new Set(found.map(({ name }) => name));
  for (const { name, hosts, variable } of given.values()) {
    if (!stored.has(name)) found.push({ name, hosts, updatedAt: null, from: "environment", variable });
  }
  return found;
}

async function put(
  { store, now }: SecretsParts,
  cipher: Cipher,
  given: { name: string; value: string; hosts: string[] },
  actor: Actor,
): Promise<SecretRecord> {
  const { name, value, hosts } = parsePut(given);
  const sealed = await cipher.seal(name, hosts, value);
  const record: SecretRecord = { v: 1, name, ...sealed, hosts, updatedAt: now(), updatedBy: actor.userId };
  await store.commit({ name: "secret", sets: [{ key: keys.secret(name), value: encode(record) }] });
  return record;
}

async function remove(store: Store, given: Given, name: string): Promise<void> {
  const entry = await store.get<SecretRecord>(keys.secret(name));
  const variable = secretVariable(name);
  if (entry === null && given.has(variable)) {
    throw conflict(
      "from-environment",
      `The secret "${name}" is from the environment: unset ${variable} there`,
    );
  }
  if (entry === null) throw notFound("secret", name);
  await store.commit({ name: "secret", deletes: [keys.secret(name)] });
}

async function reveal(cipher: Cipher, record: SecretRecord, host: string | null): Promise<string> {
  const { name, hosts } = record;
  if (host !== null && !hosts.some((allowed) => isForHost(allowed, host))) {
    const meant = hosts.join(", ") || "no host";
    throw refused("secret_host", `The secret "${name}" is for ${meant}, not for ${host.slice(0, 253)}`);
  }
  return await cipher.open(record);
}

/** The same rules as for a stored one; the refusal names the variable that only whoever runs the house can set. */
function revealGiven(given: Given, name: string, host: string | null): string {
  const shown = name.slice(0, 100);
  const found = given.get(secretVariable(name));
  if (!found) throw refused("secret_missing", `No secret has the name "${shown}"`);
  const { variable, value, hosts } = found;
  if (host !== null && !hosts.some((allowed) => isForHost(allowed, host))) {
    const meant = hosts.join(", ") || "no host";
    throw refused(
      "secret_host",
      `The secret "${shown}" from the environment is for ${meant}, not for ${host.slice(0, 253)}; ` +
        `${variable}_HOSTS says for which`,
    );
  }
  return value;
}

async function prepare(store: Store, cipher: Cipher): Promise<{ encrypted: number }> {
  const older: Entry<SecretRecord>[] = [];
  for await (const entry of store.list<SecretRecord>({ selector: { prefix: ["secret"] }, broken: "pass" })) {
    const { name, keyId } = entry.value;
    if (!cipher.has(keyId)) {
      throw new Error(
        `LEADFLOW_SECRET_KEYS lacks the key "${keyId}" that the secret "${name}" is encrypted with; accepted: all keys in use, the current one first`,
      );
    }
    if (keyId !== cipher.current) older.push(entry);
  }
  let encrypted = 0;
  for (const { value, versionstamp } of older) {
    const sealed = await cipher.seal(value.name, value.hosts, await cipher.open(value));
    const key = keys.secret(value.name);
    const result = await store.commit({
      name: "secret",
      // A person who changed it meanwhile has already used the current key.
      checks: [{ key, versionstamp }],
      sets: [{ key, value: encode({ ...value, ...sealed }) }],
    });
    if (result.ok) encrypted++;
  }
  return { encrypted };
}

interface Cipher {
  current: string;
  has(keyId: string): boolean;
  seal(name: string, hosts: string[], value: string): Promise<Sealed>;
  open(record: SecretRecord): Promise<string>;
}

function createCipher(given: readonly SecretKey[]): Cipher {
  const [first] = given;
  if (first === undefined) {
    throw new Error("LEADFLOW_SECRET_KEYS holds no key; accepted: <id>:<base64 of 32 bytes>");
  }
  const imported = new Map(given.map((key) => [
    key.id,
    crypto.subtle.importKey("raw", key.bytes, "AES-GCM", false, ["encrypt", "decrypt"]),
  ]));
  return {
    current: first.id,
    has: (keyId) => imported.has(keyId),
    seal: (name, hosts, value) => seal(imported, first.id, { name, hosts }, value),
    open: (record) => open(imported, record),
  };
}

type Imported = ReadonlyMap<string, Promise<CryptoKey>>;
type Sealed = Pick<SecretRecord, "keyId" | "iv" | "data">;

async function seal(
  imported: Imported,
  keyId: string,
  about: { name: string; hosts: string[] },
  value: string,
): Promise<Sealed> {
  const key = await imported.get(keyId);
  if (key === undefined) throw refused("secret_unreadable", `The key "${keyId}" is missing`);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const additionalData = boundTo(about);
  const data = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv, additionalData },
    key,
    encoder.encode(value),
  );
  return { keyId, iv: encodeBase64(iv), data: encodeBase64(new Uint8Array(data)) };
}

async function open(imported: Imported, record: SecretRecord): Promise<string> {
  const key = await imported.get(record.keyId);
  const iv = decodeBase64(record.iv);
  const data = decodeBase64(record.data);
  if (!key || !iv || !data) {
    throw refused("secret_unreadable", `The key of the secret "${record.name}" is missing`);
  }
  const additionalData = boundTo(record);
  try {
    return decoder.decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData }, key, data));
  } catch {
    throw refused("secret_unreadable", `The secret "${record.name}" was changed outside; enter it again`);
  }
}

/** Binds a ciphertext to its name and hosts: copied under another name or host list it does not open. */
function boundTo({ name, hosts }: { name: string; hosts: string[] }): Uint8Array<ArrayBuffer> {
  return encoder.encode(JSON.stringify(["leadflow.secret", name, hosts]));
}

function asInfo({ name, hosts, updatedAt }: SecretRecord, given: Given): SecretInfo {
  const variable = given.get(secretVariable(name))?.variable ?? null;
  return { name, hosts, updatedAt: new Date(updatedAt).toISOString(), from: "team", variable };
}

function parsePut(input: { name: string; value: string; hosts: string[] }): z.infer<typeof PutSecret> {
  const parsed = PutSecret.safeParse(input);
  if (parsed.success) return parsed.data;
  const issues: Issue[] = parsed.error.issues.map((issue) => ({
    path: issue.path.join("."),
    message: issue.message,
  }));
  throw invalid(issues.map((issue) => `${issue.path}: ${issue.message}`).join("; "), issues);
}

function refused(code: string, message: string): StepError {
  return new StepError({ code, message, retryable: false });
}
