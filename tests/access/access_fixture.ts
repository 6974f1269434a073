import { createAccess } from "../../engine/access/mod.ts";
import type { Access } from "../../engine/contract.ts";
import { Store } from "../../engine/store/store.ts";

export const OWNER = { email: "ann@example.com", name: "Ann", password: "correct horse battery" };
export const CODE = "open-sesame-1234";
export const TOKEN = "token-of-the-owner-0123456789abcdef";

export interface AccessFixture {
  access: Access;
  store: Store;
  clock: { now: number };
}

/** Real access over a database in memory, with a clock that the test moves. */
export async function useAccess(test: (fixture: AccessFixture) => Promise<void>): Promise<void> {
  const kv = await Deno.openKv(":memory:");
  const store = new Store(kv);
  const clock = { now: Date.parse("2026-11-22T10:00:00Z") };
  try {
    await test({
      store,
      clock,
      access: createAccess({ store, setupCode: CODE, token: TOKEN, now: () => clock.now }),
    });
  } finally {
    kv.close();
  }
}

/** Everything that is stored, as text: what a thief of the database would read. */
export async function dump(store: Store): Promise<string> {
  let text = "";
  for await (const { key, value } of store.list({ selector: { prefix: [] } })) {
    text += `${JSON.stringify(key)} ${JSON.stringify(value)}\n`;
  }
  return text;
}
