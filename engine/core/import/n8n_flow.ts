import { at, kindOf } from "./n8n_file.ts";
import type { N8nNode, Wire } from "./n8n_file.ts";
import type { KnownTypes } from "./n8n_became.ts";
import { fieldsOf } from "./n8n_nodes.ts";

/** Hands on what arrives. */
const THROUGH: ReadonlySet<string> = new Set([
  "if",
  "filter",
  "switch",
  "noOp",
  "wait",
  "merge",
  "respondToWebhook",
]);
const STARTS_EMPTY: ReadonlySet<string> = new Set([
  "manualTrigger",
  "start",
  "scheduleTrigger",
  "cron",
  "interval",
]);
const LOOP = "splitInBatches";

/** How the nodes of a file hang together: where an item comes from, and what leads back. */
export class Flow {
  /** Without those that lead back. */
  readonly wires: readonly Wire[];
  readonly dropped: readonly Wire[];
  readonly #nodes: ReadonlyMap<string, N8nNode>;
  readonly #ids = new Map<string, string>();
  readonly #types: KnownTypes;
  readonly #looping = new Set<string>();

  constructor(nodes: readonly N8nNode[], wires: readonly Wire[], types: KnownTypes) {
    this.#nodes = new Map(nodes.map((node) => [node.name, node]));
    this.#types = types;
    const taken = new Set<string>();
    for (const { name } of nodes) this.#ids.set(name, freeId(name, taken));
    const drawn = wires.filter(({ from, to }) => this.#nodes.has(from) && this.#nodes.has(to));
    const back = backWires(nodes.map(({ name }) => name), drawn);
    for (const { to } of back) if (this.#kind(to) === LOOP) this.#looping.add(to);
    this.wires = drawn.filter((wire) => !back.has(wire));
    // The end of a loop's round leads back by itself.
    this.dropped = [...back].filter(({ to }) => this.#kind(to) !== LOOP);
  }

  idOf(name: string): string {
    return this.#ids.get(name) ?? "";
  }

  into(name: string): Wire[] {
    return this.wires.filter(({ to }) => to === name);
  }

  /** Does what runs in this loop come back to it? */
  loops(name: string): boolean {
    return this.#looping.has(name);
  }

  /** Where `rest` of the item that arrives at a node can be read; null: nowhere. */
  arrives(name: string, rest: readonly string[], seen: readonly string[] = []): string[] | null {
    const [first] = this.into(name);
    return first && !seen.includes(name)
      ? this.leaves(first.from, rest, first.output, [...seen, name])
      : null;
  }

  /** Where `rest` of the item that leaves a node can be read; null: nowhere. */
  leaves(name: string, rest: readonly string[], output = 0, seen: readonly string[] = []): string[] | null {
    const node = this.#nodes.get(name);
    if (!node) return null;
    const kind = node.disabled ? "noOp" : this.#kind(name);
    const own = ["steps", this.idOf(name), "output"];
    if (STARTS_EMPTY.has(kind)) return ["trigger", "body", ...rest];
    if (THROUGH.has(kind)) return this.arrives(name, rest, seen);
    switch (kind) {
      case "webhook":
        return ["trigger", ...rest];
      case "httpRequest": {
        const whole = at(node.parameters, "options", "response", "response", "fullResponse") === true;
        return [...own, ...whole ? [] : ["body"], ...rest];
      }
      case "set":
        return this.#ofSet(node, own, rest, seen);
      case "code":
      case "function":
        return this.#types.has("script") ? [...own, ...rest] : null;
      case LOOP:
        return output === (node.typeVersion < 3 ? 0 : 1) ? [...own, "item", ...rest] : null;
      default:
        return null;
    }
  }

  /** Its own fields, and those that it hands on. */
  #ofSet(node: N8nNode, own: string[], rest: readonly string[], seen: readonly string[]): string[] | null {
    const { parameters } = node;
    const names = new Set(fieldsOf(node).map(({ name }) => name));
    const handsOn = node.typeVersion < 3
      ? at(parameters, "keepOnlySet") !== true
      : at(parameters, "includeOtherFields") === true || (at(parameters, "include") ?? "none") !== "none";
    const isOwn = rest.length === 0 || names.has(rest[0] ?? "") || !handsOn;
    return isOwn ? [...own, ...rest] : this.arrives(node.name, rest, seen);
  }

  #kind(name: string): string {
    const node = this.#nodes.get(name);
    return node?.type.startsWith("n8n-nodes-base.") ? kindOf(node) : "";
  }
}

function freeId(name: string, taken: Set<string>): string {
  const plain = name.normalize("NFKD").toLowerCase().replaceAll(/[^a-z0-9]+/g, "_").replaceAll(/^_+|_+$/g, "")
    .slice(0, 50);
  const base = plain === "" || /^\d+$/.test(plain) ? `node_${plain}` : plain;
  let id = base;
  for (let i = 2; taken.has(id); i++) id = `${base}_${i}`;
  taken.add(id);
  return id;
}

/** Wires that close a ring, found from the first node on; without them the rest is a graph. Iterative. */
function backWires(names: readonly string[], wires: readonly Wire[]): Set<Wire> {
  const out = new Map<string, Wire[]>(names.map((name) => [name, []]));
  for (const wire of wires) out.get(wire.from)?.push(wire);
  const incoming = new Set(wires.map(({ to }) => to));
  const state = new Map<string, "open" | "done">();
  const back = new Set<Wire>();
  const starts = [...names.filter((name) => !incoming.has(name)), ...names];
  for (const start of starts) {
    const trail = state.has(start) ? [] : [{ name: start, next: 0 }];
    if (trail.length > 0) state.set(start, "open");
    for (let top = trail.at(-1); top; top = trail.at(-1)) {
      const wire = out.get(top.name)?.[top.next++];
      if (!wire) {
        state.set(top.name, "done");
        trail.pop();
      } else if (state.get(wire.to) === "open") back.add(wire);
      else if (!state.has(wire.to)) {
        state.set(wire.to, "open");
        trail.push({ name: wire.to, next: 0 });
      }
    }
  }
  return back;
}
