import { useEffect, useRef, useState } from "preact/hooks";
import type { Problem } from "../../engine/schemas/problem.ts";
import type { Schedule } from "../../engine/schemas/schedule.ts";
import { announce } from "../shared/copy.ts";
import {
  getSchedule,
  listSchedules,
  removeSchedule,
  runSchedule,
  switchSchedule,
} from "./scheduling_calls.ts";

const EVERY_MS = 10_000;
/** Behind a fire, its execution is looked for. */
const AFTER_FIRE_MS = 1_500;
export const LIST_LIMIT = 100;

/** What was last done to a schedule, said on its line. */
export type Said =
  | { kind: "started"; executionId: string }
  | { kind: "refused"; executionId: string; text: string }
  | { kind: "problem"; problem: Problem };

export interface Scheduling {
  /** Null: they have not come yet. */
  items: readonly Schedule[] | null;
  nextCursor: string | null;
  /** Why the list did not come. */
  problem: Problem | null;
  /** Schedules of which an answer is awaited. */
  busy: ReadonlySet<string>;
  said: ReadonlyMap<string, Said>;
  pause(schedule: Schedule): void;
  resume(schedule: Schedule): void;
  run(schedule: Schedule): void;
  /** The problem to show; null: it is gone. */
  remove(schedule: Schedule): Promise<Problem | null>;
  /** Takes in what a form has saved. */
  put(schedule: Schedule): void;
  refresh(): Promise<void>;
  /** The next page of the list. */
  more(): Promise<void>;
}

export interface First {
  items: readonly Schedule[];
  nextCursor: string | null;
}

/**
 * All schedules, or only one (by its id): kept fresh while the page is seen, at once after a fire. What is done here
 * is shown when the server has said it.
 */
export function useScheduling(first: First | null, only: string | null = null): Scheduling {
  const [list, setList] = useState<First | null>(first);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState<ReadonlySet<string>>(new Set());
  const [said, setSaid] = useState<ReadonlyMap<string, Said>>(new Map());
  const put = (schedule: Schedule): void => setList((held) => held && withSchedule(held, schedule));
  const refresh = async (): Promise<void> => {
    const answer = await fetched(list?.items.length ?? 0, only);
    if (answer.ok) setList((held) => freshened(held, answer.data));
    setProblem(answer.ok ? null : answer.problem);
  };
  useLooking(refresh, list, only === null ? null : list === null);

  const attempt = async (schedule: Schedule, call: () => Promise<Said | null>): Promise<void> => {
    setBusy((ids) => new Set(ids).add(schedule.id));
    const word = await call();
    setBusy((ids) => new Set([...ids].filter((id) => id !== schedule.id)));
    setSaid((all) => {
      const next = new Map([...all].filter(([id]) => id !== schedule.id));
      return word ? next.set(schedule.id, word) : next;
    });
  };
  const turn = (schedule: Schedule, how: "pause" | "resume"): void =>
    void attempt(schedule, async () => {
      const answer = await switchSchedule(schedule.id, how);
      if (!answer.ok) return { kind: "problem", problem: answer.problem };
      put(answer.data);
      announce(document, how === "pause" ? "Paused" : "Resumed");
      return null;
    });
  return {
    items: list?.items ?? null,
    nextCursor: list?.nextCursor ?? null,
    problem,
    busy,
    said,
    put,
    refresh,
    pause: (schedule) => turn(schedule, "pause"),
    resume: (schedule) => turn(schedule, "resume"),
    run: (schedule) =>
      void attempt(schedule, async () => {
        const answer = await runSchedule(schedule.id);
        if (!answer.ok) return { kind: "problem", problem: answer.problem };
        const { executionId, enrolled, reason } = answer.data;
        if (enrolled === false) return { kind: "refused", executionId, text: reason?.text ?? "" };
        announce(document, "Started");
        void refresh();
        return { kind: "started", executionId };
      }),
    async remove(schedule): Promise<Problem | null> {
      const answer = await removeSchedule(schedule.id);
      if (!answer.ok && answer.problem.status !== 404) return answer.problem;
      setList((held) => held && { ...held, items: held.items.filter(({ id }) => id !== schedule.id) });
      return null;
    },
    async more(): Promise<void> {
      const cursor = list?.nextCursor;
      if (!cursor) return;
      const answer = await listSchedules({ limit: LIST_LIMIT, cursor });
      if (answer.ok) {
        setList((held) => ({ ...answer.data, items: [...held?.items ?? [], ...answer.data.items] }));
      } else setProblem(answer.problem);
    },
  };
}

type Fetched = { ok: true; data: First } | { ok: false; problem: Problem };

async function fetched(shown: number, only: string | null): Promise<Fetched> {
  if (only === null) return await listSchedules({ limit: Math.min(200, Math.max(LIST_LIMIT, shown)) });
  const answer = await getSchedule(only);
  if (answer.ok) return { ok: true, data: { items: [answer.data], nextCursor: null } };
  // Drawn and not saved yet, or no more.
  return answer.problem.status === 404 ? { ok: true, data: { items: [], nextCursor: null } } : answer;
}

/** What the server lists now; of a list that is longer than what was asked for, the rest stays. */
export function freshened(held: First | null, fresh: First): First {
  if (held === null || fresh.nextCursor === null || held.items.length <= fresh.items.length) return fresh;
  const known = new Set(fresh.items.map(({ id }) => id));
  const rest = held.items.slice(fresh.items.length).filter(({ id }) => !known.has(id));
  return { items: [...fresh.items, ...rest], nextCursor: held.nextCursor };
}

/** The list with one schedule as it is now: in its place, or first when it is new. */
export function withSchedule(held: First, schedule: Schedule): First {
  const isKnown = held.items.some(({ id }) => id === schedule.id);
  const items = isKnown
    ? held.items.map((one) => one.id === schedule.id ? schedule : one)
    : [schedule, ...held.items];
  return { ...held, items };
}

/** Asks every few seconds while the page is seen, and right after the next fire; at once when nothing has come yet. */
function useLooking(refresh: () => Promise<void>, list: First | null, atOnce: boolean | null): void {
  const newest = useRef(refresh);
  newest.current = refresh;
  useEffect(() => {
    const look = (): void => void (document.hidden || newest.current());
    if (atOnce) look();
    const timer = setInterval(look, EVERY_MS);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, []);
  const next = nextFire(list?.items ?? []);
  useEffect(() => {
    if (next === null) return;
    const left = next - Date.now() + AFTER_FIRE_MS;
    // Farther ahead than a timer reaches, the regular look finds it.
    if (left < 0 || left > 86_400_000) return;
    const timer = setTimeout(() => void newest.current(), left);
    return () => clearTimeout(timer);
  }, [next]);
}

/** The moment at which one of them fires next (epoch ms). */
export function nextFire(items: readonly Schedule[]): number | null {
  const ahead = items.flatMap(({ nextRun }) => nextRun === null ? [] : [Date.parse(nextRun)]);
  return ahead.length === 0 ? null : Math.min(...ahead);
}
