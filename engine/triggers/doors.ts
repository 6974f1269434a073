import type { ExecuteInput } from "../schemas/execution.ts";
import { EngineError, invalid, notFound } from "../errors.ts";
import { keys } from "../store/keys.ts";
import type { Entry, Store } from "../store/store.ts";
import type { CompiledVersion, Versions } from "../worker/versions.ts";
import type { HookRecord, PublishedRecord } from "../workflows/mod.ts";
import { HookConfig } from "./request.ts";

/** A live version as accepting sees it: the check on `published` says that it is still the live one. */
export interface Door {
  version: CompiledVersion;
  published: Entry<PublishedRecord>;
}

export interface HookDoor extends Door {
  nodeId: string;
  config: HookConfig;
  /** When it was looked up (monotonic ms). */
  readAt: number;
}

/** So long a refusal needs no other look at what is live. */
const FRESH_MS = 250;

/** Longer ones cannot be published, and no key holds what a stranger may send. */
export const MAX_PATH = 200;

/**
 * What is live, kept in memory. Nothing here is trusted: every accepting commit checks the published record's
 * versionstamp, and a stale one makes it read again.
 */
export class Doors {
  readonly #store: Store;
  readonly #versions: Versions;
  readonly #monotonic: () => number;
  readonly #hooks = new Map<string, HookDoor>();

  constructor(store: Store, versions: Versions, monotonic: () => number) {
    this.#store = store;
    this.#versions = versions;
    this.#monotonic = monotonic;
  }

  knownHook(path: string): HookDoor | undefined {
    return this.#hooks.get(path);
  }

  forgetHook(path: string): void {
    this.#hooks.delete(path);
  }

  /** No commit checks what refuses, so that what is published meanwhile would go on being refused by what was before. */
  mayBeStale({ readAt }: HookDoor): boolean {
    return this.#monotonic() - readAt >= FRESH_MS;
  }

  /** Throws 404 when nobody listens there. */
  async hook(path: string): Promise<HookDoor> {
    if (path.length > MAX_PATH) throw notFound("live webhook", path);
    const readAt = this.#monotonic();
    const entry = await this.#store.get<HookRecord>(keys.hook(path));
    if (!entry) throw notFound("live webhook", path);
    const { workflowId, nodeId } = entry.value;
    const door = await this.live(workflowId);
    const node = door.version.nodes.get(nodeId);
    if (!node) throw notFound("live webhook", path);
    const config = HookConfig.parse(node.type.config.parse(node.config.config));
    const hook = { ...door, nodeId, config, readAt };
    if (this.#hooks.size >= 1_000) this.#hooks.clear();
    this.#hooks.set(path, hook);
    return hook;
  }

  /** The live version; throws 409 when the workflow was never published. */
  async live(workflowId: string): Promise<Door> {
    const published = await this.#published(workflowId);
    return { published, version: await this.#versions.get(workflowId, published.value.version) };
  }

  /** Which version and trigger an `execute` means. */
  async forExecute(input: ExecuteInput): Promise<Door & { nodeId: string }> {
    const published = await this.#published(input.workflowId);
    const version = await this.#versions.get(input.workflowId, input.version ?? published.value.version);
    const triggers = version.graph.nodes.filter((node) => node.kind === "trigger");
    const wanted = input.trigger
      ? triggers.find((node) => node.id === input.trigger)
      : triggers.find((node) => node.type === "trigger_manual");
    if (wanted) return { published, version, nodeId: wanted.id };
    const accepted = triggers.map((node) => `"${node.id}" (${node.type})`).join(", ") ||
      "none: it has no trigger";
    const message = input.trigger
      ? `has no trigger "${input.trigger}"`
      : "has no manual trigger, so it must be said which trigger to start at";
    throw invalid(`The workflow ${message}`, [{ path: "trigger", message, accepted }]);
  }

  async #published(workflowId: string): Promise<Entry<PublishedRecord>> {
    const published = await this.#store.get<PublishedRecord>(keys.published(workflowId));
    if (published) return published;
    const record = await this.#store.get<{ deletedAt?: number }>(keys.workflow(workflowId));
    if (!record || record.value.deletedAt) throw notFound("workflow", workflowId);
    throw new EngineError(
      "not-published",
      409,
      "Not published",
      "The workflow was never published; publish it first",
    );
  }
}
