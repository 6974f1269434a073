import assert from "node:assert/strict";
import { Hono } from "hono";
import { can } from "../../engine/access/can.ts";
import type { Engine, Role } from "../../engine/contract.ts";
import { notFound } from "../../engine/errors.ts";
import type { Execution, ExecutionFilter, ExecutionSummary } from "../../engine/schemas/execution.ts";
import type { Page } from "../../engine/schemas/problem.ts";
import { WorkflowGraph } from "../../engine/schemas/workflow.ts";
import type { PageEnv } from "../../routes/pages/deps.ts";
import { executionRoutes } from "../../routes/pages/executions.tsx";
import { readFilter } from "../../routes/pages/executions_filter.tsx";
import { at, event, execution, step, summary } from "../islands/samples.ts";
import { fakeEngine, OWNER } from "./fake_engine.ts";

const GRAPH = WorkflowGraph.parse({
  nodes: [
    { id: "mail", type: "email", position: { x: 0, y: 0 }, data: { label: "First e-mail" } },
    { id: "check", type: "condition", position: { x: 0, y: 140 }, data: { label: "Opened?" } },
  ],
  edges: [{ id: "e", source: "mail", target: "check" }],
});

const WAITING = execution([
  step("mail", {
    label: "First e-mail",
    status: "completed",
    port: "out",
    startedAt: at(0),
    endedAt: at(412),
    output: { messageId: "01JD000000000000000000000M", to: ["ann@example.com"] },
  }),
  step("check", { label: "Opened?", status: "waiting", until: at(3_600_000), startedAt: at(500) }),
], { status: "waiting", seq: 3, until: at(3_600_000), startedAt: at(0), progress: 50 });

interface Given {
  role?: Role;
  one?: Execution;
  versionGone?: boolean;
  onList?(filter: ExecutionFilter, see?: { payloads: boolean }): void;
  page?: Page<ExecutionSummary>;
  /** What one look at the rounds finds. */
  rounds?(cursor: string | undefined): Page<ExecutionSummary>;
}

function pages(given: Given = {}): Hono<PageEnv> {
  const base = fakeEngine({ executions: [summary({ status: "failed" })], nextCursor: "next" });
  const one = given.one ?? WAITING;
  const engine: Engine = {
    ...base,
    executions: {
      ...base.executions,
      list: (filter, see) => {
        given.onList?.(filter, see);
        if (given.rounds && filter.parentId) return Promise.resolve(given.rounds(filter.cursor));
        return given.page ? Promise.resolve(given.page) : base.executions.list(filter);
      },
      get: (id) => id === one.id ? Promise.resolve(one) : Promise.reject(notFound("execution", id)),
      events: () =>
        Promise.resolve([
          { id: "1", event: event(1, { type: "queued", execution: "queued", message: "Accepted" }) },
          {
            id: "2",
            event: event(2, { type: "completed", node: "mail", step: "completed", message: "Sent" }),
          },
        ]),
    },
    workflows: {
      ...base.workflows,
      version: (workflowId, version) =>
        given.versionGone ? Promise.reject(notFound("version", "4")) : Promise.resolve({
          ...GRAPH,
          workflowId,
          version: Number(version),
          name: "",
          workflowName: "Cold Outreach Standard",
          publishedAt: at(0),
          publishedBy: "Ann",
        }),
    },
  };
  const app = new Hono<PageEnv>();
  app.use(async (c, next) => {
    c.set("user", { ...OWNER, role: given.role ?? "owner" });
    await next();
  });
  app.route(
    "/",
    executionRoutes({
      engine,
      manifest: {},
      can,
      signInUser: () => {},
      clientAddress: () => "127.0.0.1",
      logError: () => {},
    }),
  );
  app.onError((error, c) => c.text(error.name, error.name === "EngineError" ? 404 : 500));
  return app;
}

async function html(app: Hono<PageEnv>, path: string): Promise<string> {
  const response = await app.request(path);
  assert.equal(response.status, 200);
  return await response.text();
}

