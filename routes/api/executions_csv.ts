import { can } from "../../engine/mod.ts";
import { ExecutionFilter } from "../../engine/schemas/execution.ts";
import type { ExecutionSummary } from "../../engine/schemas/execution.ts";
import type { Page, Paging } from "../../engine/schemas/problem.ts";
import { define } from "./define.ts";
import { summaryFor } from "./payload.ts";

const PAGE = 200;

const COLUMNS: readonly (readonly [head: string, cell: (one: ExecutionSummary) => string | number])[] = [
  ["id", ({ id }) => id],
  ["workflow", ({ workflowName }) => workflowName],
  ["workflowId", ({ workflowId }) => workflowId],
  ["version", ({ version }) => version],
  ["status", ({ status }) => status],
  ["progress", ({ progress }) => progress],
  ["trigger", ({ trigger }) => trigger.kind],
  ["lead", ({ lead }) => lead?.name ?? ""],
  ["email", ({ lead }) => lead?.email ?? ""],
  ["createdAt", ({ createdAt }) => createdAt],
  ["startedAt", ({ startedAt }) => startedAt ?? ""],
  ["endedAt", ({ endedAt }) => endedAt ?? ""],
  [
    "durationMs",
    ({ startedAt, endedAt }) =>
      startedAt === null || endedAt === null ? "" : Date.parse(endedAt) - Date.parse(startedAt),
  ],
  ["reason", ({ reason }) => reason?.text ?? ""],
];

/** All that a filter finds, as a file: written page by page while it is read, so that its length costs no memory. */
export const executionsCsv = define({
  method: "get",
  path: "/api/monitoring/executions.csv",
  action: "execution.see",
  summary: "All executions that the filter finds, newest first, as CSV (RFC 4180) with a byte order mark",
  query: ExecutionFilter,
  answers: { 200: { description: "One line each, after a line of names", contentType: "text/csv" } },
  handle: async ({ engine, query, user }) => {
    const see = { payloads: can(user().role, "payload.see") };
    const read = async (cursor: string | undefined): Promise<Page<ExecutionSummary>> => {
      const paging = { limit: PAGE, ...(cursor === undefined ? {} : { cursor }) };
      const page = await engine.executions.list({ ...query, ...paging }, see);
      return { ...page, items: page.items.map((one) => summaryFor(user(), one)) };
    };
    // A refusal comes before the first line.
    const first = await read(undefined);
    return new Response(csvOf(first, read).pipeThrough(new TextEncoderStream()), {
      headers: {
        "content-type": "text/csv; charset=utf-8",
        "content-disposition": 'attachment; filename="executions.csv"',
      },
    });
  },
});

function csvOf(
  first: Page<ExecutionSummary>,
  read: (cursor: Paging["cursor"]) => Promise<Page<ExecutionSummary>>,
): ReadableStream<string> {
  let page: Page<ExecutionSummary> | null = first;
  return new ReadableStream<string>({
    // The mark tells spreadsheets that it is UTF-8.
    start: (controller) => controller.enqueue(`\uFEFF${lineOf(COLUMNS.map(([head]) => head))}`),
    async pull(controller): Promise<void> {
      if (page === null) return controller.close();
      const { items, nextCursor }: Page<ExecutionSummary> = page;
      page = nextCursor === null ? null : await read(nextCursor);
      controller.enqueue(items.map((one) => lineOf(COLUMNS.map(([, cell]) => cell(one)))).join(""));
    },
  }, { highWaterMark: 0 });
}

function lineOf(cells: readonly (string | number)[]): string {
  return `${cells.map((cell) => typeof cell === "number" ? String(cell) : csvCell(cell)).join(",")}\r\n`;
}

/**
 * A cell that cannot be taken for a formula (OWASP, CSV injection): one that begins like one gets an apostrophe. Where
 * spreadsheets separate by semicolons or tabs, one begins behind each of these, and signs of full width count too.
 */
export function csvCell(text: string): string {
  const begun = /^\s*[=+\-@＝＋－＠]|^[\t\r\n]/.test(text) ? `'${text}` : text;
  const safe = begun.replaceAll(/([;\t]["'\s]*)(?=[=+\-@＝＋－＠])/g, "$1'");
  return /[",\r\n']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
