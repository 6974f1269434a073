import type { Json } from "../../../engine/schemas/json.ts";
import { SAMPLE_INPUT } from "../../workflow/RunDialog.tsx";
import { isJson } from "./json_shape.ts";

/** What a test starts from. */
export type SampleChoice =
  | { kind: "execution"; executionId: string }
  /** A stored lead by its address; an address that no lead has stands for a new one, none for nobody. */
  | { kind: "lead"; email: string }
  /** What arrives at the trigger, as JSON text. */
  | { kind: "payload"; text: string };

/** What happens while a dry run goes on. */
export interface Meantime {
  /** As `datetime-local` writes it; empty: now. */
  at: string;
  opens: boolean;
  clicks: boolean;
  /** By node; absent: the first outcome. `null`: nobody answers. */
  answers: { [nodeId: string]: string | null };
}

/** What a person chose for a workflow's tests; survives in this browser. */
export interface TestSettings {
  sample: SampleChoice;
  /** Has a person chosen it? Until then previews show the docs' example. */
  chosen: boolean;
  /** Mails of tests are laid into the outbox. */
  keep: boolean;
  meantime: Meantime;
}

/** What a node puts out in tests, instead of being run, and by which port; absent: its usual one. */
export interface Pin {
  output: Json;
  port?: string;
}
export type Pins = { [nodeId: string]: Pin };

export const FIRST_SETTINGS: TestSettings = {
  sample: { kind: "payload", text: SAMPLE_INPUT },
  chosen: false,
  keep: false,
  meantime: { at: "", opens: false, clicks: false, answers: {} },
};

/** Reads what was kept; what is damaged or from another time is as if it were not there. */
export function parseSettings(text: string | null): TestSettings {
  const value = parsed(text);
  const meantime = recordOf(value.meantime);
  const sample = sampleOf(recordOf(value.sample));
  return {
    sample: sample ?? FIRST_SETTINGS.sample,
    chosen: sample !== null && value.chosen === true,
    keep: value.keep === true,
    meantime: {
      at: typeof meantime.at === "string" ? meantime.at : "",
      opens: meantime.opens === true,
      clicks: meantime.clicks === true,
      answers: answersOf(recordOf(meantime.answers)),
    },
  };
}

export function parsePins(text: string | null): Pins {
  const pins: Pins = {};
  for (const [nodeId, value] of Object.entries(parsed(text))) {
    const { output, port } = recordOf(value);
    if (isJson(output)) pins[nodeId] = typeof port === "string" ? { output, port } : { output };
  }
  return pins;
}

function parsed(text: string | null): Record<string, unknown> {
  try {
    return recordOf(JSON.parse(text ?? "null"));
  } catch {
    return {};
  }
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {};
}

function sampleOf({ kind, executionId, email, text }: Record<string, unknown>): SampleChoice | null {
  if (kind === "execution" && typeof executionId === "string") return { kind, executionId };
  if (kind === "lead" && typeof email === "string") return { kind, email };
  return kind === "payload" && typeof text === "string" ? { kind, text } : null;
}

function answersOf(value: Record<string, unknown>): Meantime["answers"] {
  const answers: Meantime["answers"] = {};
  for (const [nodeId, answer] of Object.entries(value)) {
    if (typeof answer === "string" || answer === null) answers[nodeId] = answer;
  }
  return answers;
}

/** Reads what this browser kept under a name; null where it keeps nothing. */
export function readKept(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

/** Keeps a value in this browser; where that is forbidden or full it lives as long as the page. */
export function writeKept(name: string, value: unknown): void {
  try {
    localStorage.setItem(name, JSON.stringify(value));
  } catch {
    // The choice of a test is a convenience: losing it at a reload costs a click.
  }
}
