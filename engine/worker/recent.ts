import type { Loaded } from "../store/executions.ts";

const KEPT = 2_000;

/** Executions as they were when they were last in this process's hands; the versionstamp says whether that still holds. */
export class Recent {
  readonly #kept = new Map<string, Loaded>();

  get(id: string): Loaded | null {
    return this.#kept.get(id) ?? null;
  }

  has(id: string): boolean {
    return this.#kept.has(id);
  }

  keep(id: string, loaded: Loaded): void {
    this.#kept.delete(id);
    this.#kept.set(id, loaded);
    if (this.#kept.size > KEPT) this.#kept.delete(this.#kept.keys().next().value!);
  }

  delete(id: string): void {
    this.#kept.delete(id);
  }
}
