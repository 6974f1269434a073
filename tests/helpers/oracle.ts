import assert from "node:assert/strict";
import { isInQueue } from "../../engine/core/limit.ts";
import { isSettled } from "../../engine/core/state.ts";
import type { ExecutionState } from "../../engine/core/state.ts";
import { indexSet } from "../../engine/store/attention.ts";
import { loadExecutions } from "../../engine/store/executions.ts";
import { shardOf } from "../../engine/store/keys.ts";
import type { AttentionRecord, EventRecord, FeedRecord } from "../../engine/store/records.ts";
import { eventsOf } from "../../engine/store/records.ts";
import type { Store } from "../../engine/store/store.ts";
import { metricsProblems } from "./metrics_oracle.ts";
import { nodeCountProblems } from "./node_oracle.ts";
import { placeProblems } from "./places_oracle.ts";
import { roundProblems } from "./rounds_oracle.ts";

const ACTIVE = new Set(["queued", "running", "retrying"]);

/**
 * What must hold of every database whose engines are at rest, whatever was killed before. Fails with all that does not.
 * `recount` false: executions were forgotten and are in the counters all the same, or an older engine counted less.
 */
export async function oracle(store: Store, { recount = true }: { recount?: boolean } = {}): Promise<void> {
  const problems: string[] = [];
  const states = await allStates(store);
  const attention = await records<AttentionRecord>(store, "attention");
  for (const state of states.values()) {
    checkState(state, problems);
    await checkReason(store, state, attention, problems);
    await checkEvents(store, state, problems);
  }
  await checkDue(store, states, problems);
  await checkIndexes(store, states, problems);
  await checkFeed(store, states, problems);
  checkAttention(states, attention, problems);
  await checkInboxIndex(store, attention, problems);
  problems.push(...await placeProblems(store, states));
  problems.push(...await roundProblems(store, states));
  if (recount) problems.push(...await metricsProblems(store, states));
  if (recount) problems.push(...await nodeCountProblems(store, states));
  assert.deepEqual(problems, []);
}

async function allStates(store: Store): Promise<Map<string, ExecutionState>> {
  const ids = (await store.keys({ selector: { prefix: ["execution"] } })).map((key) => String(key[1]));
  const loaded = await loadExecutions(store, ids);
  return new Map(loaded.flatMap((each) => each ? [[each.state.id, each.state] as const] : []));
}

async function records<T>(store: Store, prefix: string): Promise<Map<string, T>> {
  const found = new Map<string, T>();
  for await (const { key, value } of store.list<T>({ selector: { prefix: [prefix] } })) {
    found.set(key.slice(1).join("/"), value);
  }
  return found;
}

function checkState(state: ExecutionState, problems: string[]): void {
  const has = (...wanted: string[]): boolean => state.statuses.some((status) => wanted.includes(status));
  const say = (text: string): number =>
    problems.push(`${state.id} (${state.status}; ${state.statuses.join(" ")}): ${text}`);
  if (isSettled(state)) {
    if (has("queued", "running", "waiting", "retrying")) say("settled with steps under way");
    if (state.lease) say("settled with a lease");
    if (state.endedAt === null) say("settled without an end");
    if (state.due?.kind !== "forget") say("settled without being forgotten one day");
    const mayGoOn = state.status === "failed" || state.status === "cancelled" && state.parent !== null;
    if (mayGoOn === (state.progress === 100)) say(`settled at ${state.progress} %`);
    return;
  }
  if (state.progress === 100) say("at its end before its end");
  if (!has("queued", "running", "waiting", "retrying")) say("nothing is under way, and it has not settled");
  if (has("running") !== (state.lease !== null)) say("a lease without running steps, or the reverse");
  const waits = !has("queued", "running", "retrying");
  if (waits !== (state.status === "waiting")) say("the status does not say what the steps say");
  if (state.lease && (!state.due || state.due.at > state.lease.until)) say("due after its lease");
  const waiting = state.statuses.filter((status) => status === "waiting").length;
  const reasons = [...state.steps.values()].filter((step) => step.waitingFor).length;
  if (waiting !== reasons) say(`${waiting} steps wait, ${reasons} say for what`);
}

/** Every unsettled execution has a due entry, or waits for a person who is told so. */
async function checkReason(
  store: Store,
  state: ExecutionState,
  attention: Map<string, AttentionRecord>,
  problems: string[],
): Promise<void> {
  if (state.due) {
    const lane = state.due.kind === "forget" ? 1 : 0;
    const key = ["due", shardOf(state.id), lane, state.due.at, state.due.kind, state.id];
    if (!await store.get(key)) problems.push(`${state.id}: its due entry is missing`);
  }
  let people = 0;
  for (const [nodeId, step] of state.steps) {
    const kind = step.waitingFor?.kind;
    if (kind === undefined || kind === "time" || kind === "window" || kind === "rate") continue;
    people++;
    if (kind === "signal") {
      const registered = state.leadId !== null && await store.get(["registration", state.leadId, state.id]);
      if (state.leadId !== null && !registered) {
        problems.push(`${state.id}: ${nodeId} waits for a signal and is not registered`);
      }
      continue;
    }
    if (kind !== "person" && kind !== "uncertain") continue;
    const answered = await store.keys({ selector: { prefix: ["mail", state.id] } });
    if (!attention.has(`${state.id}.${nodeId}.${step.visit}`) && answered.length === 0) {
      problems.push(`${state.id}: ${nodeId} waits for a person, and nobody is told`);
    }
  }
  // Who stands in the queue of a limit is called: placeProblems() sees to it.
  if (isInQueue(state)) return;
  if (!isSettled(state) && !state.due && people === 0) {
    problems.push(`${state.id}: nothing will ever move it`);
  }
  if (!state.due && state.statuses.some((status) => ACTIVE.has(status))) {
    problems.push(`${state.id}: active without a due entry`);
  }
}

