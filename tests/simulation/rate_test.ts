import assert from "node:assert/strict";
import { chain, hookNode, node } from "../helpers/engine.ts";
import { stepOf, withDraft } from "./dry_run.ts";
import type { Graph } from "./dry_run.ts";

const url = "https://api.example.com/v1/contacts";
const GRAPH: Graph = {
  nodes: [hookNode("go"), ...["a", "b", "c"].map((id) => node(id, "api", { method: "GET", url }))],
  edges: chain("hook", "a", "b", "c"),
  settings: {
    limits: {
      rates: [{ per: "host", host: "api.example.com", count: 1, period: { value: 1, unit: "minutes" } }],
    },
  },
};

Deno.test("simulate() tells the holds of a rate at their virtual times", () =>
  withDraft(GRAPH, async (house, _id, dryRun) => {
    const run = await dryRun({ input: { email: "ann@example.com" }, at: "2026-11-23T09:00:00Z" });
    assert.equal(run.endedAs, "completed");
    assert.equal(run.duration, 2 * 63_000);
    assert.equal(stepOf(run, "a").reason, null);
    assert.match(
      stepOf(run, "b").reason?.text ?? "",
      /^Waiting — 1 a minute to api\.example\.com, about 09:01:03 UTC$/,
    );
    assert.match(stepOf(run, "c").reason?.text ?? "", /about 09:02:06 UTC$/);
    // What it counted stays in it.
    assert.deepEqual(await house.store.keys({ selector: { prefix: ["rate"] } }), []);
  }));
