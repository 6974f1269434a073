import type { Actor, Executions, Inbox } from "../contract.ts";
import type { Mail } from "../core/state.ts";
import { conflict, EngineError, invalid, notFound } from "../errors.ts";
import { signalWrite } from "../leads/mod.ts";
import type { SignalParts } from "../leads/mod.ts";
import type { CompleteInput } from "../schemas/inbox.ts";
import { indexKeys } from "../store/attention.ts";
import type { Write } from "../store/commit.ts";
import { EMPTY } from "../store/executions.ts";
import { keys, shardOf } from "../store/keys.ts";
import type { AttentionRecord } from "../store/records.ts";
import { encode } from "../store/store.ts";
import type { Entry, Store } from "../store/store.ts";
import { cardsOf, countCards, listCards } from "./inbox_cards.ts";
import type { CardDeps } from "./inbox_cards.ts";
import { listItems } from "./inbox_items.ts";
import { assignCard, ignoreCause, people } from "./inbox_owner.ts";
import { castVote } from "./votes.ts";

export interface InboxDeps {
  store: Store;
  versions: CardDeps["versions"];
  executions: Pick<Executions, "retry">;
  now(): number;
  newId(): string;
}

/** What needs a person (contract: `Inbox`). */
export function createInbox(deps: InboxDeps): Inbox {
  return {
    list: (paging) => listItems(deps.store, paging),
    count: () => countCards(deps.store),
    cards: (paging) =>
      paging.executionId === undefined ? listCards(deps, paging) : cardsOf(deps, paging.executionId),
    assign: (id, userId, actor) => assignCard(deps.store, id, userId, actor),
    ignore: (id, actor) => ignoreCause(deps.store, id, actor, deps.now),
    people: () => people(deps.store),
    complete: (id, input, actor) => complete(deps, id, input, actor),
  };
}

/** Answering takes the card away and leaves mail for the execution in one commit: of two answers, one counts. */
async function complete(deps: InboxDeps, id: string, input: CompleteInput, actor: Actor): Promise<void> {
  // A card that was written anew in between is still there to be answered.
  while (!await completeOnce(deps, id, input, actor));
}

async function completeOnce(
  deps: InboxDeps,
  id: string,
  input: CompleteInput,
  actor: Actor,
): Promise<boolean> {
  const key = keys.attention(id);
  const entry = await deps.store.get<AttentionRecord>(key);
  if (!entry) throw await goneProblem(deps.store, id);
  const { value: record } = entry;
  if (!record.outcomes.some((outcome) => outcome.id === input.outcome)) {
    const accepted = record.outcomes.map((outcome) => `"${outcome.id}"`).join(", ");
    throw invalid(`"${input.outcome}" is no outcome here`, [{
      path: "outcome",
      message: `"${input.outcome}" is no outcome of this task`,
      accepted,
    }]);
  }
  if (record.approval) {
    await voteInInbox(deps, entry, input, actor);
    return true;
  }
  if (record.kind === "failed" && input.outcome === "retry") {
    await deps.executions.retry(record.executionId, { nodeId: record.nodeId }, actor);
    return true;
  }
  const mail = record.kind === "failed" ? {} : mailParts(deps, entry, input, actor);
  const told = await callParts(deps, record, input, actor);
  const answered = await deps.store.commit({
    name: "mail",
    ...told,
    ...mail,
    checks: [{ key, versionstamp: entry.versionstamp }, ...told.checks],
    sets: [...mail.sets ?? [], ...told.sets],
    deletes: [key, ...indexKeys(id, record.failed ?? null)],
  });
  return answered.ok;
}

/** The card stays until the votes decide. Where approvers are named, nobody else answers. */
async function voteInInbox(
  deps: InboxDeps,
  { value: record }: Entry<AttentionRecord>,
  input: CompleteInput,
  actor: Actor,
): Promise<void> {
  const { executionId, nodeId, visit, approval } = record;
  const named = approval?.approvers ?? [];
  const email = actor.email?.toLowerCase() ?? "";
  if (named.length > 0 && !named.includes(email)) {
    throw new EngineError("not-asked", 403, "Not asked", `Only ${named.join(", ")} can answer this`);
  }
  const [voter, by] = named.length > 0 ? [email, email] : [actor.userId, actor.name];
  const choice = input.outcome === "approved" ? "approved" : "declined";
  const note = input.note ?? "";
  const result = await castVote(deps, { executionId, nodeId, visit, voter, by, choice, note });
  if (result === "again") throw conflict("done", "You have answered this already");
  if (result === "over") throw conflict("done", "This has been decided already");
}

function mailParts(
  deps: InboxDeps,
  { value: record }: Entry<AttentionRecord>,
  input: CompleteInput,
  actor: Actor,
): Pick<Write, "sets" | "proof"> {
  const at = deps.now();
  const key = keys.mail(record.executionId, deps.newId());
  const commit = deps.newId();
  const mail: Mail = {
    kind: "complete",
    nodeId: record.nodeId,
    visit: record.visit,
    outcome: input.outcome,
    ...(input.note ? { note: input.note } : {}),
    by: actor.name,
    at,
  };
  return {
    sets: [
      { key, value: encode({ v: 1, commit, ...mail }) },
      { key: keys.due(shardOf(record.executionId), 0, at, "mail", record.executionId), value: EMPTY },
    ],
    proof: { key, id: commit },
  };
}

/** What came of a call happens to its lead too, in the commit of the answer; a lead that is gone hears of nothing. */
async function callParts(
  { store, now, newId }: InboxDeps,
  { call, leadId, executionId, nodeId }: AttentionRecord,
  { outcome, note }: CompleteInput,
  actor: Actor,
): Promise<SignalParts & Required<Pick<Write, "checks">>> {
  const lead = call && leadId !== null ? await store.get(keys.lead(leadId)) : null;
  if (!call || leadId === null || !lead) return { checks: [], sets: [], stamped: [], bells: [] };
  const data = { outcome, note: note ?? "", by: actor.name, phone: call.phone, executionId, nodeId };
  const parts = signalWrite(leadId, "call.completed", data, now(), newId());
  return { ...parts, checks: [{ key: keys.lead(leadId), versionstamp: lead.versionstamp }] };
}

async function goneProblem(store: Store, id: string): Promise<Error> {
  const execution = await store.get(keys.execution(id.split(".")[0] ?? ""));
  return execution ? conflict("done", "This has been answered already") : notFound("inbox item", id);
}
