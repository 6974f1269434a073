import { EngineError, invalid, issuesOf, notFound } from "../errors.ts";
import { ALERT_KINDS, AlertRuleInput } from "../schemas/alert.ts";
import type { AlertRule } from "../schemas/alert.ts";
import { keys } from "../store/keys.ts";
import { encode } from "../store/store.ts";
import type { Store } from "../store/store.ts";
import type { AlertDeps } from "./deps.ts";
import type { RuleRecord } from "./records.ts";
import { ruleInWords } from "./words.ts";

const MOST_RULES = 200;
/** On by default, each with its own defaults. */
const DEFAULTS: ReadonlyMap<string, AlertRuleInput> = new Map(
  ALERT_KINDS.map((kind) => [kind, AlertRuleInput.parse({ kind })]),
);

/** The defaults, as people have changed them, then what they made. */
export async function readRules(store: Store): Promise<AlertRule[]> {
  const stored = new Map<string, AlertRuleInput>();
  const selector = { prefix: keys.alertRule("").slice(0, 1) };
  for await (const { key, value } of store.list<RuleRecord>({ selector, broken: "pass" })) {
    const rule = ruleOf(value);
    if (rule) stored.set(String(key[1]), rule);
  }
  const own = [...stored].filter(([id]) => !DEFAULTS.has(id));
  const defaults = [...DEFAULTS].map(([id, rule]) => [id, stored.get(id) ?? rule] as const);
  return [...defaults, ...own].map(([id, rule]) => shown(id, rule));
}

/** Null: of a kind that this version does not know. */
function ruleOf({ v: _v, id: _id, ...rule }: RuleRecord): AlertRuleInput | null {
  const parsed = AlertRuleInput.safeParse(rule);
  return parsed.success ? parsed.data : null;
}

function shown(id: string, rule: AlertRuleInput): AlertRule {
  return { ...rule, id, words: ruleInWords(rule), isDefault: DEFAULTS.has(id) };
}

export async function readRule(store: Store, id: string): Promise<AlertRule> {
  const rule = (await readRules(store)).find((one) => one.id === id);
  if (!rule) throw notFound("alert rule", id);
  return rule;
}

/** A rule beside the defaults; 422 naming the field. */
export async function createRule(deps: AlertDeps, input: unknown): Promise<AlertRule> {
  const rule = await accepted(deps, input);
  const all = await readRules(deps.store);
  if (all.length >= MOST_RULES) {
    const message = `There are ${all.length} rules, ${MOST_RULES} at most`;
    throw invalid(message, [{ path: "", message }]);
  }
  return await put(deps, deps.newId(), rule);
}

/** Changes a rule; its kind stays. */
export async function saveRule(deps: AlertDeps, id: string, input: unknown): Promise<AlertRule> {
  const before = await readRule(deps.store, id);
  const rule = await accepted(deps, input);
  if (rule.kind !== before.kind) {
    const message = `The rule is of the kind "${before.kind}"`;
    throw invalid(message, [{ path: "kind", message, accepted: before.kind }]);
  }
  if (before.isDefault && rule.workflowId !== null) {
    const message = "A default rule is for every workflow";
    throw invalid(message, [{ path: "workflowId", message, accepted: "null, or a rule of your own" }]);
  }
  return await put(deps, id, rule);
}

async function put({ store }: AlertDeps, id: string, rule: AlertRuleInput): Promise<AlertRule> {
  const record: RuleRecord = { v: 1, id, ...rule };
  await store.commit({ name: "alert", sets: [{ key: keys.alertRule(id), value: encode(record) }] });
  return shown(id, rule);
}

/** What people made goes; a default is again what it was. */
export async function removeRule({ store }: AlertDeps, id: string): Promise<void> {
  await readRule(store, id);
  await store.commit({ name: "alert", deletes: [keys.alertRule(id)] });
}

async function accepted({ store }: AlertDeps, input: unknown): Promise<AlertRuleInput> {
  const parsed = AlertRuleInput.safeParse(input);
  if (!parsed.success) {
    const issues = issuesOf(parsed.error);
    throw invalid(issues[0]?.message ?? "No rule", issues);
  }
  const { workflowId } = parsed.data;
  if (workflowId !== null && !await store.get(keys.workflow(workflowId))) {
    const message = `No workflow has the id "${workflowId}"`;
    throw new EngineError("invalid", 422, "Content not accepted", message, {
      issues: [{ path: "workflowId", message, accepted: "the id of a workflow, or null for all" }],
    });
  }
  return parsed.data;
}

/** Which rules are for which workflow: one of its own stands in for the one that is for all of that kind. */
export function rulesFor(rules: readonly AlertRule[], workflowId: string): AlertRule[] {
  const own = rules.filter((rule) => rule.workflowId === workflowId);
  const general = rules.filter((rule) =>
    rule.workflowId === null && !isOfHouse(rule) && !own.some(({ kind }) => kind === rule.kind)
  );
  return [...own, ...general].filter(({ enabled }) => enabled);
}

/** Is it about the house, and not about one workflow? */
export function isOfHouse({ kind }: Pick<AlertRule, "kind">): boolean {
  return kind === "late" || kind === "uncertain";
}
