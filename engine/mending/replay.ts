import type { Accepted, Actor } from "../contract.ts";
import { conflict, invalid, notFound } from "../errors.ts";
import type { ReplayInput, ReplayPlan } from "../schemas/mending.ts";
import type { Write } from "../store/commit.ts";
import { deliveryOf, deliveryWrite, findDelivery } from "../store/deliveries.ts";
import { EMPTY } from "../store/executions.ts";
import { keys } from "../store/keys.ts";
import { factsOf } from "../triggers/mod.ts";
import type { LeadFacts } from "../worker/services.ts";
import type { MendingDeps } from "./deps.ts";
import { MAX_TRIES } from "./deps.ts";
import { readSource } from "./replay_source.ts";
import type { Source } from "./replay_source.ts";
import { storedBeside, takenMessages, takeOver } from "./take_over.ts";

export interface ReplayOptions {
  idempotencyKey?: string;
  /** Derived by a bulk action: the second try at one execution finds what the first has made. */
  executionId?: string;
  /** It takes the place of the other: what its commit checks and writes beside, read anew for each try. */
  instead?(): Promise<Pick<Write, "checks" | "sets">>;
}

/** What a replay would take over and run (contract: `Mending`). */
export async function planOf(deps: MendingDeps, id: string, input: ReplayInput): Promise<ReplayPlan> {
  const { version, plan, ran } = await readSource(deps, id, input);
  await leadOf(deps, ran.state.leadId, input);
  const named = ({ id: nodeId, label }: { id: string; label: string }): ReplayPlan["ahead"][number] => ({
    nodeId,
    label,
  });
  return {
    version: version.version,
    from: plan.from.id,
    takenOver: plan.taken.filter(({ status }) => status !== "skipped").map(({ node }) => named(node)),
    ahead: plan.ahead.map(named),
  };
}

/** A new execution that goes on where the plan says (contract: `Mending`). Outside enrolment: a person asked for it. */
export async function replayExecution(
  deps: MendingDeps,
  id: string,
  input: ReplayInput,
  options: ReplayOptions,
  actor: Actor,
): Promise<Accepted> {
  const delivery = await deliveryOf(`${id}.replay`, options.idempotencyKey, input);
  const executionId = options.executionId ?? deps.worker.newId();
  for (let i = 0; i < MAX_TRIES; i++) {
    const now = deps.worker.clock.now();
    const found = delivery ? await findDelivery(deps.store, delivery, now) : null;
    if (found?.known) return { executionId: found.known.value.id, fresh: false };
    const source = await readSource(deps, id, input);
    const { leadId, facts } = await leadOf(deps, source.ran.state.leadId, input);
    const write: Required<Pick<Write, "checks" | "sets">> = {
      checks: [{
        key: keys.published(source.ran.state.workflowId),
        versionstamp: source.published.versionstamp,
      }],
      sets: [{ key: keys.replay(id, executionId), value: EMPTY }],
    };
    if (delivery && found) {
      const { checks, sets } = deliveryWrite(delivery, found.expired, { id: executionId, at: now });
      write.checks.push(...checks);
      write.sets.push(...sets);
    }
    const { checks = [], sets = [] } = await options.instead?.() ?? {};
    write.checks.push(...checks);
    write.sets.push(...sets);
    const result = await accept(deps, source, {
      executionId,
      input,
      actor,
      leadId,
      lead: facts,
      delivery: delivery?.name ?? null,
      with: write,
      restarts: options.instead !== undefined,
    });
    if (result === "accepted") return { executionId, fresh: true };
    if (result === "known") return { executionId, fresh: false };
  }
  throw conflict("busy", "The workflow is being changed by many at once; try again");
}

interface Accepting {
  executionId: string;
  input: ReplayInput;
  actor: Actor;
  leadId: string | null;
  lead: LeadFacts | null;
  delivery: readonly [string, string] | null;
  with: Pick<Write, "checks" | "sets">;
  restarts: boolean;
}

async function accept(
  deps: MendingDeps,
  source: Source,
  { executionId, input, actor, restarts, ...rest }: Accepting,
): Promise<"accepted" | "known" | "stale"> {
  const { state } = source.ran;
  const now = deps.worker.clock.now();
  const { steps, bodies } = await takeOver(deps.store, source, { input: input.input, by: actor.name, now });
  const { beside, writes } = storedBeside(executionId, steps);
  const head = keys.execution(executionId);
  // Before anything is written under its id: one that exists has moved on.
  if (await deps.store.get(head)) return "known";
  const result = await deps.worker.accept({
    id: executionId,
    version: source.version,
    trigger: state.trigger,
    input: null,
    test: state.test,
    depth: state.depth,
    limits: state.test ? undefined : source.published.value.limits,
    replay: {
      start: {
        kind: "replay",
        of: state.id,
        from: source.plan.from.id,
        by: actor.name,
        taken: steps,
        restarts,
      },
      bodies,
      beside,
      first: writes.map((write) => ({ ...write, checks: [{ key: head, versionstamp: null }] })),
      messages: await takenMessages(deps.store, source),
    },
    ...rest,
  });
  if (result.ok) return "accepted";
  return result.stale.some((key) => key.join() === head.join()) ? "known" : "stale";
}

/** The lead it was about, or the one that is named; 404 and 422 when it is gone. */
async function leadOf(
  deps: MendingDeps,
  before: string | null,
  input: ReplayInput,
): Promise<{ leadId: string | null; facts: LeadFacts | null }> {
  const leadId = input.leadId ?? before;
  if (leadId === null) return { leadId, facts: null };
  const entry = await deps.leads.load(leadId);
  if (entry) return { leadId, facts: factsOf(entry.value) };
  if (input.leadId !== undefined) throw notFound("lead", leadId);
  const message = "Its lead was deleted";
  throw invalid(message, [{ path: "leadId", message, accepted: "the id of another lead" }]);
}
