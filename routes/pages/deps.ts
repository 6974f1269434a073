import type { Context } from "hono";
import type { Engine, Role, User } from "../../engine/contract.ts";
import type { AppEnv } from "../middleware/context.ts";
import { EngineError } from "../../engine/errors.ts";

/** What the middleware leaves for the pages; `user` is absent on the open ones (`/setup`, `/login`). */
export type PageEnv = AppEnv;
export type PageContext = Context<PageEnv>;

/** `static/build/manifest.json`: entries of the build by name (see islands/build.ts). */
export type Manifest = { readonly [entry: string]: string };

/** What pages ask for before they show it (names of engine/access/can.ts). */
export type PageAction =
  | "workflow.see"
  | "workflow.edit"
  | "workflow.publish"
  | "workflow.delete"
  | "execution.see"
  | "execution.start"
  | "execution.cancel"
  | "execution.retry"
  | "execution.replay"
  | "execution.bulk"
  | "inbox.see"
  | "inbox.complete"
  | "alert.see"
  | "alert.act"
  | "alert.edit"
  | "lead.see"
  | "lead.edit"
  | "message.see"
  | "collection.see"
  | "collection.edit"
  | "payload.see"
  | "schedule.see"
  | "schedule.edit"
  | "schedule.run"
  | "secret.see";

export interface PageDeps {
  engine: Engine;
  manifest: Manifest;
  /** Puts the fresh session's cookie on the answer. */
  signInUser(c: PageContext, session: string): void;
  /** The client's address, for the limit on sign-ins (SECURITY rule 13). */
  clientAddress(c: PageContext): string;
  /** May this role do it? (SECURITY rule 7) */
  can(role: Role, action: PageAction): boolean;
  /** Writes one log line about what was not foreseen. */
  logError(error: unknown, c: PageContext): void;
}

/** The signed-in person; pages behind the identity middleware have one. */
export function userOf(c: PageContext): User {
  const user = c.get("user");
  if (!user) throw new Error("A page that needs a person was reached without one");
  return user;
}

/** Throws 403 `forbidden` unless the signed-in person's role may do it. */
export function requireAction(c: PageContext, deps: PageDeps, action: PageAction): void {
  const { role } = userOf(c);
  if (deps.can(role, action)) return;
  throw new EngineError("forbidden", 403, "Not allowed", `Your role "${role}" may not see this (${action})`);
}
