import { z } from "zod";
import {
  isSecretVariable,
  keepSecretKeys,
  keepSetupCode,
  newSetupCode,
  parseSecretKeys,
  readEnvironmentSecrets,
} from "./engine/mod.ts";
import type { EnvironmentSecret, SecretKey } from "./engine/mod.ts";

/** What the environment decides; every variable of the README's table, parsed. */
export interface Environment {
  port: number;
  host: string;
  /** Path, `:memory:` or KV Connect URL; null: the database that Deno Deploy gives. */
  kv: string | null;
  /** Public address without a slash at the end; null: learnt from requests. */
  url: string | null;
  /** The first is current; null: made on first start (`loadSecretKeys`). */
  secretKeys: SecretKey[] | null;
  /** `LEADFLOW_SECRET_<NAME>` with its `_HOSTS`: they stand in for secrets that the team has not stored. */
  secrets: EnvironmentSecret[];
  /** Null: made on first start (`loadSetupCode`). */
  setupCode: string | null;
  token: string | null;
  queue: "auto" | "on" | "off";
  smtpUrl: string | null;
  mailFrom: string;
  send: boolean;
  allowShell: boolean;
  allowHosts: string[];
  retentionDays: number;
  concurrency: number;
  onDeploy: boolean;
}

/** `toObject` lets misspelt names be found; `Deno.env` has both. */
export interface EnvironmentSource {
  get(name: string): string | undefined;
  toObject?(): { [name: string]: string };
}

interface Variable {
  schema: z.ZodType<unknown, string>;
  /** In words, after "accepted:". */
  accepted: string;
  /** Its value is never shown. */
  secret?: true;
}

const SWITCH = { on: true, off: false, true: true, false: false, "1": true, "0": false } as const;
const Switch = z.enum(["on", "off", "true", "false", "1", "0"]).transform((word) => SWITCH[word]);
const SWITCH_WORDS = "on or off";

function whole(min: number, max: number): z.ZodType<number, string> {
  return z.string().regex(/^\d{1,9}$/).transform(Number).pipe(z.number().min(min).max(max));
}

const Host = z.string().regex(/^[A-Za-z0-9._:[\]-]{1,253}$/);
const AllowedHost = z.string().regex(/^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?$/);
const HttpOrigin = z.url({ protocol: /^https?$/ }).refine((text) => {
  const url = URL.parse(text);
  return url !== null && url.pathname === "/" && !url.search && !url.hash && !url.username;
}).transform((text) => new URL(text).origin);
const Kv = z.string().refine((text) =>
  !text.includes("\0") && !/^(?!https?:)[a-z][a-z0-9+.-]+:\/\//i.test(text)
);
const Address = z.string().max(320).regex(/^([^<>\r\n]*<[^\s<>@,]+@[^\s<>@,]+>|[^\s<>@,]+@[^\s<>@,]+)$/);

const VARIABLES = {
  PORT: { schema: whole(0, 65_535), accepted: "a whole number from 0 (any free port) to 65535" },
  HOST: { schema: Host, accepted: "a host name or IP address to listen on, such as 127.0.0.1" },
  LEADFLOW_KV: { schema: Kv, accepted: "a path, :memory:, or an http(s) URL of KV Connect" },
  LEADFLOW_URL: {
    schema: HttpOrigin,
    accepted: "a public address without a path, such as https://flow.example.com",
  },
  LEADFLOW_SECRET_KEYS: {
    schema: z.string().transform(parseSecretKeys).pipe(z.array(z.custom<SecretKey>()).min(1)),
    accepted: "<id>:<base64 of 32 bytes>, more with commas, the current one first",
    secret: true,
  },
  LEADFLOW_SETUP_CODE: {
    schema: z.string().regex(/^\S{6,200}$/),
    accepted: "6 to 200 characters without spaces",
    secret: true,
  },
  LEADFLOW_TOKEN: {
    schema: z.string().regex(/^[\x21-\x7e]{32,500}$/),
    accepted: "at least 32 printable characters without spaces",
    secret: true,
  },
  LEADFLOW_QUEUE: { schema: z.enum(["auto", "on", "off"]), accepted: "auto, on or off" },
  LEADFLOW_SMTP_URL: {
    schema: z.url({ protocol: /^smtps?$/ }).refine((text) => Boolean(URL.parse(text)?.hostname)),
    accepted: "smtp://user:password@host:587 or smtps://…",
    secret: true,
  },
  LEADFLOW_MAIL_FROM: { schema: Address, accepted: "an e-mail address, or a name and <address>" },
  LEADFLOW_SEND: { schema: Switch, accepted: SWITCH_WORDS },
  LEADFLOW_ALLOW_SHELL: { schema: Switch, accepted: SWITCH_WORDS },
  LEADFLOW_ALLOW_HOSTS: {
    schema: z.string().transform((text) => text.split(",").map((part) => part.trim()).filter(Boolean))
      .pipe(z.array(AllowedHost)),
    accepted: "host or host:port, more with commas",
  },
  LEADFLOW_RETENTION_DAYS: { schema: whole(1, 3_650), accepted: "a whole number of days from 1 to 3650" },
  LEADFLOW_CONCURRENCY: { schema: whole(1, 10_000), accepted: "a whole number from 1 to 10000" },
} satisfies { [name: string]: Variable };
type Name = keyof typeof VARIABLES;

/**
 * Reads and checks every variable; an empty one counts as absent.
 * Throws an Error of one line naming the variable, its value (never a secret's) and what is accepted.
 */
