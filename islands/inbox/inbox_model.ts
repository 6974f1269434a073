import type { InboxItem } from "../../engine/schemas/inbox.ts";

export interface InboxState {
  /** In the order in which they are drawn; what was settled here keeps its place as a line. */
  items: InboxItem[];
  /** Came while the page was open; shown when asked for, so that nothing moves under the pointer. */
  gathered: InboxItem[];
  /** By item id: what was answered here, in words. */
  settled: ReadonlyMap<string, string>;
}

/** The page as it is first drawn. */
export function firstState(items: readonly InboxItem[]): InboxState {
  return { items: sortItems(items), gathered: [], settled: new Map() };
}

/** Due first (earliest due), then the oldest: the order in which a person should go through them. */
export function sortItems(items: readonly InboxItem[]): InboxItem[] {
  return [...items].sort((a, b) => {
    const [x, y] = [orderOf(a), orderOf(b)];
    return x < y ? -1 : x > y ? 1 : 0;
  });
}

function orderOf({ dueAt, createdAt, id }: InboxItem): string {
  return `${dueAt ?? "9999"} ${createdAt} ${id}`;
}

/**
 * Takes in what the server holds now: shown cards are repainted where they are, what is gone elsewhere goes, what is
 * new gathers. Items just settled here may still be in an answer that was under way: they stay lines.
 */
export function refreshed(state: InboxState, fresh: readonly InboxItem[]): InboxState {
  const byId = new Map(fresh.map((item) => [item.id, item]));
  const shown = new Set(state.items.map(({ id }) => id));
  return {
    settled: state.settled,
    items: state.items.flatMap((item) => state.settled.has(item.id) ? item : byId.get(item.id) ?? []),
    gathered: sortItems(fresh.filter(({ id }) => !shown.has(id))),
  };
}

/** Shows what gathered, in order; lines of what was settled have been read and go. */
export function taken(state: InboxState): InboxState {
  const open = state.items.filter(({ id }) => !state.settled.has(id));
  return { items: sortItems([...open, ...state.gathered]), gathered: [], settled: new Map() };
}

/** The card leaves and a line in its place says what happened. */
export function settledHere(state: InboxState, item: InboxItem, words: string): InboxState {
  return { ...state, settled: new Map([...state.settled, [item.id, words]]) };
}

/** How many still need a person. */
export function openCount(state: InboxState): number {
  return state.items.filter(({ id }) => !state.settled.has(id)).length + state.gathered.length;
}

/** "Call Ann — Interested". */
export function outcomeWords(item: InboxItem, outcome: { label: string }): string {
  return `${item.title} — ${outcome.label}`;
}

/** Approvals that name their approvers are answered by these alone, and once by each. */
export function mayAnswer({ approval }: InboxItem, viewer: string): boolean {
  if (!approval || approval.approvers.length === 0) return true;
  const address = viewer.toLowerCase();
  return approval.approvers.includes(address) && !approval.votes.some(({ by }) => by === address);
}
