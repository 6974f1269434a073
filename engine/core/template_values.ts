import { StepError } from "../errors.ts";
import type { Json } from "../schemas/json.ts";
import { isMoment, parseMoment } from "./zone.ts";

/** A template that cannot be rendered; trying again would not help. */
export class TemplateError extends StepError {
  constructor(message: string) {
    super({ code: "template", message, retryable: false });
  }
}

/** The value as it stands in a text: nothing for null, JSON for lists and objects. Throws TemplateError when nested too deep. */
export function textOf(value: Json): string {
  if (typeof value === "string") return value;
  if (value === null) return "";
  return typeof value === "object" ? jsonOf(value) : String(value);
}

/** The value as JSON. Throws TemplateError when it is nested deeper than the stack. */
export function jsonOf(value: Json): string {
  try {
    return JSON.stringify(value);
  } catch {
    throw new TemplateError("A value is nested too deep to be written as JSON");
  }
}

const NUMERIC = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i;

/** The number, also of a numeric text; null for everything else. */
export function numberOf(value: Json): number | null {
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value !== "string") return null;
  const text = value.trim();
  if (text.length > 40 || !NUMERIC.test(text)) return null;
  const number = Number(text);
  return Number.isFinite(number) ? number : null;
}

/** Epoch ms of an ISO text or of a number of ms; null for everything else. */
export function momentOf(value: Json, zone: string): number | null {
  if (typeof value === "number") return isMoment(value) ? value : null;
  if (typeof value !== "string" || value.length > 64) return null;
  return parseMoment(value, zone);
}

const HTML: { readonly [char: string]: string } = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Safe inside HTML text and quoted attributes. */
export function escapeHtml(text: string): string {
  return /[&<>"']/.test(text) ? text.replace(/[&<>"']/g, (char) => HTML[char] ?? char) : text;
}

/** Percent-encoded; half a surrogate pair becomes the replacement character instead of an exception. */
export function encodeUrl(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
