import { z } from "zod";
import type { Role, User } from "../contract.ts";
import { invalid } from "../errors.ts";
import { Email } from "../schemas/lead.ts";
import { keys } from "../store/keys.ts";
import { encode } from "../store/store.ts";
import type { Store } from "../store/store.ts";
import type { Write } from "../store/commit.ts";
import type { PasswordHash } from "./passwords.ts";

export interface UserRecord {
  v: 1;
  id: string;
  email: string;
  name: string;
  role: Role;
  password: PasswordHash;
  createdAt: number;
}

/** What a new user must give. */
const NewUser = z.object({
  email: z.string().trim().toLowerCase().pipe(Email),
  name: z.string().trim().min(1, "1 to 100 characters").max(100, "1 to 100 characters"),
  password: z.string().min(8, "8 to 200 characters").max(200, "8 to 200 characters"),
});
export type NewUser = z.infer<typeof NewUser>;

/** Throws 422 naming each field that was refused. */
export function parseNewUser(input: unknown): NewUser {
  const parsed = NewUser.safeParse(input);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => ({ path: issue.path.join("."), message: issue.message }));
  throw invalid(issues.map((issue) => `${issue.path}: ${issue.message}`).join("; "), issues);
}

/** One e-mail address is one user: the pointer is checked to be free. */
export function userWrite(record: UserRecord): Required<Pick<Write, "checks" | "sets">> {
  const pointer = keys.userByEmail(record.email);
  return {
    checks: [{ key: pointer, versionstamp: null }],
    sets: [
      { key: keys.user(record.id), value: encode(record) },
      { key: pointer, value: encode({ v: 1, id: record.id }) },
    ],
  };
}

export async function userById(store: Store, id: string): Promise<UserRecord | null> {
  return (await store.get<UserRecord>(keys.user(id)))?.value ?? null;
}

export async function userByEmail(store: Store, email: string): Promise<UserRecord | null> {
  const pointer = await store.get<{ id: string }>(keys.userByEmail(normalEmail(email)));
  return pointer === null ? null : await userById(store, pointer.value.id);
}

/** Everybody who may sign in, by name; a team has no thousands. */
export async function listUsers(store: Store): Promise<User[]> {
  const found: User[] = [];
  const selector = { prefix: keys.user("").slice(0, 1) };
  for await (const { value } of store.list<UserRecord>({ selector, limit: 1_000, broken: "pass" })) {
    found.push(asUser(value));
  }
  return found.sort((a, b) => a.name.localeCompare(b.name));
}

/** The form under which an address is one account. */
export function normalEmail(email: string): string {
  return email.trim().toLowerCase().slice(0, 254);
}

/** What others may know: never the password's hash. */
export function asUser({ id, email, name, role }: UserRecord): User {
  return { id, email, name, role };
}