async function checkEvents(store: Store, state: ExecutionState, problems: string[]): Promise<void> {
  let seq = 1;
  let progress = 0;
  let last = "";
  for await (const { key, value } of store.list<EventRecord>({ selector: { prefix: ["event", state.id] } })) {
    if (key[2] !== seq) problems.push(`${state.id}: event ${String(key[2])} where ${seq} was to come`);
    seq += value.e.length;
    for (const event of eventsOf(value)) {
      if (event.progress < progress) {
        problems.push(`${state.id}: progress fell from ${progress} to ${event.progress}`);
      }
      progress = Math.max(progress, event.progress);
      last = event.node ? "" : event.type;
    }
  }
  if (seq !== state.seq + 1) problems.push(`${state.id}: ${seq - 1} events, the head says ${state.seq}`);
  if (progress > state.progress) {
    problems.push(`${state.id}: at ${state.progress} %, an event said ${progress}`);
  }
  if (isSettled(state) && last !== state.status) {
    problems.push(`${state.id}: the last event says "${last}", the head "${state.status}"`);
  }
}

async function checkDue(
  store: Store,
  states: Map<string, ExecutionState>,
  problems: string[],
): Promise<void> {
  const mailDue = new Set<string>();
  for (const key of await store.keys({ selector: { prefix: ["due"] } })) {
    const [, , , at, kind, id] = key;
    if (kind === "mail") mailDue.add(String(id));
    if (kind !== "execution" && kind !== "forget") continue;
    const due = states.get(String(id))?.due;
    // What was stored for one that never came to be, or for a test's mails, is swept one day.
    if (!states.has(String(id)) && kind === "forget") continue;
    if (due?.at !== at || due?.kind !== kind) {
      problems.push(`${String(id)}: a due entry that its head does not name`);
    }
  }
  for (const key of await store.keys({ selector: { prefix: ["mail"] } })) {
    if (!mailDue.has(String(key[1]))) problems.push(`${String(key[1])}: mail that nobody will look for`);
  }
}

async function checkIndexes(
  store: Store,
  states: Map<string, ExecutionState>,
  problems: string[],
): Promise<void> {
  const ids = async (prefix: string): Promise<string[]> =>
    (await store.keys({ selector: { prefix: [prefix] } })).map((key) => key.slice(1).join("/")).sort();
  const all = [...states.values()];
  const expected = {
    live: all.filter((state) => !isSettled(state)).map((state) => `${state.workflowId}/${state.id}`),
    execution_by_workflow: all.map((state) => `${state.workflowId}/${state.id}`),
    execution_by_lead: all.flatMap((state) => state.leadId ? [`${state.leadId}/${state.id}`] : []),
  };
  for (const [prefix, wanted] of Object.entries(expected)) {
    const found = await ids(prefix);
    if (found.join() !== wanted.sort().join()) {
      problems.push(`${prefix}: ${found.join()}, not ${wanted.join()}`);
    }
  }
}

/** Each event record is in the feed once, as far back as the feed goes: it is shortened to a day. */
async function checkFeed(
  store: Store,
  states: Map<string, ExecutionState>,
  problems: string[],
): Promise<void> {
  const fed: string[] = [];
  let oldest = Infinity;
  for await (const { value } of store.list<FeedRecord>({ selector: { prefix: ["feed"] } })) {
    oldest = Math.min(oldest, value.at);
    for (const [id, seq] of value.e) if (states.has(id)) fed.push(`${id}/${seq}`);
  }
  const events = new Set<string>();
  for await (const { key, value } of store.list<EventRecord>({ selector: { prefix: ["event"] } })) {
    const name = key.slice(1).join("/");
    events.add(name);
    if (value.at > oldest && !fed.includes(name)) problems.push(`${name}: not in the feed`);
  }
  if (new Set(fed).size !== fed.length) problems.push("the feed lists an event record twice");
  if (fed.some((name) => !events.has(name))) {
    problems.push("the feed lists an event record that is not there");
  }
}

function checkAttention(
  states: Map<string, ExecutionState>,
  attention: Map<string, AttentionRecord>,
  problems: string[],
): void {
  for (const [id, record] of attention) {
    const step = states.get(record.executionId)?.steps.get(record.nodeId);
    // An approval can be answered from the moment it is asked, also while its mails are under way.
    const isOpen = step?.approval !== undefined && step.endedAt === undefined;
    const stands = record.kind === "failed"
      ? step?.failure !== undefined
      : step?.waitingFor !== undefined || isOpen;
    if (!stands || step?.visit !== record.visit) problems.push(`the inbox shows ${id}, which is over`);
  }
}

/** Every card stands in the index of its kind, and nothing else does. */
async function checkInboxIndex(
  store: Store,
  attention: Map<string, AttentionRecord>,
  problems: string[],
): Promise<void> {
  const wanted = [...attention].map(([id, record]) => indexSet(id, record).key.join("/")).sort();
  const found: string[] = [];
  for (const prefix of ["todo", "attention_by_cause"]) {
    for (const key of await store.keys({ selector: { prefix: [prefix] } })) found.push(key.join("/"));
  }
  if (found.sort().join() !== wanted.join()) {
    problems.push(`the inbox lists ${found.join()}, its cards are ${wanted.join()}`);
  }
}
