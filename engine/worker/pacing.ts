import { KEY_ROOTS, keyTemplate } from "../core/check_rates.ts";
import { renderConfig } from "../core/config.ts";
import type { GraphNode } from "../core/graph.ts";
import type { Pace } from "../core/rate.ts";
import { renderTemplate } from "../core/template.ts";
import { durationMs } from "../schemas/duration_units.ts";
import type { Rate } from "../schemas/rate.ts";
import type { Facts } from "./run_step.ts";
import { viewFor } from "./view.ts";

/** All workflows together. */
export const SHARED = "*";
const MOST_TEXT = 150;
/** A step that asks ten hosts at once is under the rates of the first. */
const MOST_HOSTS = 4;
const KEY_READS = { stepsRead: [], roots: new Set(KEY_ROOTS) };

/** Under which rates the next attempt of a step falls, each for one host or value; empty: it may begin at any time. */
export function pacesOf(node: GraphNode, rates: readonly Rate[], facts: Facts): Pace[] {
  const about = rates.filter((rate) => !rate.nodes || rate.nodes.includes(node.id));
  const hosts = about.some(({ per }) => per === "host") ? hostsOf(node, facts) : [];
  return about.flatMap((rate): Pace[] => {
    const values = rate.per === "key"
      ? keyValues(rate.key, facts)
      : hosts.filter((host) => rate.host === undefined || rate.host === host);
    const scope = rate.shared ? SHARED : facts.state.workflowId;
    const periodMs = durationMs(rate.period);
    return values.map((value) => ({
      per: rate.per,
      record: [scope, nameOf(rate, periodMs), short(value)],
      count: rate.count,
      periodMs,
    }));
  });
}

/** What it will call, by its rendered config; what cannot be rendered calls nobody, and fails by itself. */
function hostsOf(node: GraphNode, facts: Facts): string[] {
  const { type, config, fixed } = facts.version.nodes.get(node.id)!;
  if (type.kind !== "effect" || !type.hosts) return [];
  try {
    const rendered = fixed ?? type.config.parse(
      renderConfig(config, viewFor(facts.version.nodes.get(node.id)!, facts.state, facts.version, facts))
        .config,
    );
    const hosts = type.hosts(rendered).map((host) => host.toLowerCase());
    return [...new Set(hosts)].slice(0, MOST_HOSTS);
  } catch {
    return [];
  }
}

/** A key that is empty counts for nobody. */
function keyValues(key: string, facts: Facts): string[] {
  const template = keyTemplate(key);
  if (!template) return [];
  try {
    const { value } = renderTemplate(template, viewFor(KEY_READS, facts.state, facts.version, facts));
    const text = String(value).trim();
    return text === "" ? [] : [text];
  } catch {
    return [];
  }
}

/** Tells rates apart that count apart: another count is the same rate, another period is not. */
function nameOf(rate: Rate, periodMs: number): string {
  const what = rate.per === "host" ? "host" : `key ${rate.key.replace(/\s+/g, "")}`;
  const nodes = rate.nodes && !rate.shared ? ` ${[...rate.nodes].sort().join(",")}` : "";
  return short(`${periodMs} ${what}${nodes}`);
}

/** Keys of the database are short: what is longer ends in a hash (FNV-1a) of the whole. */
function short(text: string): string {
  if (text.length <= MOST_TEXT) return text;
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return `${text.slice(0, MOST_TEXT)}…${(hash >>> 0).toString(16)}`;
}
