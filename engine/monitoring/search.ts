import type { StepState, Stored } from "../core/state.ts";
import { displayName } from "../leads/mod.ts";
import type { LeadRecord } from "../leads/mod.ts";
import type { ExecutionFilter } from "../schemas/execution.ts";
import type { Page, Paging } from "../schemas/problem.ts";
import { readBody } from "../store/bodies.ts";
import { keys } from "../store/keys.ts";
import type { Candidate } from "../store/pages.ts";
import type { HeadRecord, StepRecord } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import type { Versions } from "../worker/versions.ts";
import { candidatesOf, matches } from "./candidates.ts";

/** So many executions that pass the other filters are looked into for one page. */
export const SEARCHED_AT_ONCE = 5_000;
/** Nor does a page look longer, or into more than so much of large inputs and outputs. */
const LONGEST_MS = 2_000;
const MOST_BYTES = 32 * 1024 * 1024;
const BATCH = 100;

export interface SearchDeps {
  store: Store;
  versions: Pick<Versions, "nodesOf" | "typeOf">;
}

/** Does the filter ask for more than heads can tell? Then `Finder` looks into them. */
export function looksInside({ q, error }: ExecutionFilter): boolean {
  return Boolean(q) || Boolean(error);
}

/** Looks for the text and the cause of a filter; everything that it reads of names is kept for the next. */
export class Finder {
  readonly #deps: SearchDeps;
  readonly #wanted: readonly string[];
  readonly #cause: readonly string[];
  readonly #payloads: boolean;
  readonly #names = new Map<string, string>();
  /** Of inputs and outputs that had to be read on their own. */
  bytes = 0;

  /** Without `payloads`, only names, ids and reasons are searched: nothing of an input shows by being found. */
  constructor(deps: SearchDeps, { q, error }: ExecutionFilter, payloads = true) {
    this.#deps = deps;
    const text = q?.trim().toLowerCase() ?? "";
    // In JSON a quotation mark or a line's end is written otherwise.
    this.#wanted = text === "" ? [] : [...new Set([text, JSON.stringify(text).slice(1, -1)])];
    this.#cause = error?.trim().toLowerCase().split(/\s+/).filter(Boolean) ?? [];
    this.#payloads = payloads;
  }

