/** The only door of the engine. */
export { createEngine } from "./engine.ts";
export type { EngineOptions } from "./engine.ts";
export type * from "./contract.ts";
export { EngineError, toProblem } from "./errors.ts";
export type { Log } from "./worker/services.ts";
export type { NodeDescriptor, NodeType } from "./nodes/define.ts";
