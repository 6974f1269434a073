import { z } from "zod";
import { Duration, durationMs } from "./duration.ts";
import { DAY_MS } from "./duration_units.ts";
import { NodeId } from "./json.ts";

const shared = {
  count: z.number().int().min(1).max(100_000).meta({
    title: "Attempts",
    description: "So many may begin in any period.",
  }),
  period: Duration.refine(
    (period) => durationMs(period) >= 1_000 && durationMs(period) <= 30 * DAY_MS,
    "1 second to 30 days",
  ).meta({ title: "Period", description: "1 second to 30 days.", format: "duration" }),
  /** Absent: every step that acts on the world. */
  nodes: z.array(NodeId).min(1).max(50).optional().meta({
    title: "Steps",
    description: "Node ids; absent: every step that acts on the world.",
  }),
  /** Counted over all workflows with the same shared rate, not over this workflow alone. */
  shared: z.boolean().optional().meta({
    title: "Shared",
    description:
      "Counted together with every workflow that shares a rate of the same host or key and period.",
  }),
};

const Host = z.string().trim().toLowerCase().max(253).regex(
  /^(?!-)[\p{L}\p{N}_-]+(\.[\p{L}\p{N}_-]+)*$|^\[[0-9a-f:.]+\]$/u,
  "a host such as api.example.com, without https:// and path",
);

/** How often steps may begin an attempt: to a host, or for each value of a key such as `{{ lead.company }}`. */
export const Rate = z.discriminatedUnion("per", [
  z.strictObject({
    per: z.literal("host"),
    host: Host.optional().meta({ title: "Host", description: "Absent: every host, each by itself." }),
    ...shared,
  }),
  z.strictObject({
    per: z.literal("key"),
    key: z.string().trim().min(1).max(500).meta({
      title: "Key",
      description: "A template over lead, trigger and execution; each of its values counts by itself.",
    }),
    ...shared,
  }),
]).meta({ id: "Rate" });
export type Rate = z.infer<typeof Rate>;

export const Rates = z.array(Rate).max(10).meta({ title: "Rates" });
