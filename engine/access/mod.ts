import type { Access, User } from "../contract.ts";
import { EngineError } from "../errors.ts";
import { keys } from "../store/keys.ts";
import { encode } from "../store/store.ts";
import type { Store } from "../store/store.ts";
import { equalText, sha256 } from "./bytes.ts";
import { addressSubject, clearAttempts, sweepAttempts, takeAttempt } from "./limits.ts";
import { hashPassword, verifyPassword } from "./passwords.ts";
import { closeSession, openSession, readSession, sweepSessions } from "./sessions.ts";
import { asUser, normalEmail, parseNewUser, userByEmail, userById, userWrite } from "./users.ts";
import type { UserRecord } from "./users.ts";

export { ACTIONS, can, ROLES } from "./can.ts";
export type { Action } from "./can.ts";
export type { EnvironmentSecret } from "./environment_secrets.ts";
export { createSecrets } from "./secrets.ts";
export type { RevealingSecrets } from "./secrets.ts";
export type { SecretKey } from "./first_start.ts";
export { listUsers } from "./users.ts";

export interface AccessParts {
  store: Store;
  /** Opens set-up; null: set-up is closed (already done). */
  setupCode: string | null;
  /** LEADFLOW_TOKEN, or null. */
  token: string | null;
  /** Epoch ms. */
  now: () => number;
}

/** Who `LEADFLOW_TOKEN` is: an owner from the environment, before and after set-up. */
const TOKEN_USER: User = { id: "token", email: "", name: "API token", role: "owner" };

/** Checked by whoever makes the first owner; its presence is "set up". */
const OWNER = keys.meta("owner");

/** Has the first owner been made? Asked before the parts exist, to know whether a set-up code is wanted. */
export async function isSetUp(store: Store): Promise<boolean> {
  return await store.get(OWNER) !== null;
}

/** Users, sessions and the sign-in limits over the store (contract: `Access`; rules: SECURITY 7, 8, 12). */
export function createAccess(parts: AccessParts): Access {
  const { store, now } = parts;
  return {
    isSetUp: () => isSetUp(store),
    setUp: (input) => setUp(parts, input),
    signIn: (input) => signIn(parts, input),
    signOut: (session) => closeSession(store, session),
    bySession: (session) => bySession(store, session, now()),
    byToken: (token) => byToken(parts.token, token),
  };
}

async function bySession(store: Store, session: string, now: number): Promise<User | null> {
  const userId = await readSession(store, session, now);
  const record = userId === null ? null : await userById(store, userId);
  return record === null ? null : asUser(record);
}

async function byToken(expected: string | null, token: string): Promise<User | null> {
  return expected !== null && await equalText(token, expected) ? TOKEN_USER : null;
}

type SetUpInput = Parameters<Access["setUp"]>[0];
type SignInInput = Parameters<Access["signIn"]>[0];

async function setUp(
  { store, setupCode, now }: AccessParts,
  input: SetUpInput,
): Promise<{ user: User; session: string }> {
  if (await isSetUp(store)) throw alreadySetUp();
  await takeAttempt(store, { subject: "setup", most: 20, what: "Set-up codes tried" }, now());
  if (setupCode === null || !await equalText(input.code.trim(), setupCode)) {
    throw new EngineError(
      "wrong-setup-code",
      403,
      "Set-up code not accepted",
      "The code is not the one printed at the first start",
    );
  }
  const { email, name, password } = parseNewUser(input);
  const id = crypto.randomUUID();
  const user: UserRecord = {
    v: 1,
    id,
    email,
    name,
    role: "owner",
    password: await hashPassword(password),
    createdAt: now(),
  };
  const { session, sets } = await openSession(id, now());
  const write = userWrite(user);
  // One commit: of two at once, the second finds the owner there and nothing of it is written.
  const result = await store.commit({
    name: "user_create",
    checks: [{ key: OWNER, versionstamp: null }, ...write.checks],
    sets: [{ key: OWNER, value: encode({ v: 1, userId: id }) }, ...write.sets, ...sets],
    deletes: [keys.attempts("setup")],
  });
  if (!result.ok) throw alreadySetUp();
  return { user: asUser(user), session };
}

async function signIn(
  { store, now }: AccessParts,
  input: SignInInput,
): Promise<{ user: User; session: string }> {
  const account = `account:${await sha256(normalEmail(input.email))}`;
  const address = { subject: addressSubject(input.address), most: 20, what: "Sign-ins from this address" };
  await takeAttempt(store, address, now());
  await takeAttempt(store, { subject: account, most: 5, what: "Sign-ins to this account" }, now());
  const record = await userByEmail(store, input.email);
  const right = await verifyPassword(input.password.slice(0, 1_000), record?.password ?? null);
  if (record === null || !right) {
    throw new EngineError("wrong-sign-in", 401, "Not signed in", "E-mail address or password is not right");
  }
  const { session, sets } = await openSession(record.id, now());
  await store.commit({ name: "session", sets });
  await clearAttempts(store, account);
  // Housekeeping where somebody just waited a quarter of a second anyway.
  await sweepSessions(store, now(), 200);
  await sweepAttempts(store, now(), 200);
  return { user: asUser(record), session };
}

function alreadySetUp(): EngineError {
  return new EngineError("not-found", 404, "Not found", "LeadFlow is set up; sign in instead");
}
