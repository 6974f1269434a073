import assert from "node:assert/strict";
import { EngineError } from "../../engine/errors.ts";
import { hashPassword, verifyPassword } from "../../engine/access/passwords.ts";
import { addressSubject } from "../../engine/access/limits.ts";
import { ACTIONS, can, ROLES } from "../../engine/access/can.ts";
import { CODE, dump, OWNER, TOKEN, useAccess } from "./access_fixture.ts";

function isProblem(status: number): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof EngineError, String(error));
    assert.equal(error.status, status, error.message);
    return true;
  };
}

const DAY = 86_400_000;
const sign = { email: OWNER.email, password: OWNER.password, address: "192.0.2.1" };

Deno.test("setUp() makes the owner with the code, once", () =>
  useAccess(async ({ access }) => {
    assert.equal(await access.isSetUp(), false);
    await assert.rejects(access.setUp({ ...OWNER, code: "wrong" }), isProblem(403));
    const { user, session } = await access.setUp({ ...OWNER, email: " Ann@Example.com ", code: CODE });
    assert.deepEqual({ ...user, id: "" }, { id: "", email: "ann@example.com", name: "Ann", role: "owner" });
    assert.equal(await access.isSetUp(), true);
    assert.deepEqual(await access.bySession(session), user);
    await assert.rejects(access.setUp({ ...OWNER, code: CODE }), isProblem(404));
    await assert.rejects(access.setUp({ ...OWNER, code: "wrong" }), isProblem(404));
  }));

Deno.test("setUp() twice at once makes one owner", () =>
  useAccess(async ({ access, store }) => {
    const tries = await Promise.allSettled([
      access.setUp({ ...OWNER, code: CODE }),
      access.setUp({ ...OWNER, email: "bob@example.com", code: CODE }),
    ]);
    assert.deepEqual(tries.map((one) => one.status).sort(), ["fulfilled", "rejected"]);
    for (const one of tries) if (one.status === "rejected") isProblem(404)(one.reason);
    assert.equal((await store.keys({ selector: { prefix: ["user"] } })).length, 1);
    assert.equal((await store.keys({ selector: { prefix: ["session"] } })).length, 1);
  }));

Deno.test("setUp() names every field that it refuses and stores nothing", () =>
  useAccess(async ({ access, store }) => {
    await assert.rejects(
      access.setUp({ code: CODE, email: "no address", name: " ", password: "short" }),
      (error: unknown) => {
        assert.ok(error instanceof EngineError);
        assert.equal(error.status, 422);
        assert.deepEqual(error.issues.map((issue) => issue.path), ["email", "name", "password"]);
        return true;
      },
    );
    assert.equal((await store.keys({ selector: { prefix: ["user"] } })).length, 0);
  }));

Deno.test("setUp() stops guessing after 20 codes", () =>
  useAccess(async ({ access, clock }) => {
    for (let i = 0; i < 20; i++) {
      await assert.rejects(access.setUp({ ...OWNER, code: `guess-${i}` }), isProblem(403));
    }
    await assert.rejects(access.setUp({ ...OWNER, code: CODE }), isProblem(429));
    clock.now += 15 * 60_000;
    assert.equal((await access.setUp({ ...OWNER, code: CODE })).user.role, "owner");
  }));

Deno.test("signIn() answers a wrong password and an unknown user alike", () =>
  useAccess(async ({ access }) => {
    await access.setUp({ ...OWNER, code: CODE });
    const seen: string[] = [];
    for (const input of [{ ...sign, password: "wrong" }, { ...sign, email: "nobody@example.com" }]) {
      await assert.rejects(access.signIn(input), (error: unknown) => {
        assert.ok(error instanceof EngineError);
        seen.push(`${error.status} ${error.slug} ${error.message}`);
        return true;
      });
    }
    assert.equal(seen[0], seen[1]);
    assert.ok(seen[0]?.startsWith("401"));
    const { user, session } = await access.signIn({ ...sign, email: "ANN@example.com" });
    assert.deepEqual(await access.bySession(session), user);
  }));

Deno.test("signIn() allows 5 tries per account in 15 minutes, with the right password too", () =>
  useAccess(async ({ access, clock }) => {
    await access.setUp({ ...OWNER, code: CODE });
    const wrong = { ...sign, password: "wrong" };
    for (let i = 0; i < 5; i++) {
      await assert.rejects(access.signIn({ ...wrong, address: `192.0.2.${i}` }), isProblem(401));
    }
    await assert.rejects(access.signIn({ ...sign, address: "192.0.2.99" }), (error: unknown) => {
      assert.ok(error instanceof EngineError);
      assert.equal(error.status, 429);
      assert.equal(error.retryAfterSeconds, 900);
      assert.match(error.message, /at most 5 in 15 minutes/);
      return true;
    });
    clock.now += 15 * 60_000;
    await access.signIn(sign);
    for (let i = 0; i < 4; i++) await assert.rejects(access.signIn(wrong), isProblem(401));
    await access.signIn(sign);
  }));

