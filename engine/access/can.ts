import type { Role } from "../contract.ts";

/** From the one who may least to the one who may all (SECURITY, rule 7). */
export const ROLES = ["viewer", "operator", "editor", "admin", "owner"] as const satisfies readonly Role[];

/** Every action and the least role that may do it. Routes name one each; a new action is a new line. */
export const ACTIONS = {
  "me.see": "viewer",
  "api.see": "viewer",
  /** How the process fares, for a monitor with a token. */
  "metrics.see": "viewer",
  "workflow.see": "viewer",
  "workflow.edit": "editor",
  "workflow.publish": "editor",
  "workflow.delete": "editor",
  "execution.see": "viewer",
  "execution.start": "operator",
  "execution.cancel": "operator",
  "execution.retry": "operator",
  "execution.replay": "operator",
  /** The same for all that a filter finds. */
  "execution.bulk": "operator",
  /** Bodies: inputs and outputs of steps, texts of messages. */
  "payload.see": "operator",
  "inbox.see": "viewer",
  "inbox.complete": "operator",
  "alert.see": "viewer",
  /** Somebody is at it, nobody is to hear of it for a while, tell it again. */
  "alert.act": "operator",
  /** Rules and channels: where messages go, and by which secrets. */
  "alert.edit": "admin",
  "lead.see": "viewer",
  "lead.edit": "editor",
  "lead.signal": "operator",
  "lead.delete": "editor",
  "message.see": "viewer",
  /** Records that workflows keep: as the bodies of steps. */
  "collection.see": "operator",
  "collection.edit": "editor",
  "schedule.see": "viewer",
  "schedule.edit": "editor",
  /** Pause, resume, run now, back-fill: nothing of what it is changes. */
  "schedule.run": "operator",
  "secret.see": "admin",
  "secret.edit": "admin",
} as const satisfies { [action: string]: Role };
export type Action = keyof typeof ACTIONS;

/** May this role do it? */
export function can(role: Role, action: Action): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(ACTIONS[action]);
}
