import { isSetUp as ownerExists } from "./access/mod.ts";
import { Store } from "./store/store.ts";

/** The only door of the engine. */
export { createEngine } from "./engine.ts";
export type { EngineOptions } from "./engine.ts";
export type * from "./contract.ts";
export { EngineError, toProblem } from "./errors.ts";
export type { Log } from "./worker/services.ts";
export type { SpanAbout, Tracing } from "./worker/tracing.ts";
export type { NodeDescriptor, NodeType } from "./nodes/define.ts";

export { ACTIONS, can, ROLES } from "./access/can.ts";
export type { Action } from "./access/can.ts";
export { keepSecretKeys, keepSetupCode, newSetupCode, parseSecretKeys } from "./access/first_start.ts";
export type { SecretKey } from "./access/first_start.ts";
export { isSecretVariable, readEnvironmentSecrets } from "./access/environment_secrets.ts";
export type { EnvironmentSecret } from "./access/environment_secrets.ts";

/** Has the first owner been made? Asked before the engine exists, to know whether a set-up code is wanted. */
export function isSetUp(kv: Deno.Kv): Promise<boolean> {
  return ownerExists(new Store(kv));
}
