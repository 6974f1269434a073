import assert from "node:assert/strict";
import fc from "fast-check";
import { renderToString } from "preact-render-to-string";
import { isShownBy, issueFor } from "../../islands/shared/issues.ts";
import { ErrorCard } from "../../routes/pages/components/error_card.tsx";
import { ICON_NAMES } from "../../routes/pages/components/icon.tsx";
import { JsonTree } from "../../routes/pages/components/json_tree.tsx";
import { telOf } from "../../routes/pages/components/lead_facts.tsx";
import { STATUS_LOOK, withoutWord } from "../../routes/pages/components/status_chip.tsx";
import { durationWords, exactTime, relativeTime } from "../../routes/pages/components/time_words.ts";
import { curlFor, hookCallOf } from "../../routes/pages/components/curl.ts";
import { h } from "preact";

const NOW = Date.parse("2026-11-22T12:00:00.000Z");

Deno.test("durationWords() says the two largest units", () => {
  const cases: [number, string][] = [
    [0, "0 ms"],
    [412, "412 ms"],
    [999.6, "1 s"],
    [3_200, "3.2 s"],
    [9_999, "9.9 s"],
    [59_999, "59 s"],
    [60_000, "1 min"],
    [250_000, "4 min 10 s"],
    [7_200_000, "2 h"],
    [183_600_000, "2 d 3 h"],
    [-5, "0 ms"],
  ];
  for (const [ms, words] of cases) assert.equal(durationWords(ms), words, String(ms));
});

Deno.test("relativeTime() looks both ways and gives the date beyond 30 days", () => {
  const at = (ms: number): string => new Date(NOW + ms).toISOString();
  const cases: [number, string][] = [
    [0, "just now"],
    [-1_500, "just now"],
    [1_500, "in a moment"],
    [-45_000, "45 s ago"],
    [-300_000, "5 min ago"],
    [50_400_000, "in 14 h"],
    [-172_800_000, "2 d ago"],
    [-31 * 86_400_000, "2026-10-22"],
  ];
  for (const [ms, words] of cases) assert.equal(relativeTime(at(ms), NOW), words);
  assert.equal(relativeTime("no time", NOW), "no time");
});

Deno.test("exactTime() names the zone", () => {
  assert.equal(exactTime("2026-11-22T19:14:07.000Z"), "Sun, 22 Nov 2026, 19:14:07 UTC");
  assert.match(exactTime("2026-11-22T19:14:07.000Z", "Europe/Zurich"), /20:14:07 (CET|GMT\+1)$/);
});

Deno.test("STATUS_LOOK has an icon that can be drawn for every status", () => {
  for (const { icon } of Object.values(STATUS_LOOK)) assert.ok(ICON_NAMES.includes(icon), icon);
});

Deno.test("withoutWord() takes only the status itself away", () => {
  assert.equal(withoutWord("Waiting — until Tue 09:00", "Waiting"), "until Tue 09:00");
  assert.equal(withoutWord("Completed in 2 d", "Completed"), "in 2 d");
  assert.equal(withoutWord("Cancelled by Ann — reason", "Cancelled"), "by Ann — reason");
  assert.equal(withoutWord("Failed", "Failed"), "");
  assert.equal(withoutWord("Failedness", "Failed"), "Failedness");
  assert.equal(withoutWord("401 from api.example.com", "Failed"), "401 from api.example.com");
});

Deno.test("telOf() leaves digits and one leading plus, whatever was typed", () => {
  assert.equal(telOf("+41 (0)79 / 123-45"), "tel:+417912345");
  assert.equal(telOf("(0)79 123"), "tel:079123");
  fc.assert(fc.property(fc.string(), (phone) => /^tel:\+?\d*$/.test(telOf(phone))));
});

Deno.test("JsonTree() escapes names and values and copies them whole", () => {
  const html = renderToString(
    h(JsonTree, { value: { "<b>": ["</i>", 1, null, {}] }, path: "steps.x.output" }),
  );
  assert.doesNotMatch(html, /<b>|<\/i>/);
  assert.match(html, /data-copy="steps\.x\.output\.&lt;b>\.0"/);
  assert.match(html, /\[4\]/);
});

Deno.test("curlFor() is a command that a terminal takes, with the key left to the caller", () => {
  const open = hookCallOf({ path: "cold-outreach", method: "POST", auth: { kind: "none" } });
  assert.ok(open);
  assert.equal(
    curlFor("http://127.0.0.1:8000", open),
    "curl -X POST http://127.0.0.1:8000/hooks/cold-outreach \\\n     -H 'content-type: application/json' \\\n" +
      `     -d '{"email":"ann@example.com","firstName":"Ann","company":"Acme","score":72}'`,
  );
  const keyed = hookCallOf({ path: "x", auth: { kind: "header", header: "x-key", secret: { secret: "k" } } });
  assert.match(keyed ? curlFor("", keyed) : "", /-H "x-key: \$SECRET"/);
  const signed = hookCallOf({ path: "x", auth: { kind: "hmac" } });
  assert.match(
    signed ? curlFor("", signed) : "",
    /x-signature: \$\(printf %s '\{.*openssl dgst -sha256 -hmac/,
  );
});

Deno.test("curlFor() shows the header of a sender that signs by its own program, and makes up no signature", () => {
  const call = hookCallOf({ path: "x", auth: { kind: "stripe", secret: { secret: "s" } } });
  assert.match(call ? curlFor("", call) : "", /-H "stripe-signature: \$SIGNATURE"/);
  assert.equal(hookCallOf({ path: "x", auth: { kind: "constructor" } })?.header, null);
});

Deno.test("hookCallOf() takes any draft without failing", () => {
  fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (config) => {
    hookCallOf({ auth: config, ...config });
  }));
  assert.equal(hookCallOf({ auth: { kind: "none" } }), null);
});

const REFUSED = { type: "/problems/invalid", title: "Content not accepted", status: 422 };

Deno.test("isShownBy() is false as soon as one issue has no field to stand beside", () => {
  const issue = { path: "hosts.0", message: "a host such as api.example.com" };
  const problem = { ...REFUSED, detail: "hosts.0: a host such as api.example.com", issues: [issue] };
  assert.ok(isShownBy(problem, ["name", "hosts"]));
  assert.ok(!isShownBy(problem, ["name", "host"]));
  assert.ok(!isShownBy({ ...problem, issues: [issue, { path: "", message: "too large" }] }, ["hosts"]));
  assert.ok(!isShownBy({ ...REFUSED, detail: "x" }, ["hosts"]));
  assert.equal(
    issueFor({ ...problem, issues: [{ ...issue, accepted: "a name" }] }, "hosts"),
    `${issue.message} — accepted: a name`,
  );
  assert.equal(issueFor(problem, "host"), undefined);
});

Deno.test("ErrorCard() says everything once", () => {
  const [first, second] = [{ path: "a", message: "is missing" }, {
    path: "b",
    message: "is too long",
    accepted: "5",
  }];
  const one = renderToString(
    h(ErrorCard, { problem: { ...REFUSED, detail: "b: is too long", issues: [second] } }),
  );
  assert.equal(one.match(/is too long/g)?.length, 1);
  assert.match(one, /Accepted: 5/);
  const two = renderToString(
    h(ErrorCard, {
      problem: { ...REFUSED, detail: "a: is missing; b: is too long", issues: [first, second] },
    }),
  );
  assert.equal(two.match(/is too long/g)?.length, 1);
  assert.match(two, /Content not accepted/);
});
