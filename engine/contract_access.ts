import type { Actor } from "./contract.ts";

export interface SecretInfo {
  name: string;
  /** Hosts it may be sent to; empty: none but checks of incoming webhooks. */
  hosts: string[];
  /** Null: it is from the environment. */
  updatedAt: string | null;
  /** One of the environment is read-only, and stands in until the team stores one of its name. */
  from: "team" | "environment";
  /** `LEADFLOW_SECRET_…` where it is from; of a stored one: the variable that it wins over, or null. */
  variable: string | null;
}
export interface Secrets {
  list(): Promise<SecretInfo[]>;
  put(name: string, value: string, hosts: string[], actor: Actor): Promise<SecretInfo>;
  remove(name: string): Promise<void>;
}

export type Role = "owner" | "admin" | "editor" | "operator" | "viewer";
export interface User {
  id: string;
  email: string;
  name: string;
  role: Role;
}
export interface Access {
  /** Has the first owner been made? */
  isSetUp(): Promise<boolean>;
  /** 403 wrong code, 404 once set up. Two at once make one owner. */
  setUp(
    input: { code: string; email: string; name: string; password: string },
  ): Promise<{ user: User; session: string }>;
  /** Same answer and time for unknown users. 429 past 5 tries per account or 20 per address in 15 min. */
  signIn(
    input: { email: string; password: string; address: string },
  ): Promise<{ user: User; session: string }>;
  signOut(session: string): Promise<void>;
  bySession(session: string): Promise<User | null>;
  byToken(token: string): Promise<User | null>;
}
