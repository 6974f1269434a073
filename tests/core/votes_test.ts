import assert from "node:assert/strict";
import fc from "fast-check";
import { decisionOf } from "../../engine/core/votes.ts";
import type { Choice } from "../../engine/schemas/approval.ts";

const choices = fc.array(fc.constantFrom<Choice>("approved", "declined"), { maxLength: 20 });
const rule = fc.record({
  approvers: fc.integer({ min: 0, max: 20 }).map((count) =>
    Array.from({ length: count }, (_, i) => `a${i}@b.ch`)
  ),
  needed: fc.integer({ min: 1, max: 20 }),
  veto: fc.boolean(),
}).filter(({ approvers, needed }) => approvers.length === 0 || approvers.length >= needed);

function votesOf(list: readonly Choice[]): { choice: Choice }[] {
  return list.map((choice) => ({ choice }));
}

Deno.test("decisionOf() never changes by a later vote", () => {
  fc.assert(fc.property(rule, choices, (facts, list) => {
    let decided: Choice | null = null;
    for (let n = 0; n <= list.length; n++) {
      const now = decisionOf(facts, votesOf(list.slice(0, n)));
      if (decided !== null) assert.equal(now, decided);
      decided = now;
    }
  }));
});

Deno.test("decisionOf() approves with the number and no veto before it, and else never", () => {
  fc.assert(fc.property(rule, choices, (facts, list) => {
    if (decisionOf(facts, votesOf(list)) !== "approved") return;
    assert.ok(list.filter((choice) => choice === "approved").length >= facts.needed);
    const last = list.findIndex((_, i) =>
      list.slice(0, i + 1).filter((one) => one === "approved").length === facts.needed
    );
    if (facts.veto) assert.ok(!list.slice(0, last).includes("declined"));
  }));
});

Deno.test("decisionOf() is decided once every approver has voted", () => {
  fc.assert(fc.property(rule, choices, (facts, list) => {
    fc.pre(facts.approvers.length > 0 && list.length >= facts.approvers.length);
    assert.notEqual(decisionOf(facts, votesOf(list.slice(0, facts.approvers.length))), null);
  }));
});

const rows: { facts: Parameters<typeof decisionOf>[0]; votes: Choice[]; decides: Choice | null }[] = [
  { facts: { approvers: [], needed: 1, veto: true }, votes: [], decides: null },
  { facts: { approvers: [], needed: 2, veto: true }, votes: ["approved"], decides: null },
  { facts: { approvers: [], needed: 2, veto: false }, votes: ["declined", "approved"], decides: null },
  { facts: { approvers: [], needed: 2, veto: false }, votes: ["declined", "declined"], decides: "declined" },
  { facts: { approvers: ["a", "b", "c"], needed: 2, veto: false }, votes: ["declined"], decides: null },
  {
    facts: { approvers: ["a", "b", "c"], needed: 2, veto: false },
    votes: ["declined", "declined"],
    decides: "declined",
  },
  {
    facts: { approvers: ["a", "b", "c"], needed: 2, veto: true },
    votes: ["approved", "declined"],
    decides: "declined",
  },
  {
    facts: { approvers: ["a", "b", "c"], needed: 2, veto: true },
    votes: ["approved", "approved"],
    decides: "approved",
  },
];
for (const { facts, votes, decides } of rows) {
  Deno.test(`decisionOf() ${facts.needed} of ${facts.approvers.length || "any"}${facts.veto ? ", veto" : ""}: ${votes.join(", ") || "no vote"} → ${decides}`, () => {
    assert.equal(decisionOf(facts, votesOf(votes)), decides);
  });
}
