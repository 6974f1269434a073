import { z } from "zod";
import { ExecutionFilter } from "./execution.ts";
import { Json } from "./json.ts";

/** Which version a replay runs: the one that ran, the live one, or one by number. */
export const VersionChoice = z.union([z.enum(["same", "latest"]), z.number().int().min(1)]);
export type VersionChoice = z.infer<typeof VersionChoice>;

/** Body of `POST /api/monitoring/executions/:id/replay`. */
export const ReplayInput = z.strictObject({
  /** Where to begin; absent: the trigger. */
  from: z.string().min(1).max(64).optional(),
  /** Absent: `same`. */
  version: VersionChoice.optional(),
  /** Stands in for the trigger's body. */
  input: Json.optional(),
  /** Another lead than the one it was about. */
  leadId: z.string().min(1).max(64).optional(),
  /** Says what it would do, and does nothing. */
  dryRun: z.boolean().optional(),
}).meta({ id: "ReplayInput" });
export type ReplayInput = z.infer<typeof ReplayInput>;

const NamedNode = z.object({ nodeId: z.string(), label: z.string() });

/** What a replay would do. */
export const ReplayPlan = z.object({
  version: z.number().int(),
  from: z.string(),
  /** Their results come along; they do not run. */
  takenOver: z.array(NamedNode),
  /** Ahead of it: `from` and what follows, and what had not ended beside it. */
  ahead: z.array(NamedNode),
}).meta({ id: "ReplayPlan" });
export type ReplayPlan = z.infer<typeof ReplayPlan>;

/** What can be done to all that a filter finds. */
const FILTER_ACTIONS = ["cancel", "retry", "replay"] as const;
export const FilterAction = z.enum(FILTER_ACTIONS);
export type FilterAction = z.infer<typeof FilterAction>;

/** What becomes of executions under way when their workflow has a newer version. */
const MIGRATION_MODES = ["migrate", "restart"] as const;
export const MigrationMode = z.enum(MIGRATION_MODES);
export type MigrationMode = z.infer<typeof MigrationMode>;

export const BulkAction = z.enum([...FILTER_ACTIONS, ...MIGRATION_MODES]);
export type BulkAction = z.infer<typeof BulkAction>;

/** How fast an action on many goes, and on how many. */
export const BULK_PER_SECOND = 10;
export const MAX_BULK = 50_000;
/** So many can be named one by one. */
export const MAX_NAMED = 500;

/** Body of `POST /api/monitoring/executions/bulk`. */
export const BulkInput = z.strictObject({
  action: FilterAction,
  /** All that it finds; or `ids`. */
  filter: z.strictObject(ExecutionFilter.shape).optional(),
  /** These and no others, as a person has picked them; ids that are unknown are passed over. */
  ids: z.array(z.string().min(1).max(64)).min(1).max(MAX_NAMED).optional(),
  /** Of a replay; absent: `same`. */
  version: VersionChoice.optional(),
  /** Counts, and does nothing. */
  dryRun: z.boolean().optional(),
  /** The count that was shown: when it is another by now, nothing starts. */
  expect: z.number().int().min(0).max(MAX_BULK).optional(),
}).refine(
  ({ filter, ids }) => (filter === undefined) !== (ids === undefined),
  { path: ["filter"], message: "either a filter ({} finds all) or ids" },
).meta({ id: "BulkInput" });
export type BulkInput = z.infer<typeof BulkInput>;

/** Which executions it would act on. */
export const BulkCount = z.object({
  count: z.number().int(),
  /** The first twenty ids, newest first. */
  sample: z.array(z.string()),
  /** There are more than one job takes (50,000). */
  truncated: z.boolean(),
  perSecond: z.number().int(),
}).meta({ id: "BulkCount" });
export type BulkCount = z.infer<typeof BulkCount>;

/** Why executions were not acted on; one of them stands for all. */
export const BulkReason = z.object({
  outcome: z.enum(["skipped", "failed"]),
  text: z.string(),
  count: z.number().int(),
  executionId: z.string(),
});
export type BulkReason = z.infer<typeof BulkReason>;

/** An action on many executions, ten a second. */
export const BulkJob = z.object({
  id: z.string(),
  action: BulkAction,
  filter: ExecutionFilter,
  /** They were named one by one; `filter` is empty. */
  named: z.boolean().optional(),
  version: VersionChoice.optional(),
  /** Of `migrate` and `restart`: from this version (absent: from every other), and to which. */
  from: z.number().int().optional(),
  to: z.number().int().optional(),
  status: z.enum(["running", "completed", "cancelled"]),
  /** How many were chosen when it started; `done`, `skipped` and `failed` add up to it. */
  count: z.number().int(),
  done: z.number().int(),
  /** It no longer applied: settled, retried or forgotten meanwhile. */
  skipped: z.number().int(),
  failed: z.number().int(),
  reasons: z.array(BulkReason),
  by: z.string(),
  perSecond: z.number().int(),
  createdAt: z.string(),
  endedAt: z.string().nullable(),
}).meta({ id: "BulkJob" });
export type BulkJob = z.infer<typeof BulkJob>;

const Version = z.number().int().min(1);

/** Body of `POST /api/workflow/:id/migrate`. */
export const MigrateInput = z.strictObject({
  mode: MigrationMode,
  /** Only those of this version; absent: of every version but `to`. */
  from: Version.optional(),
  /** Absent: the newest version. */
  to: Version.optional(),
  /** The count that was shown: when it is another by now, nothing moves. */
  count: z.number().int().min(0).max(MAX_BULK),
}).meta({ id: "MigrateInput" });
export type MigrateInput = z.infer<typeof MigrateInput>;

/** Why executions cannot be moved; one of them stands for all. */
export const Unmovable = z.object({ text: z.string(), count: z.number().int(), executionId: z.string() });
export type Unmovable = z.infer<typeof Unmovable>;

/** Executions that stand on one node of an older version; one that stands on several counts for each. */
export const RunningNode = z.object({
  nodeId: z.string(),
  label: z.string(),
  type: z.string(),
  count: z.number().int(),
  movable: z.number().int(),
  /** The first ten. */
  reasons: z.array(Unmovable),
});
export type RunningNode = z.infer<typeof RunningNode>;

export const RunningVersion = z.object({
  version: z.number().int(),
  count: z.number().int(),
  movable: z.number().int(),
  restartable: z.number().int(),
  /** In drawn order; rounds and called workflows are counted with the execution above them. */
  nodes: z.array(RunningNode),
  /** Nodes that begin with the move of some, because a way that these have passed leads there now. */
  begins: z.array(z.object({ nodeId: z.string(), label: z.string(), count: z.number().int() })),
});
export type RunningVersion = z.infer<typeof RunningVersion>;

/** Unsettled executions of versions other than `version`; sums over all pages are the whole. */
export const Running = z.object({
  workflowId: z.string(),
  /** The newest version, or the one asked for; null while nothing is live. */
  version: z.number().int().nullable(),
  /** Newest first. */
  items: z.array(RunningVersion),
  /** So fast they would be moved. */
  perSecond: z.number().int(),
  /** The search stopped after 50 ms: ask on from here. */
  nextCursor: z.string().nullable(),
  searchedUntil: z.string().optional(),
}).meta({ id: "Running" });
export type Running = z.infer<typeof Running>;
