import { valuesAt } from "../core/check_node.ts";
import { conditionPaths, conditionWords, evaluateCondition } from "../core/condition.ts";
import { cronPhrase } from "../core/schedule_phrase.ts";
import { scheduleWords } from "../core/schedule_words.ts";
import { compileTemplate, renderTemplate } from "../core/template.ts";
import { EngineError } from "../errors.ts";
import { displayName, leadView } from "../leads/mod.ts";
import type { LeadRecord } from "../leads/mod.ts";
import type { NodeType } from "../nodes/define.ts";
import { ConditionGroup } from "../schemas/condition.ts";
import type { PublishPreview } from "../schemas/preview.ts";
import type { Simulated } from "../schemas/simulation.ts";
import type { Workflow, WorkflowNode } from "../schemas/workflow.ts";
import { keys } from "../store/keys.ts";
import { SEARCH_MS } from "../store/pages.ts";
import type { HeadRecord } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import type { WorkflowSubject } from "../workflows/mod.ts";
import type { Simulate } from "./mod.ts";

export interface PreviewDeps {
  store: Store;
  workflows: Pick<WorkflowSubject, "get">;
  types: ReadonlyMap<string, NodeType>;
  simulate: Simulate;
  now(): number;
  publicUrl(): string;
}

/** A lead for a house that has none yet. */
const SAMPLE_LEAD = { email: "ann@example.com", firstName: "Ann", lastName: "Example", company: "Acme" };
/** The dry run's share of a second. */
const DRY_RUN_MS = 700;
const BATCH = 100;

/** What publishing the draft would begin. Bounded: 50 ms for leads, 50 ms for executions, 0.7 s for the first mail. */
export async function previewPublish(deps: PreviewDeps, id: string): Promise<PublishPreview> {
  const workflow = await deps.workflows.get(id);
  const { revision, version, issues } = workflow;
  const first = issues.length > 0
    ? { firstMessage: null, notes: ["The first mail is shown once nothing keeps it from being published"] }
    : await firstMessage(deps, workflow);
  return {
    revision,
    version: (version ?? 0) + 1,
    issues,
    startedBy: startedBy(deps, workflow),
    matchingLeads: await matchingLeads(deps, workflow),
    running: await countRunning(deps.store, id),
    ...first,
  };
}

function startedBy(
  { types, publicUrl }: PreviewDeps,
  { nodes, settings }: Workflow,
): PublishPreview["startedBy"] {
  return nodes.flatMap((node) => {
    const type = types.get(node.type);
    if (type?.kind !== "trigger") return [];
    const { config } = node.data;
    const words = node.type === "trigger_schedule"
      ? scheduleWords({ ...config, timezone: config.timezone || (settings.timezone ?? "UTC") }, cronPhrase)
      : summaryWords(type, node);
    const [path] = /\/hooks\/\S+/.exec(words) ?? [];
    return [{
      nodeId: node.id,
      label: node.data.label || node.id,
      kind: node.type,
      words: words || type.title,
      ...path ? { url: publicUrl() + path } : {},
    }];
  });
}

function summaryWords(type: NodeType, node: WorkflowNode): string {
  const compiled = compileTemplate(type.summary, "text");
  if (!("template" in compiled)) return "";
  try {
    const { value } = renderTemplate(compiled.template, node.data.config);
    return typeof value === "string" ? value.trim() : "";
  } catch {
    // A draft's config may be anything.
    return "";
  }
}

/** Conditions over nothing but the lead: of triggers, else of the decisions right behind them. */
function leadConditions(types: PreviewDeps["types"], { nodes, edges }: Workflow): ConditionGroup[] {
  const triggers = nodes.filter(({ type }) => types.get(type)?.kind === "trigger");
  const ids = new Set(triggers.map(({ id }) => id));
  const next = new Set(edges.filter(({ source }) => ids.has(source)).map(({ target }) => target));
  const [first, second] = [triggers, nodes.filter(({ id }) => next.has(id))].map((list) =>
    list.flatMap((node) =>
      (types.get(node.type)?.conditions ?? []).flatMap((pattern) => valuesAt(node.data.config, pattern))
        .flatMap(({ value }) => ConditionGroup.safeParse(value).data ?? [])
        .filter((condition) => conditionPaths(condition).every(([root]) => root === "lead"))
    )
  );
  return first?.length ? first : second ?? [];
}

async function matchingLeads(
  deps: PreviewDeps,
  workflow: Workflow,
): Promise<PublishPreview["matchingLeads"]> {
  const conditions = leadConditions(deps.types, workflow);
  if (conditions.length === 0) return null;
  const began = deps.store.monotonic();
  const words = conditions.map(conditionWords).join(", or ");
  let count = 0;
  const selector = { prefix: keys.lead("").slice(0, 1) };
  for await (const { value } of deps.store.list<LeadRecord>({ selector, reverse: true, batchSize: BATCH })) {
    const view = { lead: leadView(value) };
    if (conditions.some((condition) => holds(condition, view, deps.now()))) count++;
    if (deps.store.monotonic() - began > SEARCH_MS) return { count, more: true, words };
  }
  return { count, more: false, words };
}

function holds(condition: ConditionGroup, view: object, now: number): boolean {
  try {
    return evaluateCondition(condition, view, now).pass;
  } catch {
    // A draft's condition may not be one yet: it means nobody.
    return false;
  }
}

/** Unsettled executions; children go with the ones above them. */
async function countRunning(store: Store, workflowId: string): Promise<PublishPreview["running"]> {
  const began = store.monotonic();
  let total = 0;
  let after: Deno.KvKey | null = null;
  for (;;) {
    const prefix = keys.live(workflowId, "").slice(0, 2);
    const selector: Deno.KvListSelector = after ? { prefix, start: [...after, ""] } : { prefix };
    const found = await store.keys({ selector, limit: BATCH });
    const heads = await store.getMany<HeadRecord>(found.map((key) => keys.execution(String(key[2]))));
    total += heads.filter((head) => head && !head.value.parent).length;
    if (found.length < BATCH) return { total, more: false };
    after = found.at(-1) ?? null;
    if (store.monotonic() - began > SEARCH_MS) return { total, more: true };
  }
}

async function firstMessage(
  { store, simulate }: PreviewDeps,
  { id }: Workflow,
): Promise<Pick<PublishPreview, "firstMessage" | "notes">> {
  const selector = { prefix: keys.lead("").slice(0, 1) };
  const [newest] = await Array.fromAsync(store.list<LeadRecord>({ selector, reverse: true, limit: 1 }));
  const about = newest ? { leadId: newest.value.id } : { input: SAMPLE_LEAD };
  const lead = newest
    ? { name: displayName(newest.value), email: newest.value.email, sample: false }
    : { name: "Ann Example", email: SAMPLE_LEAD.email, sample: true };
  try {
    const run = await simulate(id, about, { realMs: DRY_RUN_MS });
    const mail = firstMail(run);
    if (mail) return { firstMessage: { ...mail, lead }, notes: run.notes };
    const why = run.reason ? `: ${run.reason.text}` : "";
    return { firstMessage: null, notes: [`No mail would be sent to ${lead.name}${why}`, ...run.notes] };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return { firstMessage: null, notes: [`The first mail cannot be shown now: ${error.message}`] };
  }
}

function firstMail({ steps }: Simulated): Omit<NonNullable<PublishPreview["firstMessage"]>, "lead"> | null {
  for (const { nodeId, label, would, at, local } of steps) {
    if (would?.kind !== "mail" || at === null) continue;
    const { to, subject, text } = would;
    return { nodeId, label, to, subject, text, at, local };
  }
  return null;
}
