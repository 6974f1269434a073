import assert from "node:assert/strict";
import fc from "fast-check";
import { checkRunnable, checkShape } from "../../engine/core/check.ts";
import { giveTurns, graceMs, nextAt, recordId, spanMs, withStamp } from "../../engine/core/rate.ts";
import type { Pace, RateState, Stamps, TurnGiven } from "../../engine/core/rate.ts";
import { paceInWords, paceSubject, rateSentence } from "../../engine/core/rate_words.ts";
import type { Rate } from "../../engine/schemas/rate.ts";
import { WorkflowGraph, WorkflowSettings } from "../../engine/schemas/workflow.ts";
import { mostIn } from "../helpers/rates.ts";

const START = Date.UTC(2026, 10, 22, 9);

function pace(count: number, periodMs: number, value = "api.example.com"): Pace {
  return { per: "host", record: ["wf1", `${periodMs} host`, value], count, periodMs };
}

interface Caller {
  at: number;
  arrived: number;
  turn: number | null;
}

/** Everybody comes, asks, and comes again when told; `late` says how late. Who began when, in order. */
function play(
  paces: readonly Pace[],
  arrivals: readonly number[],
  late: () => number,
): { starts: number[]; order: number[]; asked: number } {
  const states = new Map<string, RateState>();
  const callers: Caller[] = arrivals.map((at, arrived) => ({ at: START + at, arrived, turn: null }));
  const starts: number[] = [];
  const order: number[] = [];
  let asked = 0;
  while (callers.length > 0) {
    const now = Math.min(...callers.map(({ at }) => at));
    const here = callers.filter(({ at }) => at === now).sort((a, b) => a.arrived - b.arrived);
    const given: TurnGiven[] = giveTurns(
      states,
      here.map(({ turn }) => ({ paces, turn, alone: false })),
      { now, room: Infinity },
    );
    asked += here.length;
    for (const [i, caller] of here.entries()) {
      const answer = given[i]!;
      assert.notEqual(answer, "room");
      if (typeof answer === "object") {
        assert.ok(answer.at > now, "who is told to come again is told a later moment");
        Object.assign(caller, { at: answer.at + late(), turn: answer.at });
        continue;
      }
      starts.push(now);
      order.push(caller.arrived);
      callers.splice(callers.indexOf(caller), 1);
    }
  }
  return { starts, order, asked };
}

const PERIODS = [1_000, 10_000, 60_000, 3_600_000, 86_400_000];

Deno.test("giveTurns() never lets more begin in a period than promised, however late who is called comes", () => {
  let most = 0;
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 12 }),
      fc.constantFrom(...PERIODS),
      fc.array(fc.integer({ min: 0, max: 3_000 }), { minLength: 1, maxLength: 60 }),
      fc.infiniteStream(fc.integer({ min: 0, max: 400 })),
      (count, periodMs, arrivals, lateness) => {
        const one = pace(count, periodMs);
        // In thousandths of the period: up to three periods of arrivals, up to 0.4 of it late.
        const unit = periodMs / 1_000;
        const late = (): number => Math.floor((lateness.next().value ?? 0) * unit);
        const { starts } = play([one], arrivals.map((at) => Math.floor(at * unit)), late);
        assert.equal(starts.length, arrivals.length);
        const found = mostIn(starts, periodMs);
        most = Math.max(most, found / count);
        assert.ok(found <= count, `${found} in ${periodMs} ms, promised ${count}`);
      },
    ),
    { numRuns: 400 },
  );
  assert.equal(most, 1, "a period was full to the brim");
});

Deno.test("giveTurns() in time keeps the order, starts everybody, and wastes no more than its margin", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 200 }),
      fc.constantFrom(...PERIODS),
      fc.integer({ min: 1, max: 300 }),
      (count, periodMs, callers) => {
        const one = pace(count, periodMs);
        const { starts, order, asked } = play([one], Array(callers).fill(0), () => 0);
        assert.deepEqual(order, order.toSorted((a, b) => a - b));
        assert.ok(asked <= 2 * callers, "each asks at once, and once more at its turn");
        const rounds = Math.ceil(callers / count) - 1;
        const took = Math.max(...starts) - START;
        assert.ok(took <= rounds * (spanMs(one) + spanMs(one) / 64 + 1), `${took} ms for ${rounds} periods`);
        assert.ok(took >= rounds * periodMs);
      },
    ),
    { numRuns: 100 },
  );
});

