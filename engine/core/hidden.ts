import type { Failure, Reason } from "../schemas/execution.ts";
import type { Json } from "../schemas/json.ts";
import type { Outcome } from "../schemas/node.ts";

/**
 * Shorter ones are in every text: hiding them would tell more than it hides, and break what it stands in. So none is stored
 * that is shorter: what a host tells back of it could not be kept from anybody who sees a step's output.
 */
export const SHORTEST_HIDDEN = 4;
/** What is left of shorter ones in base64 is in too many texts. */
const SHORTEST_ENCODED = 8;

/**
 * The values of secrets that an attempt was given. Hosts tell them back, in bodies, headers and errors: what is kept
 * says `[secret name]` instead (SECURITY, rule 5).
 */
export class Hidden {
  readonly #standIns = new Map<string, string>();
  #forms: (readonly [form: string, standIn: string])[] | null = null;

  /** Gives the value back, for whoever asked for it. */
  learn(name: string, value: string): string {
    for (const form of formsOf(value)) this.#standIns.set(form, `[secret ${name}]`);
    this.#forms = null;
    return value;
  }

  text(text: string): string {
    // The longest first: an address goes as a whole, and not its path alone.
    this.#forms ??= [...this.#standIns].sort(([a], [b]) => b.length - a.length);
    let shown = text;
    for (const [form, standIn] of this.#forms) {
      if (shown.includes(form)) shown = shown.replaceAll(form, () => standIn);
    }
    return shown;
  }

  json(value: Json): Json {
    if (typeof value === "string") return this.text(value);
    if (typeof value === "number") return this.#standIns.get(String(value)) ?? value;
    if (value === null || typeof value !== "object") return value;
    if (Array.isArray(value)) return value.map((item) => this.json(item));
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [this.text(key), this.json(item)]));
  }

  failure(failure: Failure): Failure {
    const { details } = failure;
    return {
      ...failure,
      message: this.text(failure.message),
      ...(details === undefined ? {} : { details: this.json(details) }),
    };
  }

  /** What an attempt returned, as it may be kept. */
  outcome(outcome: Outcome): Outcome {
    if (this.#standIns.size === 0) return outcome;
    if (outcome.kind === "wait") return { ...outcome, reason: this.#reason(outcome.reason) };
    const output = outcome.output === undefined ? {} : { output: this.json(outcome.output) };
    if (outcome.kind === "fail") {
      return { ...outcome, ...output, failure: this.failure(outcome.failure) };
    }
    return { ...outcome, ...output, ...(outcome.reason ? { reason: this.#reason(outcome.reason) } : {}) };
  }

  #reason(reason: Reason): Reason {
    const { code, text, data } = reason;
    return { code, text: this.text(text), ...(data === undefined ? {} : { data: this.json(data) }) };
  }
}

/** A value as hosts may tell it back: itself, its keys, its path; in addresses, in JSON, in base64. */
function formsOf(value: string): Set<string> {
  const url = /^https?:\/\//.test(value.trim()) ? URL.parse(value.trim()) : null;
  const parts = [value, ...value.trim().split(/\s+/), ...url ? [url.href, url.pathname + url.search] : []];
  const forms = new Set<string>();
  for (const part of parts) {
    if (part.length < SHORTEST_HIDDEN || part === "/") continue;
    forms.add(part).add(encodeURIComponent(part)).add(JSON.stringify(part).slice(1, -1));
    if (part.length >= SHORTEST_ENCODED) { for (const form of base64Forms(part)) forms.add(form); }
  }
  return forms;
}

/** In base64 a text looks in three ways, by how many bytes stand before it: what does not depend on its neighbours. */
function base64Forms(text: string): string[] {
  const bytes = new TextEncoder().encode(text);
  return [0, 1, 2].map((before) => {
    const padded = new Uint8Array(before + bytes.length);
    padded.set(bytes, before);
    const whole = Math.floor(padded.length / 3) * 3;
    return padded.subarray(0, whole).toBase64().slice(before === 0 ? 0 : 4);
  }).flatMap((form) => [form, form.replaceAll("+", "-").replaceAll("/", "_")]);
}