Deno.test("signIn() allows 20 tries per address in 15 minutes, however many come at once", () =>
  useAccess(async ({ access, store }) => {
    const tries = await Promise.allSettled(
      Array.from({ length: 30 }, (_, i) => access.signIn({ ...sign, email: `user${i}@example.com` })),
    );
    const statuses = tries.map((one) =>
      one.status === "rejected" && one.reason instanceof EngineError ? one.reason.status : 0
    );
    assert.equal(statuses.filter((status) => status === 401).length, 20);
    assert.equal(statuses.filter((status) => status === 429).length, 10);
    const accounts = (await store.keys({ selector: { prefix: ["attempts"] } })).length;
    assert.equal(accounts, 21, "refused tries leave no record of their own");
  }));

Deno.test("bySession() ends after 7 idle days, checked in the value", () =>
  useAccess(async ({ access, clock, store }) => {
    const { session } = await access.setUp({ ...OWNER, code: CODE });
    clock.now += 7 * DAY - 1;
    assert.ok(await access.bySession(session), "just before");
    clock.now += 7 * DAY;
    assert.equal(await access.bySession(session), null);
    assert.equal(
      (await store.keys({ selector: { prefix: ["session"] } })).length,
      1,
      "the record is still there",
    );
    await access.signIn(sign);
    assert.equal(
      (await store.keys({ selector: { prefix: ["session"] } })).length,
      1,
      "and swept at a sign-in",
    );
  }));

Deno.test("bySession() ends after 30 days even in daily use", () =>
  useAccess(async ({ access, clock }) => {
    const { session } = await access.setUp({ ...OWNER, code: CODE });
    for (let day = 1; day < 30; day++) {
      clock.now += DAY;
      assert.ok(await access.bySession(session), `day ${day}`);
    }
    clock.now += DAY;
    assert.equal(await access.bySession(session), null);
  }));

Deno.test("bySession() writes at most hourly", () =>
  useAccess(async ({ access, clock, store }) => {
    const { session } = await access.setUp({ ...OWNER, code: CODE });
    const [key] = await store.keys({ selector: { prefix: ["session"] } });
    assert.ok(key);
    const before = (await store.get(key))?.versionstamp;
    clock.now += 3_599_999;
    await access.bySession(session);
    assert.equal((await store.get(key))?.versionstamp, before);
    clock.now += 1;
    await access.bySession(session);
    assert.notEqual((await store.get(key))?.versionstamp, before);
  }));

Deno.test("signOut() ends the session; what never was one is nobody", () =>
  useAccess(async ({ access }) => {
    const { session } = await access.setUp({ ...OWNER, code: CODE });
    await access.signOut(session);
    assert.equal(await access.bySession(session), null);
    for (const text of ["", "x", "../user", "\0".repeat(43), "a".repeat(43), "a".repeat(100_000)]) {
      assert.equal(await access.bySession(text), null);
    }
  }));

Deno.test("the database holds neither the session nor the password", () =>
  useAccess(async ({ access, store }) => {
    const { session } = await access.setUp({ ...OWNER, code: CODE });
    const text = await dump(store);
    for (const secret of [session, OWNER.password, CODE, TOKEN]) assert.ok(!text.includes(secret));
  }));

Deno.test("byToken() is an owner for the whole token only, before set-up too", () =>
  useAccess(async ({ access }) => {
    assert.equal((await access.byToken(TOKEN))?.role, "owner");
    for (const token of ["", TOKEN.slice(1), `${TOKEN}x`, TOKEN.toUpperCase()]) {
      assert.equal(await access.byToken(token), null);
    }
  }));

Deno.test("hashPassword() salts, and verifyPassword() tells passwords apart", async () => {
  const [one, two] = await Promise.all([hashPassword("pässword 1"), hashPassword("pässword 1")]);
  assert.notEqual(one.hash, two.hash);
  assert.deepEqual([one.n, one.r, one.p], [32_768, 8, 3]);
  assert.equal(await verifyPassword("pässword 1", one), true, "composed or not, the same text");
  assert.equal(await verifyPassword("pässword 2", one), false);
  assert.equal(await verifyPassword("pässword 1", null), false);
});

Deno.test("addressSubject() takes a /64 of IPv6 as one", () => {
  assert.equal(addressSubject("2001:db8:1:2:3:4:5:6"), addressSubject("2001:0db8:1:2::ffff"));
  assert.notEqual(addressSubject("2001:db8:1:2::1"), addressSubject("2001:db8:1:3::1"));
  assert.equal(addressSubject("::1"), "address:0:0:0:0::/64");
  assert.equal(addressSubject("::ffff:192.0.2.1"), addressSubject("192.0.2.1"));
});

Deno.test("can() grows from viewer to owner and never shrinks", () => {
  for (const action of Object.keys(ACTIONS) as (keyof typeof ACTIONS)[]) {
    const allowed = ROLES.map((role) => can(role, action));
    assert.deepEqual(allowed, [...allowed].sort(), action);
    assert.equal(can("owner", action), true, action);
  }
  assert.equal(can("viewer", "payload.see"), false);
  assert.equal(can("operator", "execution.start"), true);
  assert.equal(can("operator", "workflow.edit"), false);
  assert.equal(can("editor", "secret.see"), false);
});
