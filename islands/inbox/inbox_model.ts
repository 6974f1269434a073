import type { CardOwner, CauseCard, InboxItem } from "../../engine/schemas/inbox.ts";

/** One card: all that failed for one cause, or one thing to do. */
export type Card = CauseCard | InboxItem;

/** What became of a card here. */
export interface Settled {
  words: string;
  /** Of a cause: when its newest failure was, by then. */
  lastAt: string;
}

export interface InboxState {
  /** In the order in which they are drawn; what was settled here keeps its place as a line. */
  items: Card[];
  /** Came while the page was open; shown when asked for, so that nothing moves under the pointer. */
  gathered: Card[];
  /** By card id: what was answered here. */
  settled: ReadonlyMap<string, Settled>;
}

/** The page as it is first drawn. */
export function firstState(items: readonly Card[]): InboxState {
  return { items: sortItems(items), gathered: [], settled: new Map() };
}

/** Causes first, those of most executions before others; then what is due, earliest first; then the oldest. */
export function sortItems(items: readonly Card[]): Card[] {
  return [...items].sort((a, b) => {
    const [x, y] = [orderOf(a), orderOf(b)];
    return x < y ? -1 : x > y ? 1 : 0;
  });
}

function orderOf(card: Card): string {
  // A blank comes before every date.
  const first = isCause(card) ? ` ${String(1e6 - card.count)}` : card.dueAt ?? "9999";
  return `${first} ${card.createdAt} ${card.id}`;
}

export function isCause(card: Card): card is CauseCard {
  return card.kind === "cause";
}

/**
 * Takes in what the server holds now: shown cards are repainted where they are, what is gone elsewhere goes, what is
 * new gathers. Items just settled here may still be in an answer that was under way: they stay lines. A cause for which
 * something has failed since it was settled is new.
 */
export function refreshed(state: InboxState, fresh: readonly Card[]): InboxState {
  const byId = new Map(fresh.map((item) => [item.id, item]));
  const shown = new Set(state.items.map(({ id }) => id));
  return {
    settled: state.settled,
    items: state.items.flatMap((item) => state.settled.has(item.id) ? item : byId.get(item.id) ?? []),
    gathered: sortItems(fresh.filter((card) => {
      const settled = state.settled.get(card.id);
      return settled ? isCause(card) && card.lastAt > settled.lastAt : !shown.has(card.id);
    })),
  };
}

/** Shows what gathered, in order; lines of what was settled have been read and go. */
export function taken(state: InboxState): InboxState {
  const open = state.items.filter(({ id }) => !state.settled.has(id));
  return { items: sortItems([...open, ...state.gathered]), gathered: [], settled: new Map() };
}

/** The card leaves and a line in its place says what happened. */
export function settledHere(state: InboxState, item: Card, words: string): InboxState {
  const settled = { words, lastAt: isCause(item) ? item.lastAt : "" };
  return { ...state, settled: new Map([...state.settled, [item.id, settled]]) };
}

/** The card as it is owned now, without waiting for the next look. */
export function owned(state: InboxState, id: string, owner: CardOwner | null): InboxState {
  const items = state.items.map((item): Card => {
    if (item.id !== id) return item;
    const { owner: _before, ...rest } = item;
    return owner ? { ...rest, owner } : rest;
  });
  return { ...state, items };
}

/** How many still need a person. */
export function openCount(state: InboxState): number {
  return state.items.filter(({ id }) => !state.settled.has(id)).length + state.gathered.length;
}

/** "Call Ann — Interested". */
export function outcomeWords(item: Pick<InboxItem, "title">, outcome: { label: string }): string {
  return `${item.title} — ${outcome.label}`;
}

/** Approvals that name their approvers are answered by these alone, and once by each. */
export function mayAnswer({ approval }: InboxItem, viewer: string): boolean {
  if (!approval || approval.approvers.length === 0) return true;
  const address = viewer.toLowerCase();
  return approval.approvers.includes(address) && !approval.votes.some(({ by }) => by === address);
}

/** "50 runs", "1,000 runs and more". */
export function runsWords({ count, more }: Pick<CauseCard, "count" | "more">): string {
  const many = new Intl.NumberFormat("en").format(count);
  return `${many} ${count === 1 ? "run" : "runs"}${more ? " and more" : ""}`;
}

/** Does another value of a secret mend it? */
export function isAboutSecret({ status, code }: Pick<CauseCard, "status" | "code">): boolean {
  return status === 401 || status === 403 || code.startsWith("secret") ||
    /^bad_\w*(webhook|secret)/.test(code) ||
    code === "EAUTH";
}

/** Where the node is drawn, for whoever mends it. */
export function editorPath({ workflowId, nodeId }: { workflowId: string; nodeId: string }): string {
  return `/workflow/${encodeURIComponent(workflowId)}?node=${encodeURIComponent(nodeId)}#node`;
}
