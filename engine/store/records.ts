import type { Attention, ExecutionState, LedgerLine, StepState, StoredEvent } from "../core/state.ts";
import type { StepStatus } from "../schemas/execution.ts";

const LETTERS: Record<StepStatus, string> = {
  pending: "p",
  queued: "q",
  running: "r",
  waiting: "w",
  retrying: "t",
  completed: "c",
  failed: "f",
  skipped: "s",
  cancelled: "x",
};
const STATUSES = new Map(Object.entries(LETTERS).map(([status, letter]) => [letter, status as StepStatus]));

/** The head as it lies in the database: one letter a node, small executions with their steps in it. */
export interface HeadRecord extends Omit<ExecutionState, "statuses" | "steps"> {
  v: 1;
  /** The commit that wrote it. */
  commit: string;
  nodes: string;
  steps: { [nodeId: string]: StepState };
  /** Which counters it is in. */
  c?: number;
  /** Steps outgrew the head: those that are not in it lie beside it. */
  spilled?: true;
}

export interface StepRecord {
  v: 1;
  step: StepState;
}

/** An event without what its record or its type says already: rows under a kilobyte are much cheaper to write. */
export type PackedEvent = Omit<StoredEvent, "progress"> & { progress?: number };

/** What one transition said, under its first event's sequence. */
export interface EventRecord {
  v: 1;
  commit: string;
  at: number;
  /** The execution's status and progress after it. */
  s: ExecutionState["status"];
  p: number;
  e: PackedEvent[];
}

/** The step's status that an event of this type tells of, unless it says another. */
const TOLD: Partial<Record<StoredEvent["type"], StepStatus>> = {
  started: "running",
  waiting: "waiting",
  retry: "retrying",
  completed: "completed",
  failed: "failed",
  cancelled: "cancelled",
  skipped: "skipped",
};

/** The step's record keeps a reason's data; an event says it in words, once. */
export function packEvent(
  { message, reason, progress, step, ...event }: StoredEvent,
  usual: number,
): PackedEvent {
  const packed: PackedEvent = { ...event };
  if (step && step !== TOLD[event.type]) packed.step = step;
  if (message !== undefined && message !== reason?.text) packed.message = message;
  if (reason) packed.reason = { code: reason.code, text: reason.text };
  if (progress !== usual) packed.progress = progress;
  return packed;
}

export function eventsOf(record: EventRecord): StoredEvent[] {
  return record.e.map((event) => {
    const step = event.step ?? (event.node === undefined ? undefined : TOLD[event.type]);
    const message = event.message ?? event.reason?.text;
    return {
      ...event,
      progress: event.progress ?? record.p,
      ...(step ? { step } : {}),
      ...(message === undefined ? {} : { message }),
    };
  });
}

export interface FeedRecord {
  v: 1;
  at: number;
  /** Execution and first sequence of its event record. */
  e: [string, number][];
}

export interface AttentionRecord extends Attention {
  v: 1;
  at: number;
  executionId: string;
  workflowId: string;
  leadId: string | null;
}

/** The last that is known of one act outside. */
export interface LedgerRecord extends LedgerLine {
  v: 1;
  at: number;
  /** What came of it when somebody had decided already, and when that was known. */
  result?: "sent" | "refused";
  resultAt?: number;
}

/** What most heads share; left out of the record and filled in again. */
const DEFAULTS = {
  leadId: null,
  test: false,
  depth: 0,
  delivery: null,
  startedAt: null,
  endedAt: null,
  messages: {},
  fence: 0,
  lease: null,
  due: null,
  parent: null,
  nesting: 0,
  cancelling: null,
  consumed: [],
  listening: false,
  reason: null,
  timeoutAt: null,
  limit: null,
  migrating: null,
} as const satisfies Partial<ExecutionState>;

export function headRecord(
  state: ExecutionState,
  steps: ReadonlyMap<string, StepState>,
  spilled: boolean,
  commit: string,
): Partial<HeadRecord> {
  const record: Record<string, unknown> = { v: 1, commit };
  const defaults: Record<string, unknown> = DEFAULTS;
  // Only what differs is put in: taking keys out again would cost more than writing them.
  for (const [name, value] of Object.entries(state)) {
    if (value === defaults[name] && name in defaults || OTHERWISE.has(name)) continue;
    record[name] = value;
  }
  for (const _ in state.messages) {
    record.messages = state.messages;
    break;
  }
  if (state.consumed.length > 0) record.consumed = state.consumed;
  let nodes = "";
  for (const status of state.statuses) nodes += LETTERS[status];
  record.nodes = nodes;
  record.steps = Object.fromEntries(steps);
  if (spilled) record.spilled = true;
  if (state.counted) record.c = state.counted;
  return record;
}

/** Written in a form of their own, or only when there is something in them. */
const OTHERWISE: ReadonlySet<string> = new Set(["statuses", "steps", "messages", "consumed", "counted"]);

/** How its step stands at the node with this index; a version may have fewer. */
export function statusAt({ nodes }: HeadRecord, index: number): StepStatus | undefined {
  return STATUSES.get(nodes[index] ?? "");
}

/** The state without its spilled steps. */
export function stateOf(record: HeadRecord): ExecutionState {
  const { v: _v, commit: _commit, nodes, steps, spilled: _spilled, c, ...rest } = record;
  return {
    ...DEFAULTS,
    ...rest,
    ...(c ? { counted: c } : {}),
    statuses: Array.from(nodes, (letter) => STATUSES.get(letter) ?? "pending"),
    steps: new Map(Object.entries(steps)),
  };
}

/** What is wrong with a head that parses as JSON; null: nothing. It is not decided over, whatever it says. */
export function faultOf(record: unknown): string | null {
  if (!isRecord(record)) return "it is no record";
  const { v, id, nodes, steps, status, createdAt, seq } = record;
  if (v !== 1) return `it has the version ${String(v)}, and 1 is known here`;
  if (typeof id !== "string" || typeof status !== "string") return "it has no id or no status";
  if (typeof createdAt !== "number" || typeof seq !== "number") return "it has no time or no sequence";
  if (typeof nodes !== "string") return "it has no statuses of nodes";
  for (const letter of nodes) if (!STATUSES.has(letter)) return `"${letter}" is no status of a node`;
  if (!isRecord(steps) || !Object.values(steps).every(isStep)) return "it holds steps that are none";
  return null;
}

export function isStep(step: unknown): boolean {
  return isRecord(step) && typeof step.visit === "number" && typeof step.attempt === "number";
}

function isRecord(value: unknown): value is { [name: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
