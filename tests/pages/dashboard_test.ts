import assert from "node:assert/strict";
import type { Engine } from "../../engine/contract.ts";
import { invalid, notFound } from "../../engine/errors.ts";
import type { Funnel, Metrics, MetricsQuery } from "../../engine/schemas/metrics.ts";
import { needsOf } from "../../routes/pages/dashboard_needs.ts";
import { readView } from "../../routes/pages/dashboard_view.ts";
import { pageApp } from "./page_app.ts";
import { execution, inboxItem, workflow } from "./sample_data.ts";

const EMPTY = { avgDuration: null, p50: null, p95: null };
const NOW = Date.parse("2026-11-22T12:00:00.000Z");

function metrics(change: Partial<Metrics> = {}): Metrics {
  const totals = {
    executions: 1_204,
    success: 986,
    failed: 14,
    cancelled: 2,
    reopened: 1,
    avgDuration: 9_000,
    p50: 3_210,
    p95: 60_000,
    successRate: 0.986,
    active: 17,
  };
  return {
    from: "2026-11-21T12:00:00.000Z",
    to: "2026-11-22T12:00:00.000Z",
    interval: "1h",
    timezone: "UTC",
    totals,
    previous: { ...totals, executions: 1_075, successRate: 0.982, from: "", to: "2026-11-21T12:00:00.000Z" },
    points: [
      { timestamp: "2026-11-21T12:00:00.000Z", executions: 2, success: 1, failed: 1, cancelled: 0, ...EMPTY },
      { timestamp: "2026-11-22T11:00:00.000Z", executions: 9, success: 8, failed: 0, cancelled: 0, ...EMPTY },
    ],
    errors: [
      {
        ...{ cause: "api http_401 api.example.com", count: 14, nodeType: "api", code: "http_401" },
        ...{ status: 401, host: "api.example.com" },
      },
    ],
    workflows: [
      {
        ...{ workflowId: "wf1", name: "Cold Outreach", executions: 1_204, success: 986, failed: 14 },
        ...{ successRate: 0.986, p50: 3_210, p95: 60_000, waiting: 12, active: 17 },
        nextRunAt: "2026-11-22T16:30:00.000Z",
      },
    ],
    ...change,
  };
}

interface Given {
  read(query: MetricsQuery): Promise<Metrics>;
  funnel?: Funnel;
  figures?: Awaited<ReturnType<Engine["metrics"]["figures"]>>["items"];
}

async function dashboard(
  path: string,
  { read, funnel, figures = [] }: Given,
  headers: Record<string, string> = {},
): Promise<string> {
  const base = pageApp({ workflows: [workflow()], executions: [execution()] });
  base.engine.metrics.read = read;
  base.engine.metrics.funnel = (id) =>
    funnel?.workflowId === id ? Promise.resolve(funnel) : Promise.reject(notFound("workflow", id));
  base.engine.metrics.figures = () => Promise.resolve({ items: figures });
  const { response, html } = await base.get(path, headers);
  assert.equal(response.status, 200);
  return html;
}

