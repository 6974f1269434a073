/** A viewer sees that something ran, and no body of what ran through it, on whatever road. */
import assert from "node:assert/strict";
import type { Role } from "../../engine/contract.ts";
import { can } from "../../engine/mod.ts";
import { API_ROUTES } from "../../routes/api/mod.ts";
import { createApp } from "../../routes/app.ts";
import { clientAddress } from "../../routes/middleware/context.ts";
import { pageRoutes } from "../../routes/pages/mod.ts";
import { pass } from "../alerts/house.ts";
import { chain, hook, hookNode, node, openEngine, publish } from "../helpers/engine.ts";
import type { Opened } from "../helpers/engine.ts";

const MARK = "marker-4711";
const ORIGIN = "http://leadflow.test";

type Ids = { [segment: string]: string[] };

interface Story {
  house: Opened;
  /** By what stands before `:id` in a route. */
  ids: Ids;
}

/** Everything that carries a body: inputs, failures, tasks, calls, approvals, signals, mails, incidents. */
async function tell(house: Opened): Promise<Ids> {
  const { engine } = house;
  house.probe.answer = (_context, say) => ({
    kind: "fail",
    failure: {
      ...{ code: "http_500", status: 500, host: "a.example.com", message: `500: ${MARK}` },
      retryable: say === "again",
    },
    ...(say === "uncertain" ? { uncertain: true } : {}),
  });
  const lead = await engine.leads.create({ email: "ann@example.com" });
  await publish(engine, [hookNode("bad"), node("a", "probe")], chain("hook", "a"));
  const ask = "{{ trigger.body.note.deep }}";
  const workflowId = await publish(engine, [
    hookNode("go"),
    node("mail", "email", { to: "{{ lead.email }}", subject: "Hello", text: ask }),
    node("wait", "wait_for_signal", { signals: ["a.b", "c.d"], mode: "all" }),
    node("task", "task", { title: "Look", description: ask, outcomes: ["done"] }),
    node("call", "call", { mode: "task", script: ask, outcomes: ["done"] }),
    node("approve", "approval", { title: "May we?", description: ask, approvers: "x@example.com" }),
  ], "mail wait task call approve".split(" ").flatMap((id) => chain("hook", id)));
  const later = { retry: { maxRetries: 1, backoffMs: 3_600_000, maxBackoffMs: 3_600_000 } };
  await publish(engine, [hookNode("again"), node("a", "probe", { say: "again" }, later)], chain("hook", "a"));
  await publish(engine, [hookNode("who"), node("a", "probe", { say: "uncertain" })], chain("hook", "a"));
  const runs = [];
  for (const path of ["bad", "bad", "bad", "bad", "bad", "again", "who"]) {
    runs.push((await hook(engine, path, { note: { deep: MARK } })).executionId);
  }
  const body = { email: "ann@example.com", note: { deep: MARK } };
  const { executionId } = await hook(engine, "go", body);
  await house.until(async () => (await engine.inbox.list({ limit: 50 })).items.length >= 9);
  await engine.leads.signal(lead.id, { type: "a.b", data: { note: MARK } });
  await pass(house, 180_000);
  const { items: [message] } = await engine.messages.list({ limit: 1, executionId });
  const [incident] = await engine.alerts.open();
  assert.ok(message && incident, "a mail went out and an incident is open");
  return {
    workflow: [workflowId],
    executions: [executionId, ...runs.slice(4)],
    outbox: [message.id],
    leads: [lead.id],
    incidents: [incident.id],
    alerts: ["streak"],
    versions: ["1"],
  };
}

type Get = (path: string) => Promise<Response>;

/** The real app for somebody of a role. */
function appFor(house: Opened, role: Role): { get: Get; pages: ReturnType<typeof pageRoutes> } {
  const user = { id: role, email: "ann@example.com", name: "Ann", role };
  const engine = {
    ...house.engine,
    access: { ...house.engine.access, byToken: () => Promise.resolve(user) },
  };
  const pages = pageRoutes({
    ...{ engine, manifest: {}, signInUser: () => {}, clientAddress, can, logError: () => {} },
  });
  const app = createApp({ engine, environment: { url: ORIGIN }, log: () => {}, pages });
  const get: Get = async (path) =>
    await app.fetch(
      new Request(new URL(path, ORIGIN), { headers: { authorization: "Bearer x", accept: "*/*" } }),
      { remoteAddr: { transport: "tcp", hostname: "192.0.2.1", port: 1 } },
    );
  return { get, pages };
}

/** What somebody of a role gets at every address that only reads. */
async function readAll({ house, ids }: Story, role: Role): Promise<Map<string, string>> {
  const { get, pages } = appFor(house, role);
  const found = new Map<string, string>();
  for (const path of addresses(pages.routes, ids)) {
    const response = await get(path);
    assert.ok(response.status < 500, `${path} → ${response.status}`);
    if (response.status < 300) found.set(path, await textOf(response));
    else await response.body?.cancel();
  }
  return found;
}