Deno.test("/executions shows rows, filters and the way to older ones without JavaScript", async () => {
  const page = await html(pages(), "/executions?q=ann&status=failed");
  assert.match(page, /<a class="link break-words" href="\/executions\/01JD0000000000000000000001">/);
  assert.match(page, /Ann Lee/);
  assert.match(page, /<option value="failed" selected>Failed<\/option>/);
  assert.match(page, /<form method="get" action="\/executions"/);
  assert.match(page, /href="\/executions\?status=failed&amp;q=ann&amp;cursor=next" rel="next"/);
});

Deno.test("/executions asks for whole days and leaves out what is not acceptable, with a word", async () => {
  let asked: ExecutionFilter = {};
  const app = pages({ onList: (filter) => void (asked = filter) });
  const page = await html(app, "/executions?from=2026-11-01&to=2026-11-02&status=dreaming");
  assert.equal(asked.from, "2026-11-01T00:00:00.000Z");
  assert.equal(asked.to, "2026-11-02T23:59:59.999Z");
  assert.equal(asked.status, undefined);
  assert.match(page, /dreaming/);
  assert.match(page, /accepted: .*queued, running, waiting/);
});

Deno.test("/executions reads days and times by the viewer's clock, and shows them so again", async () => {
  let asked: ExecutionFilter = {};
  const app = pages({ onList: (filter) => void (asked = filter) });
  const path = "/executions?from=2026-11-01&to=2026-11-02T09:30&timeOf=ended&error=http_401";
  const response = await app.request(path, { headers: { cookie: "leadflow_zone=Europe%2FZurich" } });
  assert.deepEqual(asked, {
    ...asked,
    from: "2026-10-31T23:00:00.000Z",
    to: "2026-11-02T08:30:59.999Z",
    timeOf: "ended",
    error: "http_401",
  });
  const page = await response.text();
  assert.match(page, /<input id="from"[^>]* value="2026-11-01T00:00"/);
  assert.match(page, /From \(Europe\/Zurich\)/);
  assert.match(page, /<input id="error"[^>]* value="http_401"/);
  assert.match(page, /href="\/api\/monitoring\/executions\.csv\?[^"]*error=http_401/);
  await app.request(`${path}&timezone=America/New_York`);
  assert.equal(asked.from, "2026-11-01T04:00:00.000Z");
  await app.request(path, { headers: { cookie: "leadflow_zone=Nowhere" } });
  assert.equal(asked.from, "2026-11-01T00:00:00.000Z");
});

Deno.test("/executions?q= searches payloads for whom may see them, and asks anew for new ones alone", async () => {
  const seen: (boolean | undefined)[] = [];
  for (const role of ["viewer", "operator"] as const) {
    const app = pages({ role, onList: (_filter, see) => void seen.push(see?.payloads) });
    const page = await html(app, "/executions?q=needle");
    const query = /&quot;query&quot;:&quot;([^&]*(?:&amp;[^&]*)*)&quot;/.exec(page)?.[1] ?? "";
    const from = new URLSearchParams(query.replaceAll("&amp;", "&")).get("from") ?? "";
    assert.ok(Date.now() - Date.parse(from) < 120_000, query);
  }
  assert.deepEqual(seen, [false, true]);
});

Deno.test("/executions says how far a search came and goes on when asked", async () => {
  const until = "2026-11-01T09:00:00.000Z";
  const app = pages({ page: { items: [], nextCursor: "next", searched: 5_000, searchedUntil: until } });
  const page = await html(app, "/executions?q=needle");
  assert.match(page, /Searched the newest 5,000 that pass the other filters, back to/);
  assert.match(page, /href="\/executions\?q=needle&amp;cursor=next" rel="next">Search on</);
});

