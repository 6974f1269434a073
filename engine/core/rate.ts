/**
 * The arithmetic of rates: when may one more attempt begin, so that in no period more begin than were promised? Up to
 * `count` begin at once; the next one when the first of them is a period old. What has begun is counted (`started`), and
 * who cannot begin yet gets a turn behind all turns that were given before (`given`). A turn is a plan, and the count is
 * the promise: whoever comes at its turn is counted then, and put off again where others were late.
 */

import type { Rate } from "../schemas/rate.ts";

/** One rate as it counts for one host or one value of a key. */
export interface Pace {
  per: Rate["per"];
  /** Where it is counted: whose rate it is, which one, and for which host or value. */
  record: readonly [scope: string, rate: string, value: string];
  count: number;
  periodMs: number;
}

/** One text for the place in which a pace is counted. */
export function recordId({ record }: Pick<Pace, "record">): string {
  return record.join("\u0000");
}

/** Moments (epoch ms) in order, each with how many are counted there. */
export type Stamps = readonly (readonly [at: number, count: number])[];

/** What is known of one rate. */
export interface RateState {
  /** Attempts that began, as far back as they count. */
  started: Stamps;
  /** The last turns that were given, those that began at once among them. */
  given: Stamps;
  /** The last of them. */
  tail: number;
}

export interface TurnAsk {
  paces: readonly Pace[];
  /** The turn that it was given before; null: it has none. */
  turn: number | null;
  /** It has the whole process for itself, and needs no room in it. */
  alone: boolean;
}

/** "start": it counts as begun. "room": it might, and nothing can begin here. Else from when on, and by which pace. */
export type TurnGiven = "start" | "room" | { at: number; pace: Pace };

export const NOTHING_COUNTED: RateState = { started: [], given: [], tail: 0 };

/** More moments than that are laid together, each on the later: so never counted too short. */
const MOST_STAMPS = 128;
const GRID = 64;
const MOST_GRACE_MS = 5_000;

/** So late an attempt still counts at its turn: a twentieth of the period, at most 5 s. */
export function graceMs({ periodMs }: Pick<Pace, "periodMs">): number {
  return Math.min(MOST_GRACE_MS, Math.floor(periodMs / 20));
}

/** How long what began counts: its period, and what it may have been late. */
export function spanMs(pace: Pick<Pace, "periodMs">): number {
  return pace.periodMs + graceMs(pace);
}

/** The first moment from `now` on at which one more keeps the promise. */
export function nextAt(stamps: Stamps, pace: Pace, now: number): number {
  let left = pace.count;
  for (let i = stamps.length - 1; i >= 0; i--) {
    const [at, count] = stamps[i]!;
    left -= count;
    if (left <= 0) return Math.max(now, at + spanMs(pace));
  }
  return now;
}

/** One more at that moment; what counts no longer is left out. */
export function withStamp(stamps: Stamps, at: number, { pace, now }: { pace: Pace; now: number }): Stamps {
  const kept = stamps.filter(([moment]) => moment + spanMs(pace) > now);
  const after = kept.findLastIndex(([moment]) => moment <= at);
  const found = kept[after];
  if (found && found[0] === at) kept[after] = [at, found[1] + 1];
  else kept.splice(after + 1, 0, [at, 1]);
  return kept.length > MOST_STAMPS ? laidTogether(kept, Math.ceil(spanMs(pace) / GRID)) : kept;
}

function laidTogether(stamps: Stamps, width: number): Stamps {
  const sums = new Map<number, number>();
  for (const [at, count] of stamps) {
    const moment = Math.ceil(at / width) * width;
    sums.set(moment, (sums.get(moment) ?? 0) + count);
  }
  return [...sums];
}

/** Only the last `count` turns say when the next one is. */
function lastOf(stamps: Stamps, count: number): Stamps {
  let total = stamps.reduce((sum, [, each]) => sum + each, 0);
  let first = 0;
  while (first < stamps.length && total - stamps[first]![1] >= count) total -= stamps[first++]![1];
  return first === 0 ? stamps : stamps.slice(first);
}

/** One rate while turns are given. */
class Line {
  #state: RateState;
  /** What began, and what was put off to a later moment in this round. */
  #ahead: Stamps;

  constructor(state: RateState) {
    this.#state = state;
    this.#ahead = state.started;
  }

