import { z } from "zod";
import { ROLES } from "../../engine/mod.ts";
import { clientAddress } from "../middleware/context.ts";
import { define, json } from "./define.ts";
import type { ApiRoute } from "./define.ts";

const User = z.object({ id: z.string(), email: z.string(), name: z.string(), role: z.enum(ROLES) })
  .meta({ id: "User" });
const SignIn = z.strictObject({ email: z.string().max(320), password: z.string().max(1_000) }).meta({
  id: "SignIn",
});
const SetUp = z.strictObject({
  code: z.string().max(200),
  email: z.string().max(320),
  name: z.string().max(200),
  password: z.string().max(1_000),
}).meta({ id: "SetUp" });
/** Whoever is not known yet need not send more than a form holds. */
const FORM_LIMIT = 16_384;
const signedIn = { description: "Who is signed in; the session is in the cookie", schema: User };

export const sessionRoutes: readonly ApiRoute[] = [
  define({
    method: "get",
    path: "/api/me",
    action: "me.see",
    summary: "Who am I?",
    answers: { 200: { description: "The signed-in user", schema: User } },
    handle: ({ user }) => json(user()),
  }),
  define({
    method: "post",
    path: "/api/session",
    action: "public",
    summary: "Sign in; 429 past 5 tries per account or 20 per address in 15 minutes",
    body: SignIn,
    bodyLimit: FORM_LIMIT,
    answers: { 200: signedIn },
    handle: async ({ c, engine, cookie, body }) => {
      const before = cookie.get(c);
      const { user, session } = await engine.access.signIn({ ...body, address: clientAddress(c) });
      // A session is never carried over a sign-in: what somebody planted before is worth nothing after.
      if (before !== undefined) await engine.access.signOut(before);
      cookie.set(c, session);
      return c.json(user);
    },
  }),
  define({
    method: "delete",
    path: "/api/session",
    action: "public",
    summary: "Sign out",
    answers: { 204: { description: "Signed out" } },
    handle: async ({ c, engine, cookie }) => {
      const session = cookie.get(c);
      if (session !== undefined) await engine.access.signOut(session);
      cookie.clear(c);
      return c.body(null, 204);
    },
  }),
  define({
    method: "post",
    path: "/api/setup",
    action: "public",
    summary: "Make the first owner with the set-up code; 404 once that is done",
    body: SetUp,
    bodyLimit: FORM_LIMIT,
    answers: { 201: signedIn },
    handle: async ({ c, engine, cookie, body }) => {
      const { user, session } = await engine.access.setUp(body);
      cookie.set(c, session);
      return c.json(user, 201);
    },
  }),
];
