/**
 * Every key of the database. Times are epoch ms. ids are ULIDs.
 * `commitVersionstamp()` stands where a key says `versionstamp`.
 */

export type Key = Deno.KvKey;

export const SHARDS = 8;
/** Lane 0 is live work, lane 1 is bulk and housekeeping. */
export type Lane = 0 | 1;
export const DUE_KINDS = [
  "execution",
  "mail",
  "deliver",
  "forget",
  "feed",
  "bulk",
  "limit",
  "rate",
  "schedule",
  "alert",
] as const;
export type DueKind = (typeof DUE_KINDS)[number];

/** Which shard an id's due entries live in: FNV-1a over its characters. */
export function shardOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % SHARDS;
}

export const keys = {
  meta: (name: string): Key => ["meta", name],
  /** A process at work, where no file lock tells. */
  peer: (owner: string): Key => ["peer", owner],

  // workflows
  workflow: (id: string): Key => ["workflow", id],
  /** Chunk of a content-addressed draft or version. */
  content: (workflowId: string, hash: string, index: number): Key => ["content", workflowId, hash, index],
  version: (workflowId: string, version: number): Key => ["version", workflowId, version],
  /** What people call a version: the version itself never changes. */
  versionName: (workflowId: string, version: number): Key => ["version_name", workflowId, version],
  /** Read and checked by everything that accepts; absent while nothing is live. */
  published: (workflowId: string): Key => ["published", workflowId],
  /** Path of a live webhook → workflow, node, method. */
  hook: (path: string): Key => ["hook", path],
  /** What was refused at a webhook lately, in one record. */
  hookRefusals: (workflowId: string, nodeId: string): Key => ["hook_refusals", workflowId, nodeId],
  /** The calls of the last period that count under a webhook's rate. */
  hookRate: (workflowId: string, nodeId: string): Key => ["hook_rate", workflowId, nodeId],
  /** Workflows whose live version listens to a signal type. */
  listener: (
    signal: string,
    workflowId: string,
    nodeId: string,
  ): Key => ["listener", signal, workflowId, nodeId],

  /** How a lead entered a workflow last. */
  enrolment: (workflowId: string, leadId: string): Key => ["enrolment", workflowId, leadId],
  /** Held by the workflow's i-th execution of those that count; checked to be absent by whoever takes it. */
  slot: (workflowId: string, slot: number): Key => ["slot", workflowId, slot],
  /** Executions that wait for a slot, in the order in which they came. */
  queue: (
    workflowId: string,
    since: number,
    executionId: string,
  ): Key => ["queue", workflowId, since, executionId],
  /** What has begun under a rate, and which turns were given; `*`: counted over all workflows. */
  rate: (scope: string, rate: string, value: string): Key => ["rate", scope, rate, value],
  /** The last who were not enrolled, in order, and how many in all (Deno.KvU64). */
  refusal: (workflowId: string, id: string): Key => ["refusal", workflowId, id],
  refusalCount: (workflowId: string): Key => ["refusal_count", workflowId],

  // executions
  execution: (id: string): Key => ["execution", id],
  step: (executionId: string, nodeId: string): Key => ["step", executionId, nodeId],
  /** Chunk of a body too large for its record; `ref` carries node, visit and fence. */
  body: (executionId: string, ref: string, index: number): Key => ["body", executionId, ref, index],
  /** Says what was stored before its execution, which deletes it. */
  staged: (executionId: string, token: string): Key => ["staged", executionId, token],
  event: (executionId: string, seq: number): Key => ["event", executionId, seq],
  feed: (versionstamp: string): Key => ["feed", versionstamp],
  byWorkflow: (
    workflowId: string,
    executionId: string,
  ): Key => ["execution_by_workflow", workflowId, executionId],
  byLead: (leadId: string, executionId: string): Key => ["execution_by_lead", leadId, executionId],
  /** Executions that must hear of a lead's signals. */
  registration: (leadId: string, executionId: string): Key => ["registration", leadId, executionId],
  /** Unsettled executions of a workflow. */
  live: (workflowId: string, executionId: string): Key => ["live", workflowId, executionId],
  /** Executions that replay another. */
  replay: (of: string, executionId: string): Key => ["replay", of, executionId],
  /** What other parties want an execution to know; its owner applies it. */
  mail: (executionId: string, mailId: string): Key => ["mail", executionId, mailId],
  due: (
    shard: number,
    lane: Lane,
    at: number,
    kind: DueKind,
    id: string,
  ): Key => ["due", shard, lane, at, kind, id],
  /** A child execution: which one a parent's node, visit and index became. */
  child: (parentId: string, step: string, index: number): Key => ["child", parentId, step, index],
  /** A child that has settled: status and output, for its parent. */
  done: (parentId: string, step: string, index: number): Key => ["done", parentId, step, index],
  /** Idempotency of a trigger, 72 h. */
  delivery: (triggerKey: string, idempotencyKey: string): Key => ["delivery", triggerKey, idempotencyKey],
  /** `part`: which of several acts of the step. */
  ledger: (executionId: string, nodeId: string, visit: number, part?: string): Key => [
    "ledger",
    executionId,
    nodeId,
    visit,
    ...(part === undefined ? [] : [part]),
  ],
  /** One person's vote: there is one each. */
  vote: (executionId: string, nodeId: string, visit: number, voter: string): Key => [
    "vote",
    executionId,
    nodeId,
    visit,
    voter,
  ],
  /** What needs a person, newest last; id is `<executionId>.<nodeId>.<visit>`. */
  attention: (id: string): Key => ["attention", id],
  /** Failed steps by cause and time: counted together in the inbox. */
  byCause: (cause: string, at: number, id: string): Key => ["attention_by_cause", cause, at, id],
  /** What needs a person and is no failure. */
  todo: (kind: "task" | "uncertain", id: string): Key => ["todo", kind, id],
  /** Who looks after a card of the inbox, and whether its cause is ignored. */
  card: (id: string): Key => ["card", id],

  // leads
  lead: (id: string): Key => ["lead", id],
  leadByEmail: (email: string): Key => ["lead_by_email", email],
  signal: (leadId: string, versionstamp: string): Key => ["signal", leadId, versionstamp],
  /** Touched by every signal of a lead and every vote for an execution; checked by whoever begins or ends a wait for them. */
  clock: (subject: string): Key => ["clock", subject],

  // messages
  message: (id: string): Key => ["message", id],
  messageText: (id: string, index: number): Key => ["message_text", id, index],
  messageByExecution: (
    executionId: string,
    nodeId: string,
    id: string,
  ): Key => ["message_by_execution", executionId, nodeId, id],
  /** The outbox in order: message ids need not be. */
  messageByTime: (at: number, id: string): Key => ["message_by_time", at, id],

  // the team's own records
  collection: (name: string): Key => ["collection", name],
  record: (collection: string, key: string): Key => ["record", collection, key],
  /** Records by a field's value. */
  recordIndex: (
    collection: string,
    field: string,
    value: string | number | boolean,
    key: string,
  ): Key => ["record_index", collection, field, value, key],
  /** How many a collection has (Deno.KvU64). */
  recordCount: (collection: string): Key => ["record_count", collection],

  // access
  user: (id: string): Key => ["user", id],
  userByEmail: (email: string): Key => ["user_by_email", email],
  session: (hash: string): Key => ["session", hash],
  secret: (name: string): Key => ["secret", name],
  attempts: (subject: string): Key => ["attempts", subject],

  // alerts
  /** What a workflow did in a minute (Deno.KvU64); see pulse.ts. */
  pulse: (minute: number, workflowId: string, what: "runs" | "reopened" | "unsent"): Key => [
    "pulse",
    minute,
    workflowId,
    what,
  ],
  /** When an execution of the workflow completed last (Deno.KvU64). */
  completedAt: (workflowId: string): Key => ["completed_at", workflowId],
  /** Executions that failed, for as long as that can matter to an alert. */
  failing: (workflowId: string, at: number, executionId: string): Key => [
    "failing",
    workflowId,
    at,
    executionId,
  ],
  /** Days on which a workflow was entered, and when last. */
  entered: (workflowId: string): Key => ["entered", workflowId],
  /** Rules that people made, or changed from what they are by default. */
  alertRule: (id: string): Key => ["alert_rule", id],
  incident: (id: string): Key => ["incident", id],
  /** The one open incident of a rule and what it is about. */
  openIncident: (subject: string): Key => ["incident_open", subject],
  alertMute: (subject: string): Key => ["alert_mute", subject],
  /** Something to tell, from that moment on. */
  notice: (at: number, id: string): Key => ["notice", at, id],
  /** One message over one channel. */
  telling: (id: string): Key => ["telling", id],
  /** Those that could not be delivered. */
  untold: (id: string): Key => ["untold", id],

  // schedules
  schedule: (id: string): Key => ["schedule", id],
  /** An occurrence that has begun: it never begins again. */
  occurrence: (scheduleId: string, at: number): Key => ["occurrence", scheduleId, at],
  /** Lines of a schedule's history. */
  fire: (scheduleId: string, id: string): Key => ["fire", scheduleId, id],
  /** Its newest run should have happened and did not. */
  scheduleTrouble: (scheduleId: string): Key => ["schedule_trouble", scheduleId],

  // mending
  /** An action on many executions, and the chunks of their ids. */
  bulk: (id: string): Key => ["bulk", id],
  bulkIds: (id: string, index: number): Key => ["bulk_ids", id, index],

  // counters (Deno.KvU64)
  /** How many executions stand where at a node; children apart. */
  nodeCount: (workflowId: string, nodeId: string, slot: string): Key => [
    "node_count",
    workflowId,
    nodeId,
    slot,
  ],
  /** Changes of sixteen neighbours at once, by what they changed. */
  nodeCountBlock: (workflowId: string, version: number, block: number, change: string): Key => [
    "node_count_block",
    workflowId,
    version,
    block,
    change,
  ],
  /** What happened to executions in a minute; folded into the records below within the hour. */
  count: (minute: number, workflowId: string, what: string): Key => ["count", minute, workflowId, what],
  /** How many of a workflow's executions are active, and of those wait, now. */
  countActive: (workflowId: string): Key => ["count_active", workflowId],
  /** A day (UTC) of a workflow or (`*`) of all. */
  countDay: (day: number, scope: string): Key => ["count_day", day, scope],
  /** The same by hours, for 90 days. */
  countHours: (day: number, scope: string): Key => ["count_hours", day, scope],
  /** A quarter of an hour by minutes, for five hours. */
  countMinutes: (quarter: number, scope: string): Key => ["count_minutes", quarter, scope],
  /** All that was ever folded. */
  countTotal: (scope: string): Key => ["count_total", scope],
} as const;