export function readEnvironment(env: EnvironmentSource, facts: { onDeploy: boolean }): Environment {
  refuseUnknown(env);
  const { onDeploy } = facts;
  const url = read(env, "LEADFLOW_URL", null);
  // A branch or preview works on copies: it must not write to real leads unless told to.
  const preview = onDeploy && ![undefined, "production"].includes(env.get("DENO_TIMELINE"));
  return {
    port: read(env, "PORT", 8000),
    host: read(env, "HOST", onDeploy ? "0.0.0.0" : "127.0.0.1"),
    kv: read(env, "LEADFLOW_KV", onDeploy ? null : "./data/leadflow.db"),
    url,
    secretKeys: read(env, "LEADFLOW_SECRET_KEYS", null),
    secrets: readEnvironmentSecrets(env.toObject?.() ?? {}),
    setupCode: read(env, "LEADFLOW_SETUP_CODE", null),
    token: read(env, "LEADFLOW_TOKEN", null),
    queue: read(env, "LEADFLOW_QUEUE", "auto"),
    smtpUrl: read(env, "LEADFLOW_SMTP_URL", null),
    mailFrom: read(
      env,
      "LEADFLOW_MAIL_FROM",
      `LeadFlow <leadflow@${url ? new URL(url).hostname : "localhost"}>`,
    ),
    send: read(env, "LEADFLOW_SEND", !preview),
    allowShell: read(env, "LEADFLOW_ALLOW_SHELL", false),
    allowHosts: read(env, "LEADFLOW_ALLOW_HOSTS", []),
    retentionDays: read(env, "LEADFLOW_RETENTION_DAYS", 30),
    concurrency: read(env, "LEADFLOW_CONCURRENCY", 64),
    onDeploy,
  };
}

function read<N extends Name, F>(
  env: EnvironmentSource,
  name: N,
  absent: F,
): z.output<(typeof VARIABLES)[N]["schema"]> | F {
  const text = env.get(name)?.trim();
  if (!text) return absent;
  const variable: Variable = VARIABLES[name];
  const parsed = variable.schema.safeParse(text);
  // The one cast: `name` picks schema and output type together, which the table's union type forgets.
  if (parsed.success) return parsed.data as z.output<(typeof VARIABLES)[N]["schema"]>;
  const shown = variable.secret
    ? "has a value that is not shown here"
    : `is ${JSON.stringify(text.slice(0, 200))}`;
  throw new Error(`${name} ${shown}; accepted: ${variable.accepted}`);
}

function refuseUnknown(env: EnvironmentSource): void {
  const known = Object.keys(VARIABLES);
  for (const name of Object.keys(env.toObject?.() ?? {})) {
    if (!name.startsWith("LEADFLOW_") || known.includes(name) || isSecretVariable(name)) continue;
    const ours = known.filter((other) => other.startsWith("LEADFLOW_"));
    const [nearest] = ours.sort((a, b) => distance(name, a) - distance(name, b));
    throw new Error(
      `${name} is not a variable of LeadFlow; the nearest is ${nearest}, accepted: ${ours.join(", ")}`,
    );
  }
}

/** Edits between two names (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** Where a database lies decides how processes share it (EngineOptions). */
export interface Sharing {
  queue: boolean;
  lockFolder: string | null;
  overNetwork: boolean;
}

/** A file has queues and its neighbours' locks; KV Connect and Deno Deploy have neither, and processes on other hosts. */
export function sharingOf({ kv, queue }: Pick<Environment, "kv" | "queue">): Sharing {
  const overNetwork = kv === null || /^https?:/.test(kv);
  return {
    queue: queue === "on" || queue === "auto" && !overNetwork,
    lockFolder: overNetwork || kv === ":memory:" ? null : `${kv}.locks`,
    overNetwork,
  };
}

/** The folder that keeps what is made on first start, or null for a database in memory. */
function keptBeside(environment: Environment, variable: string): string | null {
  const { kv } = environment;
  if (kv === ":memory:") return null;
  if (kv === null || /^https?:/.test(kv)) {
    const where = kv === null ? "on Deno Deploy" : "when LEADFLOW_KV is a URL";
    throw new Error(
      `${variable} is not set; it is required ${where}, where nothing can be kept beside the database`,
    );
  }
  const slash = kv.lastIndexOf("/");
  return slash < 0 ? "." : kv.slice(0, slash) || "/";
}

/**
 * The keys that encrypt secrets and sign tokens. Without LEADFLOW_SECRET_KEYS they are made on the first start and
 * kept as `secret.keys` (mode 0600) beside the database file; a database elsewhere needs the variable.
 */
export async function loadSecretKeys(environment: Environment): Promise<SecretKey[]> {
  if (environment.secretKeys) return environment.secretKeys;
  return await keepSecretKeys(keptBeside(environment, "LEADFLOW_SECRET_KEYS"));
}

/** The code that opens `/setup`; made and kept as `setup.code` (mode 0600) like the keys. Ask only before set-up. */
export async function loadSetupCode(environment: Environment): Promise<string> {
  if (environment.setupCode) return environment.setupCode;
  const folder = keptBeside(environment, "LEADFLOW_SETUP_CODE");
  return folder === null ? newSetupCode() : await keepSetupCode(folder);
}

/** Removes the kept code once nobody can use it any more. */
export async function forgetSetupCode(environment: Environment): Promise<void> {
  const { kv } = environment;
  if (kv === null || kv === ":memory:" || /^https?:/.test(kv)) return;
  try {
    await Deno.remove(`${keptBeside(environment, "LEADFLOW_SETUP_CODE")}/setup.code`);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
