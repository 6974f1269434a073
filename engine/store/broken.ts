import { EngineError } from "../errors.ts";
import type { Key } from "./keys.ts";

/** A stored row that does not parse, or is not what its key says. It stays as it is: a person may still mend it. */
export class BrokenRow extends EngineError {
  override readonly name = "BrokenRow";

  constructor(key: Key, why: string) {
    super("row-broken", 500, "A stored row does not parse", `The row ${named(key)} is set aside: ${why}`);
  }
}

/** It is no JSON, or not the JSON that its key says. */
export type Fault = "text" | "content";

/** So many are told by name. */
const NAMED = 20;

/** Rows that were met and did not parse; what has been mended since is not among them. */
export class SetAside {
  readonly #rows = new Map<string, Fault>();
  readonly #onFound: (row: BrokenRow) => void;

  /** `onFound` is called once for each. */
  constructor(onFound: (row: BrokenRow) => void) {
    this.#onFound = onFound;
  }

  /** To be thrown by whoever cannot go on without it. */
  put(key: Key, fault: Fault, why: string): BrokenRow {
    const row = new BrokenRow(key, why);
    const name = named(key);
    const isNew = !this.#rows.has(name);
    this.#rows.set(name, fault);
    if (isNew) this.#onFound(row);
    return row;
  }

  /** It has not that fault any more. */
  clear(key: Key, fault: Fault): void {
    if (this.#rows.size === 0) return;
    const name = named(key);
    if (this.#rows.get(name) === fault) this.#rows.delete(name);
  }

  /** For readiness: what stands beside them is served, so it is told and stops nothing. */
  check(): { name: string; ok: boolean; detail: string } {
    const names = [...this.#rows.keys()];
    const more = names.length > NAMED ? ", …" : "";
    return {
      name: "rows",
      ok: true,
      detail: names.length === 0
        ? "all that were read parse"
        : `${names.length} set aside because they do not parse: ${names.slice(0, NAMED).join(", ")}${more}`,
    };
  }
}

/** Its key in words; secrets and addresses are not among what is named. */
function named([kind, ...rest]: Key): string {
  const ids = rest.map((part) => part instanceof Uint8Array ? "bytes" : String(part).slice(0, 40));
  return [String(kind), ...PRIVATE.has(String(kind)) ? [] : ids].join("/");
}

const PRIVATE: ReadonlySet<string> = new Set([
  "lead_by_email",
  "user_by_email",
  "session",
  "delivery",
  "secret",
]);
