import assert from "node:assert/strict";
import {
  firstState,
  type InboxState,
  openCount,
  outcomeWords,
  refreshed,
  settledHere,
  sortItems,
  taken,
} from "../../islands/inbox/inbox_model.ts";
import type { CauseCard } from "../../engine/schemas/inbox.ts";
import { inboxItem } from "./sample_data.ts";

const older = inboxItem({ id: "a", createdAt: "2026-11-20T09:00:00.000Z" });
const newer = inboxItem({ id: "b", createdAt: "2026-11-21T09:00:00.000Z" });
const due = inboxItem({ id: "c", createdAt: "2026-11-22T09:00:00.000Z", dueAt: "2026-11-23T09:00:00.000Z" });

function ids(state: InboxState): string[] {
  return state.items.map(({ id }) => id);
}

Deno.test("sortItems() puts what is due first, then the oldest", () => {
  assert.deepEqual(sortItems([newer, due, older]).map(({ id }) => id), ["c", "a", "b"]);
});

Deno.test("sortItems() puts causes above all else, and what most failed for first", () => {
  const cause = (id: string, count: number, createdAt: string): CauseCard => ({
    id,
    kind: "cause",
    title: "401 from api.example.com",
    description: "",
    ...{ type: "api", code: "http_401", status: 401, host: "api.example.com" },
    count,
    more: false,
    where: [],
    secrets: [],
    newest: { executionId: "e1", nodeId: "ask" },
    createdAt,
    lastAt: createdAt,
  });
  const few = cause("few", 9, "2026-11-19T09:00:00.000Z");
  const many = cause("many", 37, "2026-11-22T09:00:00.000Z");
  const first = cause("first", 9, "2026-11-18T09:00:00.000Z");
  const sorted = sortItems([older, few, due, many, first]);
  assert.deepEqual(sorted.map(({ id }) => id), ["many", "first", "few", "c", "a"]);
});

Deno.test("refreshed() gathers what is new instead of moving what is shown", () => {
  const state = refreshed(firstState([older, newer]), [due, older, newer]);
  assert.deepEqual(ids(state), ["a", "b"]);
  assert.deepEqual(state.gathered.map(({ id }) => id), ["c"]);
  assert.equal(openCount(state), 3);
  assert.deepEqual(ids(taken(state)), ["c", "a", "b"]);
  assert.deepEqual(taken(state).gathered, []);
});

Deno.test("refreshed() drops what was settled elsewhere and repaints what changed", () => {
  const renamed = { ...newer, title: "Call Ann again" };
  const state = refreshed(firstState([older, newer]), [renamed]);
  assert.deepEqual(ids(state), ["b"]);
  assert.equal(state.items[0]?.title, "Call Ann again");
});

Deno.test("settledHere() keeps a line in the card's place, also when a late answer still lists the item", () => {
  const settled = settledHere(firstState([older, newer]), older, "Call Ann — Interested");
  for (const answer of [[older, newer], [newer]]) {
    const state = refreshed(settled, answer);
    assert.deepEqual(ids(state), ["a", "b"]);
    assert.equal(state.settled.get("a")?.words, "Call Ann — Interested");
    assert.deepEqual(state.gathered, []);
    assert.equal(openCount(state), 1);
  }
});

Deno.test("outcomeWords() says what was answered", () => {
  assert.equal(outcomeWords(older, { label: "Interested" }), "Call Ann — Interested");
});
