import type { RevealingSecrets } from "./access/mod.ts";
import type { Egress } from "./egress/safe_fetch.ts";
import { EngineError, StepError } from "./errors.ts";
import { hearSignals } from "./leads/mod.ts";
import type { LeadSubject } from "./leads/mod.ts";
import type { Links } from "./messages/links.ts";
import type { Mailer } from "./messages/mailer.ts";
import { messageWrite } from "./messages/store.ts";
import type { NodeType } from "./nodes/define.ts";
import type { ActOnCollections } from "./simulation/collections.ts";
import type { Store } from "./store/store.ts";
import { factsOf } from "./triggers/mod.ts";
import type { Heard, LeadFacts, Log, Services } from "./worker/services.ts";
import { untraced } from "./worker/tracing.ts";
import type { Tracing } from "./worker/tracing.ts";
import type { WorkflowSubject } from "./workflows/mod.ts";

/** Everything that steps may do to the world, handed to the worker. */
export function servicesFor(parts: {
  store: Store;
  types: ReadonlyMap<string, NodeType>;
  workflows: WorkflowSubject;
  leads: LeadSubject;
  mailer: Mailer;
  links: Links;
  egress: Egress;
  secrets: RevealingSecrets;
  collections: ActOnCollections;
  log: Log;
  trace: Tracing | undefined;
}): Services {
  const { types, workflows, leads, mailer, links, egress, secrets, collections, log } = parts;
  return {
    nodeType: (type) => types.get(type),
    liveVersion: async (workflowId) => (await workflows.loadPublished(workflowId))?.value.version ?? null,
    limits: (workflowId) => workflows.limits(workflowId),
    loadVersion: (workflowId, version) => workflows.loadVersion(workflowId, version),
    http: (request, context) => egress.fetch(request, context),
    leaves: ({ type, config }) => {
      const found = types.get(type);
      const byHttp = found?.kind === "effect" && found.byHttp?.(config) === true;
      return byHttp || mailer.transport !== "outbox";
    },
    mail: (request, about) => mailer.send(request, about),
    voteLink: (ballot) => links.votes.link(ballot),
    collections: (act, key) =>
      collections(act, key).catch((error) => {
        throw stepError(error);
      }),
    secret: (name, host) => secrets.reveal(name, host),
    async lead(leadId): Promise<LeadFacts | null> {
      const entry = await leads.load(leadId);
      return entry && factsOf(entry.value);
    },
    async signals(leadId): Promise<Heard> {
      const { clock, signals } = await hearSignals(parts.store, leadId);
      return { clock, signals: signals.map(({ id, type, data, at }) => ({ id, type, data, at })) };
    },
    messageWrite,
    log,
    trace: parts.trace ?? untraced,
  };
}

/** A refusal of a subject as a step's failure: `not-indexed` is `not_indexed`, and only what is busy is tried again. */
function stepError(error: unknown): unknown {
  if (!(error instanceof EngineError)) return error;
  const { slug, message, issues } = error;
  const details = issues.map(({ path, message, accepted = "" }) => ({ path, message, accepted }));
  return new StepError({ code: slug.replaceAll("-", "_"), message, retryable: slug === "busy", details });
}
