import type { ExecutionEvent } from "../../engine/schemas/event.ts";
import type { ExecutionSummary } from "../../engine/schemas/execution.ts";
import { eventData, reduceSummary } from "./live_reducer.ts";

/** The list as it stands on the screen. `gathered` waits behind the "3 new" button, newest first. */
export interface LiveList {
  items: ExecutionSummary[];
  gathered: ExecutionSummary[];
  /** Newest event applied per execution: what tells a repeat, and a reading that is older than the screen. */
  seqs: { [executionId: string]: number };
  /** Something happened to an execution that is not on the screen: read the first page again. */
  stale: boolean;
}

export function liveList(items: ExecutionSummary[]): LiveList {
  return { items, gathered: [], seqs: {}, stale: false };
}

/** Repaints the row that the event is about, in place. Unknown executions only mark the list stale. */
export function reduceList(list: LiveList, event: ExecutionEvent): LiveList {
  const data = eventData(event);
  if (data === null) return list;
  const id = event.executionId;
  if (data.seq <= (list.seqs[id] ?? 0)) return list;
  if (!has(list.items, id) && !has(list.gathered, id)) {
    // Only the start of an execution can bring a new row; steps of others are not this page's matter.
    return list.stale || event.taskId !== null ? list : { ...list, stale: true };
  }
  return {
    ...list,
    items: repaint(list.items, event),
    gathered: repaint(list.gathered, event),
    seqs: { ...list.seqs, [id]: data.seq },
  };
}

/**
 * Takes in the first page as read again. `before` is the list as it was when the reading began: rows that an
 * event repainted since are newer than the reading and stay. New rows are gathered, never inserted.
 */
export function takeFirstPage(
  list: LiveList,
  before: LiveList,
  read: readonly ExecutionSummary[],
): LiveList {
  const known = new Map(read.map((row) => [row.id, row]));
  const fresher = (row: ExecutionSummary): ExecutionSummary =>
    list.seqs[row.id] === before.seqs[row.id] ? known.get(row.id) ?? row : row;
  const newest = list.items[0]?.id ?? "";
  const shown = new Set([...list.items, ...list.gathered].map((row) => row.id));
  // Ids are ULIDs: what sorts above the first row was created after it.
  const arrived = read.filter((row) => row.id > newest && !shown.has(row.id));
  const gathered = [...arrived, ...list.gathered.map(fresher)].sort((a, b) => a.id < b.id ? 1 : -1);
  return { items: list.items.map(fresher), gathered, seqs: list.seqs, stale: false };
}

/** The gathered rows go on top, because somebody asked for them. */
export function showGathered(list: LiveList): LiveList {
  return { ...list, items: [...list.gathered, ...list.items], gathered: [] };
}

function has(rows: readonly ExecutionSummary[], id: string): boolean {
  return rows.some((row) => row.id === id);
}

function repaint(rows: ExecutionSummary[], event: ExecutionEvent): ExecutionSummary[] {
  if (!has(rows, event.executionId)) return rows;
  return rows.map((row) => row.id === event.executionId ? reduceSummary(row, event) : row);
}
