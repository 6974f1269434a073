import type { InboxItem } from "../../engine/schemas/inbox.ts";

/** What was answered here and what came of it: the line that stands where the card was. */
export interface Settled {
  id: string;
  words: string;
  executionId: string;
}

export interface InboxState {
  items: InboxItem[];
  /** Came while the page was open; shown when asked for, so that nothing moves under the pointer. */
  gathered: InboxItem[];
  settled: Settled[];
}

/** Due first (earliest due), then the oldest: the order in which a person should go through them. */
export function sortItems(items: readonly InboxItem[]): InboxItem[] {
  return [...items].sort((a, b) => orderOf(a).localeCompare(orderOf(b)));
}

function orderOf({ dueAt, createdAt, id }: InboxItem): string {
  return `${dueAt ?? "9999"} ${createdAt} ${id}`;
}

/**
 * Takes in what the server holds now: shown cards are repainted where they are, what is gone elsewhere goes, what is
 * new gathers. Items just settled here may still be in an answer that was under way: they stay away.
 */
export function refreshed(state: InboxState, fresh: readonly InboxItem[]): InboxState {
  const settled = new Set(state.settled.map(({ id }) => id));
  const byId = new Map(fresh.filter(({ id }) => !settled.has(id)).map((item) => [item.id, item]));
  const shown = new Set(state.items.map(({ id }) => id));
  return {
    settled: state.settled,
    items: state.items.flatMap(({ id }) => byId.get(id) ?? []),
    gathered: sortItems([...byId.values()].filter(({ id }) => !shown.has(id))),
  };
}

/** Shows what gathered, in order. */
export function taken(state: InboxState): InboxState {
  return { ...state, items: sortItems([...state.items, ...state.gathered]), gathered: [] };
}

/** The card leaves and its line says what happened. */
export function settledHere(state: InboxState, item: InboxItem, words: string): InboxState {
  return {
    ...state,
    items: state.items.filter(({ id }) => id !== item.id),
    settled: [{ id: item.id, words, executionId: item.executionId }, ...state.settled].slice(0, 5),
  };
}

/** "Call Ann — Interested." */
export function outcomeWords(item: InboxItem, outcome: { label: string }): string {
  return `${item.title} — ${outcome.label}`;
}
