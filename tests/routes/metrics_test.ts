/** GET /metrics, and what the log says of requests. */
import assert from "node:assert/strict";
import { createApp } from "../../routes/app.ts";
import { watchLoop } from "../../routes/event_loop.ts";
import { prometheusText } from "../../routes/metrics.ts";
import { openStreams } from "../../routes/sse.ts";
import { chain, hook, hookNode, isOver, node, openEngine, publish } from "../helpers/engine.ts";
import { useApp } from "./app_fixture.ts";

interface Series {
  name: string;
  labels: Map<string, string>;
  value: number;
}

interface Family {
  type: string;
  help: string;
  series: Series[];
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;

/** Reads the text format (0.0.4) as Prometheus does; throws for a line that it would refuse. */
function parse(text: string): Map<string, Family> {
  assert.ok(text.endsWith("\n"), "the last line ends");
  const families = new Map<string, Family>();
  for (const line of text.slice(0, -1).split("\n")) {
    const [, keyword, about, rest] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (keyword === "HELP") {
      assert.ok(!families.has(about!), `${about} comes once`);
      families.set(about!, { type: "untyped", help: rest!, series: [] });
    } else if (keyword === "TYPE") {
      assert.match(rest!, /^(counter|gauge|histogram)$/);
      families.get(about!)!.type = rest!;
    } else add(families, line);
  }
  for (const [name, family] of families) if (family.type === "histogram") checkHistogram(name, family);
  return families;
}

function add(families: Map<string, Family>, line: string): void {
  const name = NAME.exec(line)?.[0];
  assert.ok(name, `no name: ${line}`);
  let rest = line.slice(name.length);
  const labels = new Map<string, string>();
  if (rest.startsWith("{")) {
    rest = rest.slice(1);
    while (!rest.startsWith("}")) {
      const [all, key, value] = /^([a-zA-Z_]\w*)="((?:[^"\\\n]|\\[\\"n])*)",?/.exec(rest) ?? [];
      assert.ok(all, `no label: ${line}`);
      assert.ok(!labels.has(key!), `${key} twice: ${line}`);
      labels.set(key!, value!.replace(/\\([\\"n])/g, (_, one) => one === "n" ? "\n" : one));
      rest = rest.slice(all.length);
    }
    rest = rest.slice(1);
  }
  assert.match(rest, /^ (-?\d+(\.\d+)?(e[+-]?\d+)?|\+Inf|NaN)$/, `no value: ${line}`);
  const base = [name, name.replace(/_(bucket|sum|count)$/, "")].find((each) => families.has(each));
  assert.ok(base, `no TYPE before ${line}`);
  const { series } = families.get(base)!;
  const id = JSON.stringify([name, [...labels].sort()]);
  assert.ok(
    !series.some((each) => JSON.stringify([each.name, [...each.labels].sort()]) === id),
    `${id} twice`,
  );
  series.push({ name, labels, value: Number(rest) });
}

function checkHistogram(name: string, { series }: Family): void {
  const buckets = series.filter((each) => each.name === `${name}_bucket`);
  const bounds = buckets.map(({ labels }) =>
    labels.get("le") === "+Inf" ? Infinity : Number(labels.get("le"))
  );
  assert.deepEqual(bounds, [...bounds].sort((a, b) => a - b));
  assert.equal(bounds.at(-1), Infinity);
  const values = buckets.map(({ value }) => value);
  assert.deepEqual(values, [...values].sort((a, b) => a - b), "each bucket holds those before it");
  assert.equal(values.at(-1), series.find((each) => each.name === `${name}_count`)?.value);
  assert.ok(series.some((each) => each.name === `${name}_sum`));
}

function valueOf(
  families: Map<string, Family>,
  name: string,
  labels: { [name: string]: string } = {},
): number {
  const found = families.get(name)?.series.find((series) =>
    Object.entries(labels).every(([key, value]) => series.labels.get(key) === value)
  );
  assert.ok(found, `${name} ${JSON.stringify(labels)}`);
  return found.value;
}

Deno.test("GET /metrics tells a real engine's executions, steps, commits and what is due, in the text format", async () => {
  const token = "metrics-token-0123456789-0123456789";
  await using house = await openEngine({ token });
  house.probe.answer = ({ attempt }, say) =>
    say === "fail" || attempt === 1 && say === "again"
      ? { kind: "fail", failure: { code: "http_500", message: "No", retryable: say === "again" } }
      : { kind: "done" };
  await publish(
    house.engine,
    [hookNode("go"), node("a", "probe", { say: "{{ trigger.body.say }}" })],
    chain("hook", "a"),
  );
  const pause = node("pause", "wait", { kind: "for", duration: { value: 1, unit: "days" } });
  await publish(house.engine, [hookNode("wait"), pause], chain("hook", "pause"));
  for (const say of ["ok", "ok", "again", "fail"]) {
    const { executionId } = await hook(house.engine, "go", { say });
    await house.until(() => isOver(house.engine, executionId), 600_000);
  }
  await hook(house.engine, "wait");
  const lag = watchLoop();
  const app = createApp({ engine: house.engine, environment: { url: null }, log: () => {}, lag });
  const ask = async (): Promise<Map<string, Family>> => {
    const headers = { authorization: `Bearer ${token}` };
    const response = await app.request("http://localhost/metrics", { headers });
    assert.equal(response.status, 200);
    assert.match(response.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
    return parse(await response.text());
  };
  const families = await ask();
  lag.stop();
  const executions = (status: string): number => valueOf(families, "leadflow_executions_total", { status });
  assert.deepEqual(["started", "completed", "failed"].map(executions), [5, 3, 1]);
  const steps = (result: string): number =>
    valueOf(families, "leadflow_steps_total", { type: "probe", result });
  assert.deepEqual(["completed", "failed", "retried"].map(steps), [3, 1, 1]);
  assert.equal(valueOf(families, "leadflow_executions_active"), 1);
  assert.equal(valueOf(families, "leadflow_executions_waiting"), 1);
  assert.equal(valueOf(families, "leadflow_inbox"), 1);
  assert.equal(valueOf(families, "leadflow_uncertain"), 0);
  assert.equal(valueOf(families, "leadflow_alerts_open"), 0);
  assert.equal(valueOf(families, "leadflow_due_overdue"), 0);
  assert.equal(valueOf(families, "leadflow_step_queue_depth"), 0);
  assert.ok(valueOf(families, "leadflow_memory_bytes", { kind: "rss" }) > 1_000_000);
  assert.ok(valueOf(families, "leadflow_event_loop_lag_seconds", { sample: "most" }) >= 0);
  const commits = families.get("leadflow_commit_duration_seconds")!.series.find(({ name }) =>
    name.endsWith("_count")
  );
  assert.ok(commits!.value >= 10, `${commits!.value} commits`);
});

Deno.test("GET /api/monitoring/metrics, the funnel and the figures answer over a real engine, and name what is wrong", async () => {
  const token = "metrics-token-0123456789-0123456789";
  await using house = await openEngine({ token, setupCode: "code-1" });
  const app = createApp({ engine: house.engine, environment: { url: null }, log: () => {} });
  const { session } = await house.engine.access.setUp({
    ...{ code: "code-1", email: "ann@example.com", name: "Ann", password: "a long enough password" },
  });
  const ask = async (path: string): Promise<Response> =>
    await app.request(`http://localhost${path}`, { headers: { authorization: `Bearer ${token}` } });
  const create = async (headers: { [name: string]: string }): Promise<string> => {
    const response = await app.request("http://localhost/api/workflow", {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify({ name: "New workflow" }),
    });
    assert.equal(response.status, 201, await response.clone().text());
    return (await response.json()).id;
  };
  const drawn = await create({ cookie: `leadflow=${session}`, origin: "http://localhost" });
  await create({ authorization: `Bearer ${token}` });
  const figures = await (await ask("/api/monitoring/figures")).json();
  const canvas = figures.items.find(({ id }: { id: string }) => id === "built_on_canvas");
  assert.deepEqual([canvas.value, canvas.count], [0.5, 2], "a program is no canvas");
  const funnel = await (await ask(`/api/workflow/${drawn}/funnel`)).json();
  assert.deepEqual(funnel, { workflowId: drawn, version: null, nodes: [] });
  const metrics = await (await ask("/api/monitoring/metrics?range=7d&interval=1d&timezone=Europe/Zurich"))
    .json();
  assert.deepEqual([metrics.points.length, metrics.interval, metrics.totals.executions], [7, "1d", 0]);
  const wrong: [string, number, string?][] = [
    ["/api/monitoring/metrics?range=2h", 400, "range"],
    ["/api/monitoring/metrics?timezone=Mars", 422, "timezone"],
    ["/api/monitoring/metrics?from=yesterday", 400, "from"],
    ["/api/monitoring/metrics?range=24h&interval=1m", 422, "interval"],
    ["/api/monitoring/metrics?workflowId=nobody", 404],
    ["/api/workflow/nobody/funnel", 404],
  ];
  for (const [path, status, field] of wrong) {
    const response = await ask(path);
    const { issues } = await response.json();
    assert.deepEqual([response.status, issues?.[0]?.path], [status, field], path);
  }
});

Deno.test("GET /metrics of an engine that is behind says by how much", async () => {
  const token = "metrics-token-0123456789-0123456789";
  await using house = await openEngine({ token });
  await house.real.set(["incident_open", "failing w1"], new Uint8Array([123, 125]));
  await house.real.set(
    ["due", 3, 0, house.clock.now - 90_000, "deliver", "nobody"],
    new Uint8Array([123, 125]),
  );
  const measured = await house.engine.metrics.measured();
  const [lag] = measured.find(({ name }) => name === "leadflow_due_lag_seconds")!.samples;
  const [alerts] = measured.find(({ name }) => name === "leadflow_alerts_open")!.samples;
  const [overdue] = measured.find(({ name }) => name === "leadflow_due_overdue")!.samples;
  assert.deepEqual([lag?.value, overdue?.value, alerts?.value], [90, 1, 1]);
});

Deno.test("GET /metrics is for a token alone: 401 for nobody, a wrong token and a browser's session", () =>
  useApp(async ({ ask, setUp }) => {
    assert.equal((await ask("/metrics")).status, 401);
    const wrong = await ask("/metrics", {
      headers: { authorization: "Bearer wrong-0123456789-0123456789-01234" },
    });
    assert.equal(wrong.status, 401);
    assert.equal((await ask("/metrics", { as: { session: await setUp() } })).status, 401);
    const right = await ask("/metrics", { as: "token" });
    assert.equal(right.status, 200);
    parse(await right.text());
  }));

Deno.test("prometheusText() escapes labels and help, so that no text can add a line", () => {
  const nasty = 'a "quoted"\nline\\end';
  const text = prometheusText([{
    name: "leadflow_test",
    help: nasty,
    type: "gauge",
    samples: [{ labels: { kind: nasty }, value: 1.5 }, { labels: { kind: "plain" }, value: 1e-7 }],
  }]);
  const family = parse(text).get("leadflow_test")!;
  assert.equal(family.series.length, 2);
  assert.deepEqual([family.series[0]!.labels.get("kind"), family.series[0]!.value], [nasty, 1.5]);
});

Deno.test("leadflow_sse_clients counts open streams, and none twice when they end", () =>
  useApp(async ({ ask }) => {
    const before = openStreams();
    const one = await ask("/api/monitoring/executions/e1/stream", { as: "token" });
    const other = await ask("/api/monitoring/stream", { as: "token" });
    assert.equal(openStreams(), before + 2);
    await other.body?.cancel();
    await one.body?.cancel();
    assert.equal(openStreams(), before);
  }));

Deno.test("the log has a line for changes and refusals, with the request's id, and none for reading", () =>
  useApp(async ({ ask, logged }) => {
    const read = await ask("/api/workflow", { as: "token" });
    assert.equal(read.status, 200);
    assert.ok(read.headers.get("x-request-id"));
    assert.equal(logged.length, 0);
    const headers = { "x-request-id": "from-the-proxy-1" };
    const id = "01JD0000000000000000000000";
    const path = `/api/monitoring/executions/${id}/cancel`;
    await ask(path, { method: "POST", as: "token", headers });
    await ask("/api/workflow");
    assert.deepEqual(logged.map(({ event }) => event), ["request", "request"]);
    const [change, refusal] = logged.map(({ fields }) => fields);
    const { ms, status, ...about } = change!;
    assert.ok(typeof ms === "number" && typeof status === "number");
    assert.deepEqual(about, {
      ...{ requestId: "from-the-proxy-1", method: "POST", path, executionId: id, userId: "token" },
    });
    assert.deepEqual([refusal!.status, refusal!.method, refusal!.path], [401, "GET", "/api/workflow"]);
  }));

Deno.test("the log keeps the rights that links carry in their path to itself, also when they fail", () =>
  useApp(async ({ ask, engine, logged }) => {
    engine.approvals.look = () => Promise.reject(new Error("no database"));
    const answer = await ask("/t/c/a-secret-token", { method: "POST" });
    assert.ok(answer.status >= 400);
    await ask("/u/another-secret-token", { method: "POST" });
    assert.ok(logged.length > 0);
    assert.doesNotMatch(JSON.stringify(logged), /secret-token/);
  }));