Deno.test("readFilter() takes the count of a node from the canvas, and leaves half of it out", () => {
  const read = (query: string): ExecutionFilter => readFilter(new URLSearchParams(query)).filter;
  assert.deepEqual(read("workflowId=w1&nodeId=pause&nodeStatus=waiting"), {
    workflowId: "w1",
    nodeId: "pause",
    nodeStatus: "waiting",
  });
  assert.deepEqual(read("nodeId=pause&nodeStatus=waiting"), {});
  assert.deepEqual(read("workflowId=w1&nodeStatus=waiting"), { workflowId: "w1" });
  const { issues } = readFilter(new URLSearchParams("workflowId=w1&nodeId=a&nodeStatus=asleep"));
  assert.deepEqual(issues.map(({ path }) => path), ["nodeStatus"]);
});

Deno.test("readFilter() shows hostile text as text and never throws", () => {
  const read = readFilter(
    new URLSearchParams({ status: "__proto__", from: "<img src=x>", q: "x".repeat(300) }),
  );
  assert.deepEqual(read.filter, {});
  assert.deepEqual(read.issues.map((issue) => issue.path), ["status", "from", "q"]);
});

Deno.test("/executions/:id carries its state in the title and shows graph, timeline and step", async () => {
  const page = await html(pages(), `/executions/${WAITING.id}`);
  assert.match(page, /<title>● Waiting · Ann Lee · LeadFlow<\/title>/);
  assert.match(page, /aria-label="Graph: 2 steps: 1 completed, 1 waiting"/);
  assert.match(page, /href="\?step=mail#step"/);
  assert.match(page, /Accepted/);
  assert.match(page, /data-island="monitoring\/ExecutionView"/);
  assert.match(page, /<h2 id="step-name"[^>]*>Opened\?<\/h2>/);
});

Deno.test("/executions/:id?step= selects the step, and links to the message it sent", async () => {
  const page = await html(pages(), `/executions/${WAITING.id}?step=mail`);
  assert.match(page, /<h2 id="step-name"[^>]*>First e-mail<\/h2>/);
  assert.match(page, /href="\/outbox\/01JD000000000000000000000M"/);
});

Deno.test("/executions/:id lets nothing of a payload out to a viewer, who cannot act either", async () => {
  const page = await html(pages({ role: "viewer" }), `/executions/${WAITING.id}?step=mail`);
  assert.doesNotMatch(page, /01JD000000000000000000000M/);
  assert.match(page, /shown to operators and above/);
  assert.doesNotMatch(page, /Cancel …/);
});

Deno.test("/executions/:id still shows the timeline when the version is gone", async () => {
  const page = await html(pages({ versionGone: true }), `/executions/${WAITING.id}`);
  assert.match(page, /Timeline/);
  assert.doesNotMatch(page, /aria-label="Graph/);
});

Deno.test("/executions/:id writes names that are markup as text", async () => {
  const nasty = "</script><img src=x onerror=alert(1)>";
  const one = { ...WAITING, workflowName: nasty, lead: { id: "l", name: nasty, email: "ann@example.com" } };
  const page = await html(pages({ one }), `/executions/${WAITING.id}`);
  assert.doesNotMatch(page, /<img/);
});

Deno.test("/executions/:id is 404 for an unknown id", async () => {
  assert.equal((await pages().request("/executions/unknown")).status, 404);
});

Deno.test("/executions/:id shows every round, though a look at the list ends before it has found them", async () => {
  const round = (index: number): ExecutionSummary =>
    summary({
      id: `r${index}`,
      status: "completed",
      parent: { executionId: WAITING.id, nodeId: "each", index },
    });
  const page = await html(
    pages({
      rounds: (cursor) =>
        cursor === undefined
          ? { items: [round(0)], nextCursor: "1" }
          : { items: [round(1), round(2)], nextCursor: null },
    }),
    `/executions/${WAITING.id}`,
  );
  assert.deepEqual(page.match(/Round \d/g), ["Round 1", "Round 2", "Round 3"]);
  assert.doesNotMatch(page, /are shown/);
});