  get state(): RateState {
    return this.#state;
  }

  /** Somebody's turn is still to come. */
  hasLine(now: number): boolean {
    return this.#state.tail > now;
  }

  freeAt(pace: Pace, now: number): number {
    return nextAt(this.#state.started, pace, now);
  }

  /** Behind all turns that were given. */
  planAt(pace: Pace, now: number): number {
    return Math.max(this.#state.tail, nextAt(this.#state.given, pace, now), this.freeAt(pace, now));
  }

  /** When one whose turn has passed may begin. */
  putOffAt(pace: Pace, now: number): number {
    return nextAt(this.#ahead, pace, now);
  }

  /** Counted at its turn or now, though never so early that it would begin after its grace. */
  start(pace: Pace, { turn, now, lateMs }: { turn: number | null; now: number; lateMs: number }): void {
    const grace = graceMs(pace);
    const early = turn === null ? now : Math.min(now, Math.max(turn, now - grace));
    const at = Math.max(early, now + lateMs - grace);
    this.#state = { ...this.#state, started: withStamp(this.#state.started, at, { pace, now }) };
    this.#ahead = withStamp(this.#ahead, at, { pace, now });
    if (turn === null) this.plan(pace, { at: now, now });
  }

  plan(pace: Pace, { at, now }: { at: number; now: number }): void {
    this.#state = {
      ...this.#state,
      given: lastOf(withStamp(this.#state.given, at, { pace, now }), pace.count),
      tail: Math.max(this.#state.tail, at),
    };
  }

  putOff(pace: Pace, { turn, at, now }: { turn: number; at: number; now: number }): void {
    this.#ahead = withStamp(this.#ahead, at, { pace, now });
    // Its own turn went by unused: the line behind is one longer. Who only gave way has no second one.
    if (now - turn > graceMs(pace)) this.plan(pace, { at: this.planAt(pace, now), now });
  }
}

/**
 * Gives turns, in the order of `asks`, and changes `states` (by `recordId`) accordingly. `room`: so many may begin
 * here; `lateMs`: so long after `now` whoever is let go may begin. Who has no turn yet never overtakes those who have; who is at its turn begins as soon as the count allows.
 */
export function giveTurns(
  states: Map<string, RateState>,
  asks: readonly TurnAsk[],
  { now, room, lateMs = 0 }: { now: number; room: number; lateMs?: number },
): TurnGiven[] {
  const lines = new Map<string, Line>();
  const lineOf = (pace: Pace): Line => {
    const id = recordId(pace);
    const line = lines.get(id) ?? new Line(states.get(id) ?? NOTHING_COUNTED);
    lines.set(id, line);
    return line;
  };
  const given = asks.map((ask): TurnGiven => {
    const all = ask.paces.map((pace) => ({ pace, line: lineOf(pace) }));
    const turn = ask.turn !== null && ask.turn <= now ? ask.turn : null;
    const isFree = all.every(({ pace, line }) => line.freeAt(pace, now) <= now) &&
      (turn !== null || !all.some(({ line }) => line.hasLine(now)));
    if (isFree && !ask.alone && room-- <= 0) return "room";
    if (isFree) {
      for (const { pace, line } of all) line.start(pace, { turn, now, lateMs });
      return "start";
    }
    const first = (pace: Pace, line: Line): number =>
      turn === null ? line.planAt(pace, now) : line.putOffAt(pace, now);
    // The last of several decides; at the same moment that with the longest period is the one to name.
    const [last] = all.map(({ pace, line }) => ({ pace, at: first(pace, line) }))
      .sort((a, b) => b.at - a.at || b.pace.periodMs - a.pace.periodMs);
    const { at, pace: binding } = last!;
    for (const { pace, line } of all) {
      if (turn === null) line.plan(pace, { at, now });
      else line.putOff(pace, { turn, at, now });
    }
    return { at, pace: binding };
  });
  for (const [id, line] of lines) states.set(id, line.state);
  return given;
}

/** From when on the record says nothing any more. */
export function forgettableAt({ started, given, tail }: RateState, pace: Pick<Pace, "periodMs">): number {
  const last = Math.max(tail, started.at(-1)?.[0] ?? 0, given.at(-1)?.[0] ?? 0);
  return last + spanMs(pace);
}
