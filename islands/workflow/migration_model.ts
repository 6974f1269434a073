/** Where executions of older versions stand, as a person decides about them: pure. */
import type { MigrationMode, Running, RunningNode, RunningVersion } from "../../engine/schemas/mending.ts";
import { numberWords } from "../monitoring/bulk_words.ts";

/** Pages summed to the whole: an answer looks for 50 ms and says where to go on. */
export function summed(pages: readonly Running[]): RunningVersion[] {
  const versions = new Map<number, RunningVersion>();
  for (const item of pages.flatMap(({ items }) => items)) {
    const known = versions.get(item.version);
    versions.set(item.version, known ? added(known, item) : item);
  }
  return [...versions.values()].sort((a, b) => b.version - a.version);
}

function added(one: RunningVersion, other: RunningVersion): RunningVersion {
  return {
    version: one.version,
    count: one.count + other.count,
    movable: one.movable + other.movable,
    restartable: one.restartable + other.restartable,
    nodes: together(one.nodes, other.nodes, (node) => node.nodeId, (a, b): RunningNode => ({
      ...a,
      count: a.count + b.count,
      movable: a.movable + b.movable,
      reasons: together(a.reasons, b.reasons, ({ text }) => text, counted),
    })),
    begins: together(one.begins, other.begins, ({ nodeId }) => nodeId, counted),
  };
}

function counted<T extends { count: number }>(a: T, b: T): T {
  return { ...a, count: a.count + b.count };
}

function together<T>(
  one: readonly T[],
  other: readonly T[],
  nameOf: (each: T) => string,
  add: (a: T, b: T) => T,
): T[] {
  const all = new Map(one.map((each) => [nameOf(each), each]));
  for (const each of other) {
    const known = all.get(nameOf(each));
    all.set(nameOf(each), known ? add(known, each) : each);
  }
  return [...all.values()];
}

/** What becomes of them: nothing, or one of the two ways to the newest version. */
export type Choice = "keep" | MigrationMode;

export interface Reach {
  count: number;
  movable: number;
  restartable: number;
  begins: RunningVersion["begins"];
}

/** Executions that a choice is about: of one version, or of all (null). */
export function reachOf(items: readonly RunningVersion[], from: number | null): Reach {
  const chosen = items.filter(({ version }) => from === null || version === from);
  const sum = (of: (item: RunningVersion) => number): number =>
    chosen.reduce((all, item) => all + of(item), 0);
  return {
    count: sum(({ count }) => count),
    movable: sum(({ movable }) => movable),
    restartable: sum(({ restartable }) => restartable),
    begins: chosen.reduce<RunningVersion["begins"]>(
      (all, { begins }) => together(all, begins, ({ nodeId }) => nodeId, counted),
      [],
    ),
  };
}

/** How many the choice acts on: what a POST confirms. */
export function countFor(choice: Choice, { movable, restartable }: Reach): number {
  return choice === "migrate" ? movable : choice === "restart" ? restartable : 0;
}

export function executionsWords(count: number): string {
  return `${numberWords(count)} ${count === 1 ? "execution" : "executions"}`;
}

/** "37 executions run an older version". */
export function headline(count: number): string {
  return `${executionsWords(count)} ${count === 1 ? "runs" : "run"} an older version`;
}

/** "all", "none" or "3 of 5". */
export function movableWords({ count, movable }: Pick<RunningNode, "count" | "movable">): string {
  return movable === count
    ? "all"
    : movable === 0
    ? "none"
    : `${numberWords(movable)} of ${numberWords(count)}`;
}
