import type { JsonObject } from "../../schemas/json.ts";
import type { Locate } from "./n8n_text.ts";

/** Node types that there are. */
export interface KnownTypes {
  has(type: string): boolean;
}

/** What became of a node. */
export interface Became {
  type: string;
  config: JsonObject;
  notes: string[];
  /** The port of an output, by its number; null: nothing leads on from there. */
  port(output: number): string | null;
}

/** What a converter may ask beside the node itself. */
export interface Around {
  locate: Locate;
  /** Node types that there are. */
  types: KnownTypes;
  /** The list that a loop goes through. */
  items: string | null;
  /** What runs in a loop comes back to it. */
  loops: boolean;
}

/** One way out, whichever output it was. */
export const OUT = (): string => "out";

/** Where n8n had an output for errors, it is the last one. */
export function errorPort(onError: string | undefined): Became["port"] {
  return (output) => output === 0 ? "out" : onError === "continueErrorOutput" ? "error" : null;
}
