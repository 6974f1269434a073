import assert from "node:assert/strict";
import { ownPath } from "../../routes/pages/access.tsx";
import { pageApp } from "./page_app.ts";

const OPEN = { signedIn: false };
const OWNER_FORM = { code: "right-code", name: "Ann", email: "ann@example.com", password: "correct horse" };

Deno.test("GET /setup takes the code from the printed link and does not ask for it again", async () => {
  const { html, response } = await pageApp({ setUp: false }, OPEN).get("/setup?code=right-code");
  assert.equal(response.status, 200);
  assert.match(html, /<input type="hidden" name="code" value="right-code"/);
  assert.match(html, /<form method="post" action="\/setup"/);
  assert.doesNotMatch(html, /Set-up code/);
});

Deno.test("GET /setup asks for the code when the link had none", async () => {
  const { html } = await pageApp({ setUp: false }, OPEN).get("/setup");
  assert.match(html, /<label for="code">Set-up code/);
});

Deno.test("POST /setup signs the new owner in and goes to the start page, without JavaScript", async () => {
  const { response } = await pageApp({ setUp: false }, OPEN).post("/setup", OWNER_FORM);
  assert.equal(response.status, 303);
  assert.equal(response.headers.get("location"), "/");
  assert.equal(response.headers.get("set-cookie"), "leadflow=session-1");
});

Deno.test("POST /setup says what is wrong beside the field and loses nothing but the password", async () => {
  const { response, html } = await pageApp({ setUp: false }, OPEN).post("/setup", {
    ...OWNER_FORM,
    password: "short",
  });
  assert.equal(response.status, 422);
  assert.equal(response.headers.get("set-cookie"), null);
  assert.match(html, /id="password-error" role="alert">8 to 200 characters/);
  assert.match(html, /aria-invalid="true"/);
  assert.match(html, /value="ann@example.com"/);
  assert.doesNotMatch(html, /short/);
});

Deno.test("POST /setup with a wrong code is 403 and shows the code to correct", async () => {
  const { response, html } = await pageApp({ setUp: false }, OPEN).post("/setup", {
    ...OWNER_FORM,
    code: "wrong",
  });
  assert.equal(response.status, 403);
  assert.match(html, /The set-up code is wrong/);
  assert.match(html, /<label for="code">/);
});

Deno.test("/setup after set-up is 404 for GET and POST", async () => {
  const app = pageApp({ setUp: true }, OPEN);
  assert.equal((await app.get("/setup?code=right-code")).response.status, 404);
  const { response } = await app.post("/setup", OWNER_FORM);
  assert.equal(response.status, 404);
  assert.equal(response.headers.get("set-cookie"), null);
});

Deno.test("GET /login leads to /setup while there is no owner", async () => {
  const { response } = await pageApp({ setUp: false }, OPEN).get("/login");
  assert.equal(response.headers.get("location"), "/setup");
});

Deno.test("POST /login goes to where the person wanted to be", async () => {
  const form = { email: "ann@example.com", password: "correct horse", next: "/executions?status=failed" };
  const { response } = await pageApp({}, OPEN).post("/login", form);
  assert.equal(response.status, 303);
  assert.equal(response.headers.get("location"), "/executions?status=failed");
  assert.equal(response.headers.get("set-cookie"), "leadflow=session-1");
});

Deno.test("POST /login refuses without a cookie, keeps the address and never echoes the password", async () => {
  const { response, html } = await pageApp({}, OPEN).post("/login", {
    email: "ann@example.com",
    password: "guess",
  });
  assert.equal(response.status, 422);
  assert.equal(response.headers.get("set-cookie"), null);
  assert.match(html, /E-mail or password is wrong/);
  assert.match(html, /value="ann@example.com"/);
  assert.doesNotMatch(html, /guess/);
});

Deno.test("POST /login past the limit is 429 with Retry-After", async () => {
  const { response } = await pageApp({}, OPEN).post("/login", { email: "many@example.com", password: "x" });
  assert.equal(response.status, 429);
  assert.equal(response.headers.get("retry-after"), "60");
});

Deno.test("POST /login refuses a form that no person filled in", async () => {
  const { response } = await pageApp({}, OPEN).post("/login", { email: "x".repeat(20_000), password: "x" });
  assert.equal(response.status, 413);
});

Deno.test("ownPath() keeps to this site", () => {
  const cases: [string, string][] = [
    ["/inbox", "/inbox"],
    ["/executions?status=failed", "/executions?status=failed"],
    ["/workflow/01ABC?node=mail", "/workflow/01ABC?node=mail"],
    ["", "/"],
    ["//evil.example", "/"],
    ["/\\evil.example", "/"],
    ["https://evil.example", "/"],
    ["javascript:alert(1)", "/"],
    ["/a\r\nset-cookie: x=1", "/"],
    ["/login?next=/login", "/"],
    ["/api/session", "/"],
  ];
  for (const [given, expected] of cases) assert.equal(ownPath(given), expected, given);
});
