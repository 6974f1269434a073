import type { LoadResult } from "./load.ts";

/** One line of the table. */
export interface Row {
  /** Its letter in the table. */
  section: string;
  what: string;
  measured: string;
  target: string;
  /** Undefined: there is no target for it. */
  reached?: boolean;
  /** Against the raw database's small commits a second. */
  ratio?: number;
}

/** What a section found. A failure is something wrong, never something slow. */
export interface Findings {
  rows: Row[];
  failures: string[];
}

const HEADINGS = ["", "what", "measured", "target", "", "to raw KV"];

/** Lines of aligned columns. */
export function table(rows: readonly Row[]): string {
  const cells = [
    HEADINGS,
    ...rows.map(({ section, what, measured, target, reached, ratio }) => [
      `(${section})`,
      what,
      measured,
      target,
      reached === undefined ? "" : reached ? "reached" : "missed",
      ratio === undefined ? "" : `× ${ratio.toFixed(2)}`,
    ]),
  ];
  const widths = HEADINGS.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? "").length)));
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd();
  const [head = [], ...body] = cells;
  return [line(head), widths.map((width) => "─".repeat(width)).join("──"), ...body.map(line)].join("\n") +
    "\n";
}

/** 4,321/s */
export function rate(perSecond: number): string {
  return `${whole(perSecond)}/s`;
}

/** 4,321 */
export function whole(value: number): string {
  return Number.isFinite(value) ? Math.round(value).toLocaleString("en") : "unknown";
}

/** Milliseconds with as many places as say something. */
export function ms(value: number): string {
  return Number.isFinite(value) ? `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} ms` : "unknown";
}

export function quantiles({ p50, p99 }: { p50: number; p99: number }): string {
  return `p50 ${ms(p50)}, p99 ${ms(p99)}`;
}

/** The server's CPU time for one answer. */
export function cpu({ cpuMicros }: { cpuMicros: number }): string {
  return Number.isFinite(cpuMicros) ? `, ${whole(cpuMicros)} µs CPU each` : "";
}

/** What was not answered with 2xx, in words; empty when everything was. */
export function oddities({ refused, broken }: LoadResult): string {
  const parts = Object.entries(refused).map(([status, count]) => `${count} answered ${status}`);
  if (broken > 0) parts.push(`${broken} connections broke`);
  return parts.length > 0 ? ` (${parts.join(", ")})` : "";
}