Deno.test("giveTurns() of several rates keeps each, and names the one that holds", () => {
  const [second, hour] = [pace(2, 1_000), pace(5, 3_600_000)];
  const states = new Map<string, RateState>();
  const asks = Array.from({ length: 12 }, () => ({ paces: [second, hour], turn: null, alone: false }));
  const given = giveTurns(states, asks, { now: START, room: Infinity });
  assert.deepEqual(given.slice(0, 2), ["start", "start"]);
  assert.deepEqual(given[2], { at: START + spanMs(second), pace: second });
  assert.deepEqual(given[5], { at: START + spanMs(hour), pace: hour });
  const { starts } = play([second, hour], Array(12).fill(0), () => 0);
  assert.equal(mostIn(starts, 1_000), 2);
  assert.equal(mostIn(starts, 3_600_000), 5);
});

Deno.test("giveTurns() lets nobody overtake, and whoever was late begins as soon as the count allows", () => {
  const one = pace(1, 60_000);
  const states = new Map<string, RateState>();
  const ask = (turn: number | null, now: number): TurnGiven =>
    giveTurns(states, [{ paces: [one], turn, alone: false }], { now, room: Infinity })[0]!;
  const at = (given: TurnGiven): number => typeof given === "object" ? given.at : NaN;
  assert.equal(ask(null, START), "start");
  const second = at(ask(null, START));
  const third = at(ask(null, START));
  assert.deepEqual([second, third], [START + 63_000, START + 126_000]);
  // The second does not come: who comes new stands behind the third, and the second is late by half a period.
  assert.equal(at(ask(null, START + 80_000)), START + 189_000);
  assert.equal(ask(second, START + 93_000), "start");
  // The third gives way, by as much as the second was late beyond what counts as in time.
  const late = at(ask(third, START + 126_000));
  assert.equal(late, START + 93_000 - graceMs(one) + spanMs(one));
  assert.equal(ask(third, late), "start");
});

Deno.test("giveTurns() without room says so, counts nothing and keeps the turn", () => {
  const one = pace(5, 60_000);
  const states = new Map<string, RateState>();
  const asks = [1, 2, 3].map(() => ({ paces: [one], turn: null, alone: false }));
  assert.deepEqual(giveTurns(states, asks, { now: START, room: 1 }), ["start", "room", "room"]);
  assert.deepEqual(states.get(recordId(one))?.started, [[START, 1]]);
  const suspect = { paces: [one], turn: null, alone: true };
  assert.deepEqual(
    giveTurns(states, [suspect], { now: START, room: 0 }),
    ["start"],
    "it has room of its own",
  );
});

Deno.test("withStamp() keeps records small, and counts nothing shorter than it lasts", () => {
  const one = pace(100_000, 60_000);
  let stamps: Stamps = [];
  for (let at = 0; at < 50_000; at += 7) {
    stamps = withStamp(stamps, START + at, { pace: one, now: START + at });
  }
  assert.ok(stamps.length <= 128, `${stamps.length} stamps`);
  const total = stamps.reduce((sum, [, count]) => sum + count, 0);
  assert.equal(total, Math.ceil(50_000 / 7));
  // The 5,000th from the end began at that moment: one more is due its span later, and not much after.
  const exact = START + 7 * (total - 5_000) + spanMs(one);
  const found = nextAt(stamps, { ...one, count: 5_000 }, START + 50_000);
  assert.ok(found >= exact && found <= exact + spanMs(one) / 64 + 1, `${found - exact}`);
});

