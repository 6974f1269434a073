import type { JsonObject } from "../schemas/json.ts";
import { nameOf } from "./fits.ts";
import type { Target } from "./fits.ts";
import type { GraphNode } from "./graph.ts";
import type { StepState } from "./state.ts";

/**
 * Why a wait that is under way cannot go on in another version, or null. A wait keeps what it waits for and until when;
 * where the other version waits for something else, it would never be what was drawn there.
 */
export function waitChange(
  { node, before, step }: { node: GraphNode; before: GraphNode; step: StepState },
  target: Target,
): string | null {
  const wait = step.waitingFor;
  const ports = target.portsOf(node);
  const named = nameOf(node);
  if (step.wakePort !== undefined && !ports.includes(step.wakePort)) {
    return `${named} would go on by "${step.wakePort}", a port that it has no more`;
  }
  if (wait?.kind === "time" && before.config.kind !== node.config.kind) {
    return `${named} waits ${shown(before.config.kind)}, and version ${target.version} waits ${
      shown(node.config.kind)
    }`;
  }
  if (wait?.kind === "signal" && listens(before.config) !== listens(node.config)) {
    return `${named} waits for ${
      wait.signals.join(", ")
    }, and version ${target.version} waits for something else`;
  }
  if (wait?.kind === "children" && wait.how !== "sub_workflow") {
    return `${named} has rounds under way, which run the version that they began with`;
  }
  if (wait?.kind === "join" && before.join?.mode !== node.join?.mode) {
    return `${named} waits for ${before.join?.mode ?? "all"} of its branches, and for ${
      node.join?.mode ?? "all"
    } in version ${target.version}`;
  }
  if (wait?.kind !== "person" || step.approval) return null;
  const lost = (wait.outcomes ?? []).find((outcome) => !ports.includes(outcome));
  return lost === undefined ? null : `${named} can be answered by "${lost}", a port that it has no more`;
}

function shown(kind: unknown): string {
  return typeof kind === "string" ? `"${kind}"` : "otherwise";
}

/** Which signals, and how many of them. */
function listens({ signals, mode }: JsonObject): string {
  const names = Array.isArray(signals) ? signals.map(String).sort() : [];
  return JSON.stringify([names, mode ?? "any"]);
}
