import type { Context } from "hono";
import type { Engine, User } from "../../engine/contract.ts";

/** What identity middleware leaves for the pages: absent on the open ones (`/setup`, `/login`). */
export interface PageEnv {
  Variables: { user?: User | undefined };
}
export type PageContext = Context<PageEnv>;

/** `static/build/manifest.json`: entries of the build by name (see islands/build.ts). */
export type Manifest = { readonly [entry: string]: string };

export interface PageDeps {
  engine: Engine;
  manifest: Manifest;
  /** Puts the fresh session's cookie on the answer. */
  signInUser(c: Context, session: string): void;
  /** The client's address, for the limit on sign-ins (SECURITY rule 13). */
  clientAddress(c: Context): string;
}

/** The signed-in person; pages behind the identity middleware have one. */
export function userOf(c: PageContext): User {
  const user = c.get("user");
  if (!user) throw new Error("A page that needs a person was reached without one");
  return user;
}