const RATES: Rate[] = [
  { per: "host", host: "api.example.com", count: 10, period: { value: 1, unit: "minutes" } },
  { per: "host", count: 1_000, period: { value: 1, unit: "days" }, shared: true },
  {
    per: "key",
    key: "{{ lead.company }}",
    count: 2,
    period: { value: 3, unit: "hours" },
    nodes: ["mail", "call"],
  },
];

Deno.test("rateSentence() says a rate as people do", () => {
  const nameOf = (id: string): string => id === "mail" ? "Send mail" : id;
  assert.deepEqual(RATES.map((rate) => rateSentence(rate, nameOf)), [
    "At most 10 a minute to api.example.com.",
    "At most 1,000 a day to each host, counted together with other workflows.",
    "At most 2 in 3 hours for each lead.company, only Send mail and call.",
  ]);
  assert.equal(paceInWords({ count: 1, period: { value: 1, unit: "hours" } }), "1 an hour");
  assert.equal(paceSubject(pace(10, 60_000)), "10 a minute to api.example.com");
  assert.equal(
    paceSubject({ ...pace(2, 10_800_000, "Acme"), per: "key" }),
    "2 in 3 h for Acme",
  );
});

const NO_TYPES = (): undefined => undefined;

Deno.test("settings.limits.rates is strict, and each problem names its field", () => {
  const paths = (rates: unknown): string[] => {
    const parsed = WorkflowSettings.safeParse({ limits: { rates } });
    return parsed.error?.issues.map(({ path }) => path.join(".").replace("limits.rates.", "")) ?? [];
  };
  const one = RATES[0]!;
  assert.deepEqual(paths(RATES), []);
  assert.deepEqual(paths([{ ...one, count: 0 }]), ["0.count"]);
  assert.deepEqual(paths([{ ...one, count: 100_001 }]), ["0.count"]);
  assert.deepEqual(paths([{ ...one, period: { value: 0.5, unit: "seconds" } }]), ["0.period"]);
  assert.deepEqual(paths([{ ...one, period: { value: 31, unit: "days" } }]), ["0.period"]);
  assert.deepEqual(paths([{ ...one, host: "https://api.example.com/v1" }]), ["0.host"]);
  assert.deepEqual(paths([{ ...one, burst: 3 }]), ["0"]);
  assert.deepEqual(paths([{ ...one, nodes: [] }]), ["0.nodes"]);
  assert.deepEqual(paths([{ ...one, per: "lead" }]), ["0.per"]);
  assert.deepEqual(paths(Array(11).fill(one)), ["limits.rates"]);
});

Deno.test("checkShape() refuses a key that is no template, checkRunnable() a node that is not there", () => {
  const graph = (rate: Partial<Rate>): WorkflowGraph =>
    WorkflowGraph.parse({ settings: { limits: { rates: [{ ...RATES[2], ...rate }] } } });
  const shape = (key: string): string[] =>
    checkShape(graph({ per: "key", key }), NO_TYPES).map(({ path, message }) => `${path}: ${message}`);
  assert.deepEqual(shape("{{ lead.company }}"), []);
  assert.deepEqual(shape("{{ lead.email | downcase }} {{ trigger.body.kind }}"), []);
  for (const wrong of ["{{ lead.company", "{{ steps.a.output.id }}", "company"]) {
    assert.match(shape(wrong).join(), /^settings\.limits\.rates\.0\.key: /, wrong);
  }
  const issues = checkRunnable(graph({ nodes: ["gone"] }), NO_TYPES);
  const found = issues.find(({ path }) => path === "settings.limits.rates.0.nodes");
  assert.match(found?.message ?? "", /about "gone", and there is no such node/);
});

Deno.test("giveTurns() counts what begins late so that it still begins within its grace", () => {
  const one = pace(1, 60_000);
  const states = new Map<string, RateState>();
  const asks = [{ paces: [one], turn: null, alone: false }];
  assert.deepEqual(giveTurns(states, asks, { now: START, room: 1, lateMs: 10_000 }), ["start"]);
  // It begins at START + 10 s at the latest: the next one is a period behind that.
  assert.deepEqual(giveTurns(states, asks, { now: START, room: 1 }), [{ at: START + 70_000, pace: one }]);
});
