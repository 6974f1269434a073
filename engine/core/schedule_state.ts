import type { ScheduleDefinition } from "../schemas/schedule.ts";
import { MOST_MADE_UP } from "../schemas/schedule.ts";
import { anchorOf, fireAt, holidayAt, nextOccurrence } from "./schedule.ts";
import type { When } from "./schedule.ts";

/** An occurrence whose time has come and that has not begun. */
export interface Pending {
  at: number;
  /** due: it is its time. made_up: it was missed. queued: it waits for a former run to end. */
  why: "due" | "made_up" | "queued";
}

/** What decides about a schedule's occurrences. Times are epoch ms. */
export interface ScheduleState extends When {
  id: string;
  /** In the live version: others are only drawn. */
  live: boolean;
  goneAt?: number;
  editedAt: number;
  /** The newest occurrence that was taken up, whatever became of it. */
  lastAt: number | null;
  /** The next occurrence, holidays among them. */
  nextAt: number | null;
  pending: readonly Pending[];
}

/** Occurrences that do not begin, told in one line. */
export interface Lost {
  outcome: "missed" | "held";
  at: number;
  until: number;
  count: number;
  reason: { code: string; text: string };
}

/** Taken up later than this, it was missed: nothing ran at its time. Ticks of a sleeping host come every minute. */
const GRACE_MS = 120_000;
/** Taken up in one go; each takes a tenth of a millisecond. */
const AT_ONCE = 500;

/** Does it take up occurrences? */
export function isActive(state: ScheduleState): boolean {
  return state.live && state.goneAt === undefined && state.definition.enabled;
}

/**
 * Takes up what has come: occurrences on time, made up ones by the policy, and lines for those that are lost. `more`: there
 * are more than go at once. `spread` false: also what has come and would fire a little later. The state given is returned
 * where nothing has come.
 */
export function takeUp<S extends ScheduleState>(
  state: S,
  now: number,
  { spread = true }: { spread?: boolean } = {},
): { state: S; lost: Lost[]; more: boolean } {
  if (!isActive(state)) return { state, lost: [], more: false };
  let { nextAt, lastAt } = state;
  let pending = [...state.pending];
  const lost = new Lines();
  for (let taken = 0; nextAt !== null; taken++) {
    const due = fireAt(state.id, state, nextAt);
    if ((spread ? due : nextAt) > now) break;
    if (taken === AT_ONCE) {
      return { state: { ...state, nextAt, lastAt, pending }, lost: lost.all, more: true };
    }
    const holiday = holidayAt(state, nextAt);
    if (holiday !== null) lost.held(nextAt, holiday);
    else pending = oneMore(state, { at: nextAt, late: now - due > GRACE_MS, pending, lost });
    lastAt = nextAt;
    nextAt = nextOccurrence(state, nextAt);
  }
  return lastAt === state.lastAt
    ? { state, lost: [], more: false }
    : { state: { ...state, nextAt, lastAt, pending }, lost: lost.all, more: false };
}

/** One occurrence more: on time, to be made up, or missed. */
function oneMore(
  { definition }: ScheduleState,
  about: { at: number; late: boolean; pending: readonly Pending[]; lost: Lines },
): Pending[] {
  const { at, late, lost } = about;
  const { missed } = definition.config;
  let pending = [...about.pending];
  // The newest is enough: what was to be made up gives way to whatever comes after it.
  const most = missed === "last" ? 0 : missed === "all" ? MOST_MADE_UP - (late ? 1 : 0) : MOST_MADE_UP;
  while (pending.filter(({ why }) => why === "made_up").length > most) {
    const oldest = pending.find(({ why }) => why === "made_up")!;
    lost.missed(oldest.at, missed);
    pending = pending.filter((each) => each !== oldest);
  }
  if (!late) return [...pending, { at, why: "due" }];
  if (missed !== "none") return [...pending, { at, why: "made_up" }];
  lost.missed(at, missed);
  return pending;
}

const WHY_MISSED = {
  none: "Nothing ran at its time, and nothing is made up",
  last: "Nothing ran at its time, and a later one is taken for it",
  all: `Nothing ran at its time, and more than ${MOST_MADE_UP} were missed`,
};

/** Neighbours with the same end share a line. */
class Lines {
  readonly all: Lost[] = [];

  missed(at: number, policy: keyof typeof WHY_MISSED): void {
    this.#add(at, "missed", { code: "missed", text: WHY_MISSED[policy] });
  }

  held(at: number, holiday: string): void {
    this.#add(at, "held", { code: "holiday", text: `Held — ${holiday} is a holiday` });
  }

  #add(at: number, outcome: Lost["outcome"], reason: Lost["reason"]): void {
    const last = this.all.at(-1);
    if (last?.outcome === outcome && last.reason.text === reason.text) {
      last.until = at;
      last.count++;
    } else this.all.push({ outcome, at, until: at, count: 1, reason });
  }
}

/** What a person or a publish changes. */
export interface Change {
  definition: ScheduleDefinition;
  timezone: string;
  live: boolean;
}

/**
 * The state under another definition. The next occurrence is after the last one and after now, where it comes at other
 * times than before; otherwise what has not been taken up stays. Whoever calls has taken up what had come (`spread` false).
 */
export function redefined<S extends ScheduleState>(state: S, change: Change, now: number): S {
  const { goneAt: _gone, ...rest } = { ...state, ...change };
  // What is taken away is an optional member: the rest is the state that it was.
  const kept = rest as S;
  const same = isSameTimes(state, change);
  const wasActive = isActive(state);
  const anchor = same ? state.anchor : anchorFor(state, change, now);
  const next = { ...kept, anchor, editedAt: now };
  if (!isActive(next)) return { ...next, nextAt: null, pending: [] };
  if (same && wasActive) return next;
  return { ...next, nextAt: nextOccurrence(next, Math.max(state.lastAt ?? -Infinity, now)) };
}

/** An interval keeps its beat while it is the same length. */
function anchorFor(state: ScheduleState, change: Change, now: number): number {
  const [was, is] = [state.definition, change.definition];
  const keeps = was.kind === "interval" && is.kind === "interval" && is.config.from === undefined &&
    was.config.from === undefined && JSON.stringify(was.every) === JSON.stringify(is.every);
  return keeps ? state.anchor : anchorOf(is, change.timezone, now);
}

/** Do both come at the same times? */
export function isSameTimes(one: Omit<When, "anchor">, other: Omit<When, "anchor">): boolean {
  return timesOf(one) === timesOf(other);
}

function timesOf({ definition, timezone }: Omit<When, "anchor">): string {
  const { from, until } = definition.config;
  const of = definition.kind === "cron"
    ? definition.cron
    : definition.kind === "interval"
    ? definition.every
    : definition.at;
  return JSON.stringify([definition.kind, of, timezone, from ?? null, until ?? null]);
}
