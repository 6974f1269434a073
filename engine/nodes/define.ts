import type { z } from "zod";
import type { Comparison, ConditionGroup } from "../schemas/condition.ts";
import type { CollectionAct, CollectionAnswer } from "../schemas/collection.ts";
import type { JsonObject } from "../schemas/json.ts";
import type { ApprovalFacts, Ask, Choice } from "../schemas/approval.ts";
import type { Category, Encoding, Outcome, Ports, View } from "../schemas/node.ts";

import type { Calendar } from "../schemas/window.ts";
import type { HttpRequest, HttpResponse, MailRequest, MailResult } from "../schemas/outbound.ts";

export type * from "../schemas/node.ts";
export type * from "../schemas/outbound.ts";
export type { Calendar };

/** Who and when, without services: all that a pure node gets. */
export interface PureContext {
  executionId: string;
  workflowId: string;
  nodeId: string;
  visit: number;
  /** Epoch ms. */
  now: number;
  /** When the execution was accepted, epoch ms. */
  startedAt: number;
  /** The lead's zone, else the workflow's, else UTC. */
  timezone: string;
  view: View;
  calendar: Calendar;
  evaluate(condition: ConditionGroup): { pass: boolean; comparisons: Comparison[] };
}

/** What a step that acts on the world gets. */
export interface StepContext extends PureContext {
  attempt: number;
  /** `<execution>.<node>.<visit>`: the same for every attempt. */
  idempotencyKey: string;
  /** Aborted by cancel, time-out and stop. */
  signal: AbortSignal;
  leadId: string | null;
  /** Sends one request; throws StepError with a named failure. Carries the loop-depth header. */
  http(request: HttpRequest): Promise<HttpResponse>;
  mail(request: MailRequest): Promise<MailResult>;
  /** The mail that this attempt sends, where a node asks for votes; null: it has not asked yet, or has nobody to mail. */
  asking: { ask: Ask; facts: ApprovalFacts; workflowName: string } | null;
  /** Address of the page where an approver answers; null while the house has no public address. */
  voteLink(approver: string, choice: Choice): string | null;
  /** Reads or writes the team's own records; a write happens once for this step's key. Throws StepError. */
  collections(act: CollectionAct): Promise<CollectionAnswer>;
  /** The secret's value for this host (throws StepError when absent or meant for other hosts). */
  secret(name: string, host: string | null): Promise<string>;
}

/** When a join goes on: at all inputs, at the first, or at `count` of them; by `deadline` after `deadlineMs`. */
export interface JoinRule {
  mode: "all" | "any" | "count";
  count: number;
  deadlineMs: number | null;
}

interface Described<C> {
  /** Stable id, as in a node's `type`. */
  type: string;
  version: number;
  title: string;
  /** One sentence: what it does for whoever draws it. */
  description: string;
  /** Two to five sentences with an example for whoever sets it up: plain text, blank lines between paragraphs. */
  help?: string;
  category: Category;
  /** Other words that people look for it by, in small letters: `delay` finds Wait. */
  keywords?: string[];
  /** Name of an icon in static/icons. */
  icon: string;
  config: z.ZodType<C>;
  /** A new node's config. */
  example: JsonObject;
  ports: Ports;
  /** A template over the config: what the card says, in words: `Wait {{ duration | duration }}`. */
  summary: string;
  /** Config paths that are templates (`headers.*.value`) and how each is encoded. Others are taken literally. */
  templates: { [path: string]: Encoding };
  /** Config paths that hold conditions. */
  conditions?: string[];
  /** Reads the lead's time zone. */
  zoned?: boolean;
  /** Brings a config of an older version up to date. */
  upgrade?(config: JsonObject, from: number): JsonObject;
  /** What `config` alone cannot say, in words; checked on the unrendered config. */
  check?(config: C, calendar: Calendar): { path: string; message: string; accepted?: string }[];
}

/** Starts executions. Its output is what arrived. */
export interface TriggerNode<C> extends Described<C> {
  kind: "trigger";
}

/** Computation only: folded into its neighbours' transition, no commit of its own. */
export interface PureNode<C> extends Described<C> {
  kind: "pure";
  /** Makes it a join: when it goes on is decided by what arrived, and `run` is never called. */
  joins?(config: C): JoinRule;
  /** Its conditions may read its own output: what it put out so far. */
  readsItself?: boolean;
  /** Waits for signals of the lead. */
  listens?: boolean;
  /** Computes from what it reads alone, so that it may be computed anew when a step behind it was held. */
  repeatable?: boolean;
  run(config: C, context: PureContext): Outcome;
}

/** Acts on the world. `ledger`: cannot be repeated safely, so intent is written first. */
export interface EffectNode<C> extends Described<C> {
  kind: "effect";
  ledger: boolean;
  /** With this config the act leaves by HTTP and not by mail: the ledger takes it to have left also where mail stays in the outbox. */
  byHttp?(config: JsonObject): boolean;
  /** Reaches a person: held back outside the workflow's send window. */
  reaches?: boolean;
  /** Which hosts an attempt calls, by its rendered config: rates per host go by it. Absent: none that is known. */
  hosts?(config: C): string[];
  /** Asks people and waits for their votes: `run` gives the facts first, then sends one mail each time. */
  votes?: boolean;
  run(config: C, context: StepContext): Promise<Outcome>;
}

// deno-lint-ignore no-explicit-any -- the registry holds types of every config; each parses its own
export type NodeType<C = any> = TriggerNode<C> | PureNode<C> | EffectNode<C>;

/** Declares a node type; the schema is the type of `run`'s config. */
export function defineNode<C>(node: NodeType<C>): NodeType<C> {
  return node;
}

/** What the browser gets. */
export interface NodeDescriptor {
  type: string;
  version: number;
  kind: "trigger" | "pure" | "effect";
  title: string;
  description: string;
  category: Category;
  /** Other words that it is found by. */
  keywords: string[];
  icon: string;
  ports: Ports;
  summary: string;
  /** How to set it up, with an example; plain text, blank lines between paragraphs. */
  help: string;
  /** Brings branches together by a rule of its own; others with several inputs wait for all of them. */
  joins: boolean;
  /** Reaches a person outside the team: held back while the workflow's send window is closed. */
  reaches: boolean;
  templates: { [path: string]: Encoding };
  /** Config paths that hold conditions, such as `filter` or `cases.*.when`; `""` is the config itself. */
  conditions: string[];
  example: JsonObject;
  schema: JsonObject;
}