function addresses(pages: readonly { method: string; path: string }[], ids: Ids): string[] {
  const all = [...API_ROUTES, ...pages].filter(({ method, path }) =>
    /^get$/i.test(method) && !path.includes("*")
  );
  const named = all.flatMap(({ path }) => {
    const [, before = "", rest = ""] = /^.*?([a-z-]+)\/:\w+(.*)$/.exec(path) ?? [];
    if (before === "") return [path];
    const start = path.slice(0, path.indexOf("/:") + 1);
    return (ids[before] ?? ["none"]).map((id) => `${start}${id}${rest.replaceAll(/:\w+/g, "1")}`);
  });
  return [...new Set(named)].map((path) => `${path}${path.endsWith("/executions") ? "?limit=50" : ""}`);
}

/** Of a stream what has happened so far: it is there in the first pieces, and the rest may never come. */
async function textOf(response: Response): Promise<string> {
  if (response.headers.get("content-type") !== "text/event-stream") return await response.text();
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (let i = 0; i < 10; i++) {
    const piece = await Promise.race([
      reader.read(),
      new Promise<null>((soon) => setTimeout(soon, 300, null)),
    ]);
    if (piece === null || piece.done) break;
    text += piece.value;
  }
  await reader.cancel();
  return text;
}

/** Where somebody who may see bodies finds them: what is missing here would not be looked at. */
const BODIES = [
  "/",
  "/api/inbox",
  "/api/inbox/cards",
  "/api/leads/*/signals",
  "/api/monitoring/alerts",
  "/api/monitoring/executions",
  "/api/monitoring/executions.csv",
  "/api/monitoring/executions/*",
  "/api/monitoring/executions/*/events",
  "/api/monitoring/executions/*/stream",
  "/api/monitoring/incidents",
  "/api/outbox/*",
  "/api/workflow/*/samples",
  "/executions",
  "/executions/*",
  "/inbox",
  "/leads/*",
  "/outbox/*/body",
  "/settings/alerts",
];

Deno.test("a viewer finds no body on any page, in any list, stream or file; an operator does", async () => {
  await using house = await openEngine({ token: "t".repeat(40) });
  const story = { house, ids: await tell(house) };
  const withBodies = (found: Map<string, string>): string[] =>
    [...found].filter(([, text]) => text.includes(MARK)).map(([path]) => path);
  assert.deepEqual(withBodies(await readAll(story, "viewer")), []);
  const found = withBodies(await readAll(story, "operator"))
    .map((path) => path.replace(/\?.*/, "").replaceAll(/[0-9A-Z]{26}|[0-9a-f-]{36}/g, "*"));
  assert.deepEqual([...new Set(found)].sort(), BODIES);
});

Deno.test("a viewer's search says nothing of bodies, in the list, the file and the page; an operator's finds them", async () => {
  await using house = await openEngine({ token: "t".repeat(40) });
  await publish(house.engine, [hookNode("go"), node("a", "probe")], chain("hook", "a"));
  const { executionId } = await hook(house.engine, "go", { note: { deep: MARK } });
  await house.until(async () => (await house.engine.executions.get(executionId)).status === "completed");
  for (const path of ["/api/monitoring/executions", "/api/monitoring/executions.csv", "/executions"]) {
    const found = async (role: Role): Promise<boolean> =>
      (await (await appFor(house, role).get(`${path}?q=${MARK}`)).text()).includes(executionId);
    assert.deepEqual([await found("operator"), await found("viewer")], [true, false], path);
  }
});

Deno.test("screens that look on together get bodies by their own role, also of what was encoded for another", async () => {
  const data = { step: "failed", failure: { code: "http_500", message: MARK } };
  const event = {
    ...{ type: "failed" as const, executionId: "e", taskId: "a", taskName: "a" },
    message: MARK,
  };
  const one = { id: "1", event: { ...event, progress: 1, timestamp: "2026-11-22T09:00:00.000Z", data } };
  const batch = { at: "1", events: [one], readMs: 1_000 };
  await using house = await openEngine({ token: "t".repeat(40) });
  const watch = async function* (): AsyncGenerator<typeof batch> {
    await Promise.resolve();
    yield batch;
  };
  const executions = { ...house.engine.executions, watch };
  for (const role of ["operator", "viewer", "operator", "viewer"] as const) {
    const { get } = appFor(Object.assign({ ...house }, { engine: { ...house.engine, executions } }), role);
    const text = await (await get("/api/monitoring/stream?busy=skip")).text();
    assert.match(text, /"taskId":"a"/);
    assert.equal(text.includes(MARK), role === "operator", role);
  }
});
