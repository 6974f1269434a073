import assert from "node:assert/strict";
import fc from "fast-check";
import { createLinks } from "../../engine/messages/links.ts";
import { createTokens } from "../../engine/messages/tokens.ts";

const old = { id: "k1", bytes: new Uint8Array(32).fill(1) };
const fresh = { id: "k2", bytes: new Uint8Array(32).fill(2) };
const tokens = createTokens([fresh, old]);
const links = createLinks({ tokens, publicUrl: () => "https://flow.example.com/" });

Deno.test("verify() gives back what sign() took, in a text that any address can hold", () => {
  fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })), (payload) => {
    const plain = JSON.parse(JSON.stringify(payload));
    const token = tokens.sign(plain);
    assert.match(token, /^[A-Za-z0-9_-]+$/);
    assert.deepEqual(JSON.parse(JSON.stringify(tokens.verify(token))), plain);
  }));
});

Deno.test("verify() takes tokens of an older key, and none of a key that is gone", () => {
  const before = createTokens([old]).sign({ a: 1 });
  assert.deepEqual(tokens.verify(before), { a: 1 });
  assert.equal(createTokens([fresh]).verify(before), null);
  assert.deepEqual(createTokens([fresh]).verify(tokens.sign({ a: 1 })), { a: 1 });
});

Deno.test("verify() refuses a key of the same name with other bytes", () => {
  assert.equal(createTokens([{ id: "k2", bytes: old.bytes }]).verify(tokens.sign({ a: 1 })), null);
});

Deno.test("verify() refuses every change of any one character", () => {
  const token = tokens.sign({ kind: "open", id: "01ABC" });
  for (let i = 0; i < token.length; i++) {
    for (const char of ["A", "B", "-", "_", "="]) {
      const changed = token.slice(0, i) + char + token.slice(i + 1);
      if (changed !== token) assert.equal(tokens.verify(changed), null, `${i} ${char}`);
    }
  }
  for (let i = 0; i < token.length; i++) assert.equal(tokens.verify(token.slice(0, i)), null);
  assert.equal(tokens.verify(`${token}A`), null);
});

Deno.test("verify() never throws", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.base64String(),
        fc.uint8Array().map((b) => btoa(String.fromCharCode(...b))),
      ),
      (text) => {
        assert.equal(tokens.verify(text), null);
      },
    ),
  );
  assert.equal(tokens.verify("A".repeat(1_000_000)), null);
});

Deno.test("createTokens() refuses to sign without a key", () => {
  assert.throws(() => createTokens([]), /without a key/);
});

Deno.test("readToken() reads what openLink() and clickLink() wrote", () => {
  const open = /^https:\/\/flow\.example\.com\/t\/o\/([\w-]+)\.gif$/.exec(links.openLink("M1") ?? "");
  assert.deepEqual(links.readToken(open?.[1] ?? ""), { kind: "open", messageId: "M1" });
  const click = /^https:\/\/flow\.example\.com\/t\/c\/([\w-]+)$/.exec(
    links.clickLink("M1", "https://example.com/ä?x=1#y") ?? "",
  );
  assert.deepEqual(links.readToken(click?.[1] ?? ""), {
    kind: "click",
    messageId: "M1",
    url: "https://example.com/ä?x=1#y",
  });
});

Deno.test("clickLink() signs http and https only", () => {
  for (
    const url of [
      "javascript:alert(1)",
      "data:text/html,x",
      "mailto:ann@example.com",
      "/relative",
      "//example.com/",
      "https:",
      "https://",
      " https://example.com",
      "ftp://example.com",
      `https://example.com/${"x".repeat(9_000)}`,
    ]
  ) {
    assert.equal(links.clickLink("M1", url), null, url.slice(0, 40));
  }
});

Deno.test("readToken() follows no other address even when it is signed", () => {
  assert.equal(links.readToken(tokens.sign({ k: "click", m: "M1", u: "javascript:alert(1)" })), null);
  assert.equal(links.readToken(tokens.sign({ k: "click", m: "M1" })), null);
  assert.equal(links.readToken(tokens.sign({ k: "approve", m: "M1" })), null);
  assert.equal(links.readToken("x"), null);
});

Deno.test("links are null while the house has no public address", () => {
  const homeless = createLinks({ tokens, publicUrl: () => "" });
  assert.equal(homeless.openLink("M1"), null);
  assert.equal(homeless.clickLink("M1", "https://example.com/"), null);
});