Deno.test("GET / paints figures, changes, charts and tables on the server", async () => {
  const html = await dashboard("/", { read: () => Promise.resolve(metrics()) });
  assert.match(html, /<title>Dashboard · LeadFlow<\/title>/);
  assert.match(html, />1,204<.*>more than before: <\/span>12 %</);
  assert.match(html, />98\.6 %<.*>0\.4 points</);
  assert.match(html, /title="9 s on average"/);
  assert.match(html, />17</);
  assert.match(html, /<path class="chart-line" data-status="completed" d="M0,\d/);
  assert.match(html, /<path class="slice" data-slice="0" d="M/);
  assert.match(html, /aria-label="Executions over time"><thead>/);
  assert.match(html, /aria-label="Failures by cause"><thead>/);
  assert.match(html, /status=failed&amp;error=api\+http_401\+401\+api\.example\.com/);
  assert.match(html, /href="\/executions\?status=active"/);
  assert.doesNotMatch(html, /First steps/);
});

Deno.test("GET / tells no change where there was nothing before", async () => {
  const first = metrics();
  const previous = { ...first.previous, executions: 0, active: 0, p50: null, successRate: null };
  const html = await dashboard("/", { read: () => Promise.resolve(metrics({ previous })) });
  assert.doesNotMatch(html, /than before|as before/);
});

Deno.test("GET / asks for the time of the address by the viewer's clock, and says what is not accepted", async () => {
  const asked: MetricsQuery[] = [];
  const read = (query: MetricsQuery): Promise<Metrics> => {
    asked.push(query);
    return Promise.resolve(metrics());
  };
  const cookie = "leadflow_zone=Europe%2FZurich";
  await dashboard("/?range=7d&workflowId=wf1", { read }, { cookie });
  await dashboard("/?from=2026-11-01T09:00&to=2026-11-02", { read }, { cookie });
  const html = await dashboard("/?range=never", { read });
  assert.deepEqual(asked, [
    { range: "7d", workflowId: "wf1", timezone: "Europe/Zurich" },
    { from: "2026-11-01T08:00:00.000Z", to: "2026-11-01T23:00:00.000Z", timezone: "Europe/Zurich" },
    { range: "24h", timezone: "UTC" },
  ]);
  assert.match(html, /&quot;never&quot; is no range|"never" is no range/);
});

Deno.test("GET / shows the way out when the figures cannot be told", async () => {
  const refused = invalid("from: a year at most", [{
    path: "from",
    message: "more than a year",
    accepted: "a year",
  }]);
  const html = await dashboard("/?from=2020-01-01", { read: () => Promise.reject(refused) });
  assert.match(html, /role="alert"/);
  assert.match(html, /more than a year/);
  assert.match(html, /href="\/\?range=24h">Show the last 24 hours/);
  assert.match(html, /Recent executions/);
});

Deno.test("GET / says when nothing ran, and leads to a longer time", async () => {
  const { totals } = metrics();
  const none = { ...totals, executions: 0, success: 0, failed: 0, cancelled: 0, active: 0 };
  const quiet = metrics({ totals: { ...none, ...EMPTY, successRate: null }, errors: [], workflows: [] });
  const html = await dashboard("/?range=1h", { read: () => Promise.resolve(quiet) });
  assert.match(html, /Nothing ran in this time/);
  assert.match(html, /href="\/\?range=30d"/);
  assert.doesNotMatch(html, /NaN|Infinity/);
});

Deno.test("GET / measures what was promised, and has no data where there is none", async () => {
  const html = await dashboard("/", {
    read: () => Promise.resolve(metrics()),
    figures: [
      {
        ...{
          id: "success_rate",
          title: "Executions that succeed",
          value: 0.986,
          unit: "share",
          target: 0.95,
        },
        ...{ better: "higher", count: 1_000, basis: "Completed over completed and failed" },
      },
      {
        ...{
          id: "mending",
          title: "From a failure to its mending",
          value: 600_000,
          unit: "ms",
          target: 300_000,
        },
        ...{ better: "lower", count: 3, basis: "Median" },
      },
      {
        ...{ id: "rating", title: "Rating by its users", value: null, unit: "stars", target: 4.5 },
        ...{ better: "higher", count: 0, basis: "Nobody is asked yet" },
      },
    ],
  });
  assert.match(html, /Executions that succeed<\/dt>.*?98\.6 %.*?reached.*?at least 95 %.*?1,000 counted/);
  assert.match(html, /its mending<\/dt>.*?10 min.*?not reached.*?at most 5 min/);
  assert.match(html, /Rating by its users<\/dt>.*?No data yet.*?at least 4\.5 of 5/);
});

Deno.test("readView() takes a range before an own time, and the last 24 hours for what makes no sense", () => {
  const view = (query: string): unknown => readView(new URLSearchParams(query), "UTC").view;
  const day = { range: "24h", from: "", to: "", workflowId: "" };
  assert.deepEqual(view(""), day);
  assert.deepEqual(view("range=1h&from=2026-11-01"), { ...day, range: "1h" });
  assert.deepEqual(view("from=2026-11-02&to=2026-11-01"), day);
  assert.deepEqual(view("from=%3Cscript%3E"), day);
  assert.deepEqual(view("to=2026-11-01"), day);
  const { issues } = readView(new URLSearchParams("from=x&range=y"), "UTC");
  assert.deepEqual(issues.map(({ path }) => path), ["from", "range"]);
});

Deno.test("GET /?workflowId= shows the workflow's funnel: each number leads to these executions", async () => {
  const node = { entered: 40, active: 1, waiting: 9, passed: 28, failed: 2, skipped: 0, cancelled: 0 };
  const funnel: Funnel = {
    workflowId: "wf1",
    version: 2,
    nodes: [
      { ...node, nodeId: "hook", label: "New lead", type: "trigger_webhook", entered: 80, converted: 7 },
      { ...node, nodeId: "mail", label: "First mail", type: "email", active: 0, converted: 7 },
    ],
  };
  const read = (): Promise<Metrics> => Promise.resolve(metrics());
  const html = await dashboard("/?workflowId=wf1", { read, funnel });
  const rows = html.slice(html.indexOf('aria-label="Funnel"')).split("<tr>").slice(2, 4);
  assert.match(rows[0] ?? "", /New lead.*>80<.*100 %/);
  assert.match(rows[1] ?? "", /href="\/workflow\/wf1\?node=mail">First mail</);
  assert.match(rows[1] ?? "", /workflowId=wf1&amp;nodeId=mail&amp;nodeStatus=waiting">9</);
  assert.match(rows[1] ?? "", /data-status="waiting" style="width:11.25%/);
  assert.match(rows[1] ?? "", />50 %<.*data-label="Converted">7.*\(25 %\)/);
  assert.match(html, /href="\/executions\?workflowId=wf1">All executions/);
  assert.doesNotMatch(await dashboard("/", { read, funnel }), /Funnel/);
  assert.doesNotMatch(await dashboard("/?workflowId=wf9", { read, funnel }), /Funnel/);
});

Deno.test("needsOf() names causes first, then what people are asked, with what is due today", () => {
  const failed = (n: number, count: number): Parameters<typeof needsOf>[0]["causes"][number] => ({
    id: `cause:${n}`,
    kind: "cause",
    title: `40${n} from api.example.com`,
    description: "",
    type: "api",
    code: `http_40${n}`,
    status: 400 + n,
    host: "api.example.com",
    count,
    more: false,
    where: [],
    secrets: [],
    newest: { executionId: "e1", nodeId: "ask" },
    createdAt: "2026-11-22T09:00:00.000Z",
    lastAt: "2026-11-22T09:00:00.000Z",
  });
  const call = { phone: "", owner: "", priority: "normal" } as const;
  const items = [
    inboxItem({ kind: "uncertain" }),
    inboxItem({ kind: "task", call, dueAt: "2026-11-22T22:30:00.000Z" }),
    inboxItem({ kind: "task", call, dueAt: "2026-11-22T23:30:00.000Z" }),
    inboxItem({ kind: "task", dueAt: null }),
  ];
  const causes = [failed(3, 1), failed(4, 1), failed(5, 1), failed(1, 50)];
  const texts = (zone: string): string[] =>
    needsOf({ causes, items, nextCursor: null }, NOW, zone).map(({ text }) => text);
  assert.deepEqual(texts("UTC"), [
    "50 failed — 401 from api.example.com",
    "1 failed — 403 from api.example.com",
    "1 failed — 404 from api.example.com",
    "1 more cause",
    "1 uncertain send",
    "2 calls, 2 due today",
    "1 task",
  ]);
  assert.ok(texts("Europe/Zurich").includes("2 calls, 1 due today"));
});