  /** Reads the names of many at once. */
  async readAhead(heads: readonly HeadRecord[]): Promise<void> {
    if (this.#wanted.length === 0) return;
    const { store } = this.#deps;
    const isNew = (id: string | null | undefined): id is string => Boolean(id) && !this.#names.has(id!);
    const leads = [...new Set(heads.map(({ leadId }) => leadId).filter(isNew))];
    const flows = [...new Set(heads.map(({ workflowId }) => workflowId).filter(isNew))];
    const [people, workflows] = await Promise.all([
      store.getMany<LeadRecord>(leads.map(keys.lead), { broken: "pass" }),
      store.getMany<{ name: string }>(flows.map(keys.workflow), { broken: "pass" }),
    ]);
    for (const [i, id] of leads.entries()) {
      const lead = people[i]?.value;
      this.#names.set(id, lead ? `${displayName(lead)} ${lead.email}`.toLowerCase() : "");
    }
    for (const [i, id] of flows.entries()) {
      this.#names.set(id, (workflows[i]?.value.name ?? "").toLowerCase());
    }
  }

  /** Is it one of those that are looked for? Its head has passed `matches`. */
  async finds(head: HeadRecord): Promise<boolean> {
    if (this.#cause.length > 0 && !await this.#isCausedSo(head)) return false;
    if (this.#wanted.length === 0 || this.#isNamedSo(head)) return true;
    return this.#payloads && await this.#holds(head);
  }

  /** The first step that failed says why, as in the metrics: every word is its type, code, status or host. */
  async #isCausedSo(head: HeadRecord): Promise<boolean> {
    if (head.status !== "failed") return false;
    const words = new Set([head.reason?.code.toLowerCase()]);
    const data = head.reason?.data;
    const nodeId = typeof data === "object" && data !== null && "nodeId" in data ? data.nodeId : null;
    if (typeof nodeId === "string") {
      const step = head.steps[nodeId] ?? await this.#spilled(head.id, nodeId);
      const type = await this.#deps.versions.typeOf(head.workflowId, head.version, nodeId);
      words.add(type?.toLowerCase());
      words.add(step?.failure?.host?.toLowerCase());
      words.add(step?.failure?.status?.toString());
    }
    return this.#cause.every((word) => words.has(word));
  }

  #isNamedSo({ id, workflowId, leadId, reason }: HeadRecord): boolean {
    const names = [workflowId, leadId].map((one) => this.#names.get(one ?? "") ?? "");
    return this.#isIn([id, leadId ?? "", reason?.text ?? "", ...names].join("\n").toLowerCase());
  }

  async #holds(head: HeadRecord): Promise<boolean> {
    const bodies: Stored[] = [];
    const steps = Object.values(head.steps);
    if (this.#isIn(textOf(steps, bodies))) return true;
    if (head.spilled) {
      const beside: StepState[] = [];
      const selector = { prefix: ["step", head.id] };
      for await (const { value } of this.#deps.store.list<StepRecord>({ selector, broken: "pass" })) {
        beside.push(value.step);
      }
      if (this.#isIn(textOf(beside, bodies))) return true;
    }
    for (const stored of bodies) {
      if (!("ref" in stored)) continue;
      this.bytes += stored.bytes;
      const value = await readBody(this.#deps.store, head.id, stored);
      if (this.#isIn(JSON.stringify(value).toLowerCase())) return true;
    }
    return false;
  }

  async #spilled(id: string, nodeId: string): Promise<StepState | null> {
    return (await this.#deps.store.get<StepRecord>(keys.step(id, nodeId)))?.value.step ?? null;
  }

  #isIn(text: string): boolean {
    return this.#wanted.some((wanted) => text.includes(wanted));
  }
}

/** What went in, came out and went wrong; what lies elsewhere is added to `bodies`. */
function textOf(steps: readonly StepState[], bodies: Stored[]): string {
  const parts: unknown[] = [];
  for (const { input, output, failure, reason } of steps) {
    for (const stored of [input, output]) {
      if (!stored) continue;
      if ("json" in stored) parts.push(stored.json);
      else bodies.push(stored);
    }
    parts.push(failure?.message, failure?.details, reason?.text);
  }
  return JSON.stringify(parts).toLowerCase();
}

/**
 * One page of those that are found among the newest 5,000 that pass the other filters. Where it ends before that is
 * through, `searched` says how many were looked into, and `nextCursor` goes on behind them.
 */
export async function searchPage(
  deps: SearchDeps,
  filter: ExecutionFilter & Paging,
  options: { payloads: boolean; elapsed?: () => number },
): Promise<Page<HeadRecord>> {
  const elapsed = options.elapsed ?? deps.store.monotonic;
  const began = elapsed();
  const finder = new Finder(deps, filter, options.payloads);
  const items: HeadRecord[] = [];
  let searched = 0;
  let last = "";
  for await (const batch of inBatches(candidatesOf(deps, filter))) {
    const passing = batch.filter(({ record }) => matches(record, filter));
    await finder.readAhead(passing.map(({ record }) => record));
    for (const { cursor, record } of passing) {
      if (await finder.finds(record)) {
        if (items.length === filter.limit) return { items, nextCursor: last, searched };
        items.push(record);
        last = cursor;
      }
      searched++;
      if (searched < SEARCHED_AT_ONCE && finder.bytes < MOST_BYTES) continue;
      return { items, nextCursor: cursor, searched, searchedUntil: iso(record.createdAt) };
    }
    const end = batch.at(-1);
    if (!end || elapsed() - began < LONGEST_MS) continue;
    return { items, nextCursor: end.cursor, searched, searchedUntil: iso(end.record.createdAt) };
  }
  return { items, nextCursor: null, searched };
}

async function* inBatches<R>(all: AsyncIterable<Candidate<R>>): AsyncGenerator<Candidate<R>[]> {
  let batch: Candidate<R>[] = [];
  for await (const one of all) {
    batch.push(one);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
