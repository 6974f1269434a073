/** The pages of alerts and causes as the server draws them: what a person needs without scripts, and nobody's markup. */
import assert from "node:assert/strict";
import type { AlertRule, Incident, Undelivered } from "../../engine/schemas/alert.ts";
import { AlertRuleInput } from "../../engine/schemas/alert.ts";
import type { CauseCard } from "../../engine/schemas/inbox.ts";
import { firstState, refreshed, settledHere, sortItems, taken } from "../../islands/inbox/inbox_model.ts";
import { pageApp } from "../pages/page_app.ts";
import { inboxItem } from "../pages/sample_data.ts";

const EVIL = `"><img src=x onerror=alert(1)>`;
const AT = "2026-11-22T09:00:00.000Z";

function cause(changes: Partial<CauseCard> = {}): CauseCard {
  return {
    id: "cause:api:http_401:401:api.example.com",
    kind: "cause",
    title: "401 from api.example.com",
    description: "401 from api.example.com",
    type: "api",
    code: "http_401",
    status: 401,
    host: "api.example.com",
    count: 50,
    more: false,
    where: [{ workflowId: "wf1", workflowName: "Cold Outreach", nodeId: "call", label: "Call", count: 50 }],
    secrets: ["crm"],
    newest: { executionId: "ex1", nodeId: "call" },
    createdAt: AT,
    lastAt: AT,
    ...changes,
  };
}

function incident(changes: Partial<Incident> = {}): Incident {
  return {
    id: "in1",
    ruleId: "streak",
    kind: "streak",
    workflowId: "wf1",
    workflowName: "Cold Outreach",
    status: "open",
    title: "3 runs of Cold Outreach failed in a row",
    detail: "3 so far.",
    link: "/inbox?card=cause",
    openedAt: AT,
    recoveredAt: null,
    recovery: null,
    acknowledged: null,
    tellAt: AT,
    mutedUntil: null,
    ...changes,
  };
}

const RULE: AlertRule = {
  ...AlertRuleInput.parse({ kind: "streak" }),
  id: "streak",
  words: "3 runs failed in a row",
  isDefault: true,
};
const UNTOLD: Undelivered = {
  id: "t1",
  channel: "Webhook to example.com",
  titles: ["3 runs failed in a row"],
  problem: "503 from example.com",
  attempts: 2,
  at: AT,
  nextAt: AT,
};

Deno.test("GET /inbox draws a cause with its way to the node, its secret and its executions", async () => {
  const { html } = await pageApp({ causes: [cause()] }).get(
    "/inbox?card=cause:api:http_401:401:api.example.com",
  );
  assert.match(html, /50 runs failed/);
  assert.match(html, /Retry all 50 …/);
  assert.match(html, /Replace crm …/);
  assert.match(html, /href="\/workflow\/wf1\?node=call#node"/);
  assert.match(html, /href="\/executions\?cause=cause%3Aapi%3Ahttp_401%3A401%3Aapi.example.com"/);
  assert.match(html, /<title>\(1\) Inbox/);
  assert.doesNotMatch(html, /is not here any more/);
});

Deno.test("GET /inbox offers a secret only where it mends, and to whoever may; one failure is one", async () => {
  const { html } = await pageApp({ causes: [cause({ code: "http_503", status: 503 })] }).get("/inbox");
  assert.doesNotMatch(html, /Replace crm/);
  const { html: refused } = await pageApp({ causes: [cause()] }, { refuse: "secret.see" }).get("/inbox");
  assert.doesNotMatch(refused, /Replace crm/);
  const { html: one } = await pageApp({ causes: [cause({ count: 1 })] }).get("/inbox");
  assert.match(one, /> Retry</);
  assert.match(one, /href="\/executions\/ex1"/);
  assert.doesNotMatch(one, /runs failed/);
});

Deno.test("GET /inbox?card= says when it is gone; an alert that reached nobody stands above the cards", async () => {
  const { html } = await pageApp({ undelivered: [UNTOLD] }).get("/inbox?card=cause:gone");
  assert.match(html, /What you followed is not here any more/);
  assert.match(html, /An alert could not be delivered\. Webhook to example\.com: 503 from example\.com/);
  assert.match(html, /data-alert-count[^>]*>1</, "the bell counts it");
});

Deno.test("GET /inbox/needs names one burst once: the incident that leads to a named cause is no second thing", async () => {
  const link = `/inbox?card=${encodeURIComponent(cause().id)}`;
  const incidents = [
    incident({ link }),
    incident({ id: "in2", title: "Nobody has entered B", link: "/workflow/b" }),
  ];
  const { html } = await pageApp({ causes: [cause()], incidents }).get("/inbox/needs");
  const texts = JSON.parse(html).items.map(({ text }: { text: string }) => text);
  assert.deepEqual(texts, ["Nobody has entered B", "50 failed — 401 from api.example.com"]);
});

Deno.test("GET /settings/alerts: incidents lead to where they are mended; rules are sentences; viewers change nothing", async () => {
  const data = {
    incidents: [
      incident(),
      incident({ id: "in2", status: "recovered", recoveredAt: AT, recovery: "A run completed" }),
    ],
    rules: [RULE],
  };
  const { html } = await pageApp(data).get("/settings/alerts");
  assert.match(html, /href="\/inbox\?card=cause"/);
  assert.match(html, /A run completed/);
  assert.match(html, /E-mail to owners and admins/);
  assert.match(html, /Add a rule/);
  const { html: seen } = await pageApp(data, { refuse: "alert.edit" }).get("/settings/alerts");
  assert.match(seen, /3 runs failed in a row/);
  assert.doesNotMatch(seen, /Add a rule|How alerts are told/);
});

Deno.test("what other hosts and people say is text on every page of alerts", async () => {
  const app = pageApp({
    causes: [
      cause({
        title: EVIL,
        description: `${EVIL} ${EVIL}`,
        where: [{ workflowId: "w", workflowName: EVIL, nodeId: "n", label: EVIL, count: 1 }],
        secrets: [EVIL],
        owner: { userId: "x", name: EVIL },
        returned: { by: EVIL, at: AT },
      }),
    ],
    incidents: [incident({ title: EVIL, detail: EVIL, acknowledged: { by: EVIL, at: AT } })],
    undelivered: [{ ...UNTOLD, channel: EVIL, problem: EVIL, titles: [EVIL] }],
    rules: [{ ...RULE, words: EVIL }],
  });
  for (const path of ["/inbox", "/settings/alerts", "/"]) {
    assert.doesNotMatch((await app.get(path)).html, /<img src=x/, path);
  }
});

Deno.test("refreshed() shows a cause again once something has failed for it since it was settled here", () => {
  const settled = settledHere(firstState([cause()]), cause(), "ignored");
  assert.deepEqual(refreshed(settled, [cause({ count: 49 })]).gathered, [], "it is being retried");
  const back = refreshed(settled, [cause({ lastAt: "2026-11-22T09:05:00.000Z", count: 1 })]);
  assert.deepEqual(back.gathered.map((card) => card.kind === "cause" && card.count), [1]);
  const shown = taken(back);
  assert.deepEqual([shown.items.length, shown.settled.size], [1, 0]);
});

Deno.test("sortItems() puts causes before what is due", () => {
  const due = inboxItem({ id: "due", dueAt: "2026-11-20T09:00:00.000Z" });
  const old = inboxItem({ id: "old", createdAt: "2026-11-01T09:00:00.000Z" });
  assert.deepEqual(sortItems([old, due, cause({ id: "cause:x" })]).map(({ id }) => id), [
    "cause:x",
    "due",
    "old",
  ]);
});
