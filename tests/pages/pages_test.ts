import assert from "node:assert/strict";
import type { Message } from "../../engine/schemas/message.ts";
import { execution, inboxItem, lead, message, workflow } from "./sample_data.ts";
import { pageApp } from "./page_app.ts";

Deno.test("GET / leads through the first steps until something has run", async () => {
  const { html } = await pageApp({ workflows: [workflow()] }).get("/");
  assert.match(html, /First steps/);
  assert.match(html, /curl -X POST http:\/\/127\.0\.0\.1:8000\/hooks\/cold-outreach/);
  assert.match(html, /is a draft/);
  const { html: later } = await pageApp({ workflows: [workflow()], executions: [execution()] }).get("/");
  assert.doesNotMatch(later, /First steps/);
  assert.match(later, /Recent executions/);
});

Deno.test("GET / shows a status as icon, word and reason, said once", async () => {
  const { html } = await pageApp({ executions: [execution()] }).get("/");
  assert.match(html, /<span class="chip" data-status="failed"><svg[^>]*>.*?<\/svg>Failed<\/span>/);
  assert.match(html, />401 from api\.example\.com</);
  assert.doesNotMatch(html, />Failed — 401/);
});

Deno.test("every page has one h1, a main landmark, a title and no inline script or style element", async () => {
  const app = pageApp({
    workflows: [workflow()],
    executions: [execution()],
    inbox: [inboxItem()],
    messages: [message()],
    leads: [lead()],
    secrets: [{
      name: "crm_key",
      hosts: ["api.example.com"],
      updatedAt: "2026-11-22T09:00:00.000Z",
      from: "team",
      variable: null,
    }],
  });
  const paths = [
    "/",
    "/workflow",
    "/workflow/wf1?node=mail",
    "/inbox",
    "/outbox",
    "/outbox/m1",
    "/leads",
    "/leads/ld1",
  ];
  for (const path of [...paths, "/settings/secrets", "/nothing-here", "/login"]) {
    const { html } = await app.get(path);
    assert.equal(html.match(/<h1/g)?.length, 1, path);
    assert.equal(html.match(/<main/g)?.length, 1, path);
    assert.match(html, /<title>[^<]+ · LeadFlow<\/title>/, path);
    assert.doesNotMatch(html, /<script(?![^>]* src=)|<style|\son[a-z]+="/, path);
  }
});

Deno.test("empty pages say what to do next", async () => {
  const app = pageApp();
  for (const path of ["/workflow", "/inbox", "/outbox", "/leads", "/settings/secrets", "/leads?q=nobody"]) {
    const { html } = await app.get(path);
    assert.match(html, /class="empty"/, path);
  }
});

Deno.test("names, subjects and fields that people typed are text everywhere, islands' props too", async () => {
  const evil = `</script><img src=x onerror=alert(1)>"'`;
  const app = pageApp({
    workflows: [workflow({ name: evil, issues: [{ path: evil, message: evil }] })],
    executions: [execution({ workflowName: evil, reason: { code: "x", text: evil } })],
    inbox: [inboxItem({ title: evil, description: evil, lead: lead({ company: evil, phone: evil }) })],
    messages: [message({ subject: evil, from: evil })],
    leads: [lead({ firstName: evil, fields: { [evil]: evil } })],
  });
  for (
    const path of [
      "/",
      "/workflow",
      "/workflow/wf1?node=mail",
      "/inbox",
      "/outbox",
      "/outbox/m1",
      "/leads",
      "/leads/ld1",
    ]
  ) {
    const { html } = await app.get(path);
    assert.ok(!html.includes("<img"), path);
    // Escaped, the quotes cannot end an attribute either.
    assert.ok(!html.includes(evil.slice(-3)), path);
  }
});

Deno.test("renderPage() preloads the islands of the page and the inbox count is in the navigation", async () => {
  const { html } = await pageApp({ inbox: [inboxItem()] }).get("/inbox");
  for (const file of ["client-AAAA.js", "chunk-BBBB.js", "Inbox-CCCC.js", "chunk-DDDD.js"]) {
    assert.equal(html.split(`<link rel="modulepreload" href="/static/${file}"`).length, 2, file);
  }
  assert.match(html, /data-inbox-count[^>]*>1</);
  assert.match(html, /<title>\(1\) Inbox · LeadFlow/);
  const { html: home } = await pageApp().get("/");
  assert.doesNotMatch(home, /Inbox-CCCC/);
});

Deno.test("renderPage() draws the scheme that the cookie names, and nothing else from it", async () => {
  const { html } = await pageApp().get("/", { cookie: "leadflow_scheme=dark" });
  assert.match(html, /<html lang="en" data-scheme="dark">/);
  const { html: odd } = await pageApp().get("/", { cookie: 'leadflow_scheme="><script>' });
  assert.match(odd, /<html lang="en">/);
});

Deno.test("GET /workflow/:id shows the node of the address, its ways and the webhook's command", async () => {
  const { html } = await pageApp({ workflows: [workflow()] }).get("/workflow/wf1?node=hook");
  assert.match(html, /id="node-title".*New lead arrives/);
  assert.match(html, /First mail/);
  assert.match(html, /http:\/\/127\.0\.0\.1:8000\/hooks\/cold-outreach/);
  assert.match(html, /Answers as soon as the workflow is published/);
});

Deno.test("GET /workflow/:id/export gives what an import takes back", async () => {
  const { response, html } = await pageApp({ workflows: [workflow({ name: 'Été: 50 % \r\n"x"' })] }).get(
    "/workflow/wf1/export",
  );
  assert.equal(response.headers.get("content-disposition"), 'attachment; filename="e-te-50-x.json"');
  assert.match(response.headers.get("content-type") ?? "", /^application\/json/);
  const document = JSON.parse(html);
  assert.deepEqual(Object.keys(document), ["name", "nodes", "edges", "settings"]);
  assert.deepEqual(document.nodes, workflow().nodes);
});

Deno.test("GET /inbox/count is the numbers of cards and of alerts alone", async () => {
  const { html } = await pageApp({ inbox: [inboxItem()] }).get("/inbox/count");
  assert.deepEqual(JSON.parse(html), { count: 1, alerts: 0 });
});

Deno.test("GET /inbox/needs is what the dashboard's first line says", async () => {
  const { html } = await pageApp({ inbox: [inboxItem({ kind: "uncertain" })] }).get("/inbox/needs");
  const needs = [{ icon: "mail", tone: "warn", text: "1 uncertain send" }];
  assert.deepEqual(JSON.parse(html), { items: needs, more: false });
});

Deno.test("GET /outbox/:id frames the HTML in a sandbox and shows the text on demand", async () => {
  const app = pageApp({ messages: [message({ html: "<script>alert(1)</script><p>Hello</p>" })] });
  const { html } = await app.get("/outbox/m1");
  assert.match(
    html,
    /<iframe[^>]* sandbox="allow-popups allow-popups-to-escape-sandbox"[^>]* src="\/outbox\/m1\/body"/,
  );
  assert.doesNotMatch(html, /alert\(1\)/);
  const { html: text } = await app.get("/outbox/m1?view=text");
  assert.doesNotMatch(text, /<iframe/);
  assert.match(text, /Hello Ann/);
});

Deno.test("GET /outbox says sent of what a mail server has, and of nothing else", async () => {
  const { html: kept } = await pageApp({ messages: [message()] }).get("/outbox");
  assert.match(kept, />kept here</);
  assert.match(kept, /LEADFLOW_SMTP_URL/);
  assert.doesNotMatch(kept, />sent</);
  const { html: sent } = await pageApp({ messages: [message({ transport: "smtp" })] }).get("/outbox");
  assert.match(sent, />sent</);
  assert.doesNotMatch(sent, /kept here|LEADFLOW_SMTP_URL/);
  const since = [message({ id: "m2", transport: "smtp" }), message()];
  const { html: both } = await pageApp({ messages: since }).get("/outbox");
  assert.match(both, />kept here</, "what stayed before a mail server was named");
  assert.doesNotMatch(both, /LEADFLOW_SMTP_URL/, "by now mail leaves");
});

Deno.test("GET /outbox/:id says whether reading it here counts as the lead's doing", async () => {
  const page = async (change: Partial<Message>): Promise<string> =>
    (await pageApp({ messages: [message(change)] }).get("/outbox/m1")).html;
  const counts =
    /reading it here counts as the lead&#39;s opening|reading it here counts as the lead's opening/;
  assert.match(await page({}), counts);
  assert.match(await page({ status: "held" }), counts);
  for (
    const [change, why] of [
      [{ transport: "smtp" }, /The lead has it/],
      [{ transport: "smtp", leadId: null }, /It went out/],
      [{ status: "refused" }, /refused: nobody got it/],
      [{ status: "held", test: true }, /A test: nobody got it/],
    ] as const
  ) {
    const html = await page(change);
    assert.doesNotMatch(html, counts);
    assert.match(html, why);
    assert.match(html, /Reading it here counts nothing/);
  }
});

Deno.test("GET /outbox/:id/body counts as opening only while nobody else can open the mail", async () => {
  const pixel = '<img src="http://127.0.0.1:8000/t/o/abc.gif" width="1" height="1" alt="">';
  const html = `<p>Hello</p><img src="https://example.com/logo.png">${pixel}`;
  const read = async (transport: "smtp" | "outbox"): Promise<string> =>
    (await pageApp({ messages: [message({ html, transport })] }).get("/outbox/m1/body")).html;
  assert.ok((await read("outbox")).includes(pixel));
  const sent = await read("smtp");
  assert.doesNotMatch(sent, /\/t\/o\//);
  assert.match(sent, /logo\.png/);
});

Deno.test("GET /outbox/:id/body cannot run, post or reach anything but images", async () => {
  const { response, html } = await pageApp({ messages: [message()] }).get("/outbox/m1/body");
  const policy = response.headers.get("content-security-policy") ?? "";
  assert.match(
    policy,
    /^sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src \* data:;/,
  );
  assert.doesNotMatch(policy, /script|same-origin/);
  assert.match(policy, /frame-ancestors 'self'/);
  assert.equal(response.headers.get("x-content-type-options"), "nosniff");
  assert.match(html, /<base target="_blank">/);
  assert.match(html, /<p>Hello Ann<\/p>/);
});

Deno.test("GET /leads pages on with the search in the address", async () => {
  const { html } = await pageApp({ leads: [lead()], nextCursor: "c 1" }).get("/leads?q=ann");
  assert.match(html, /href="\/leads\?q=ann&amp;cursor=c\+1"/);
});

Deno.test("errorPage() answers 404, 403 and 500 as pages; only what was not foreseen is logged", async () => {
  const missing = pageApp();
  const { response: none, html } = await missing.get("/leads/nope");
  assert.equal(none.status, 404);
  assert.match(html, /No lead has the id/);
  assert.equal(missing.logged.length, 0);

  const { response: refused, html: why } = await pageApp({}, { refuse: "secret.see" }).get(
    "/settings/secrets",
  );
  assert.equal(refused.status, 403);
  assert.match(why, /may not see this/);
  const { response: body } = await pageApp({ messages: [message()] }, { refuse: "payload.see" }).get(
    "/outbox/m1/body",
  );
  assert.equal(body.status, 403);

  const broken = pageApp({}, { fault: new Error("the disk is on fire") });
  const { response: failed, html: shown } = await broken.get("/leads");
  assert.equal(failed.status, 500);
  assert.doesNotMatch(shown, /on fire/);
  assert.equal(broken.logged.length, 1);
});

Deno.test("pageRoutes() leaves addresses that are no pages to their own handlers", async () => {
  const app = pageApp();
  for (const path of ["/api/nothing", "/hooks/x", "/static/x.js", "/health/x", "/t/o/x.gif"]) {
    const { html } = await app.get(path);
    assert.equal(html, '{"title":"not a page"}', path);
  }
  assert.match((await app.get("/apiary")).html, /There is no page at \/apiary/);
});

Deno.test("GET /workflow/:id says when people are reached, and nothing while that is at any time", async () => {
  const sendWindow = { days: ["mon", "tue", "wed"] as const, from: "09:00", to: "17:00", zone: "lead" };
  const settings = { timezone: "Europe/Zurich", sendWindow: { ...sendWindow, days: [...sendWindow.days] } };
  const { html } = await pageApp({ workflows: [workflow({ settings })] }).get("/workflow/wf1");
  assert.match(html, /Reaches people Mon–Wed 09:00–17:00 in the lead(&#39;|')s zone/);
  const { html: none } = await pageApp({ workflows: [workflow()] }).get("/workflow/wf1");
  assert.doesNotMatch(none, /Send window/);
});

Deno.test("GET /inbox says of an uncertain send what each answer leads to", async () => {
  const { html } = await pageApp({ inbox: [inboxItem({ kind: "uncertain" })] }).get("/inbox");
  assert.match(html, /Send again: it may arrive twice\./);
  const { html: task } = await pageApp({ inbox: [inboxItem()] }).get("/inbox");
  assert.doesNotMatch(task, /may arrive twice/);
});
