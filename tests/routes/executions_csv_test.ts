import assert from "node:assert/strict";
import type { ExecutionFilter, ExecutionSummary } from "../../engine/schemas/execution.ts";
import { csvCell } from "../../routes/api/executions_csv.ts";
import { at, summary } from "../islands/samples.ts";
import { useApp } from "./app_fixture.ts";

const ALL = 450;

Deno.test("GET /api/monitoring/executions.csv writes all that the filter finds, page by page", async () => {
  await useApp(async ({ ask, engine }) => {
    const asked: ExecutionFilter[] = [];
    engine.executions.list = (filter) => {
      asked.push(filter);
      const first = Number(filter.cursor ?? 0);
      const items: ExecutionSummary[] = [];
      for (let n = first; n < Math.min(ALL, first + filter.limit); n++) {
        items.push(summary({ id: `e${n}`, status: "failed", startedAt: at(0), endedAt: at(1_500) }));
      }
      const next = first + items.length;
      return Promise.resolve({ items, nextCursor: next < ALL ? String(next) : null });
    };
    const response = await ask("/api/monitoring/executions.csv?status=failed&error=http_401", {
      as: "token",
    });
    assert.equal(response.headers.get("content-type"), "text/csv; charset=utf-8");
    assert.match(response.headers.get("content-disposition") ?? "", /attachment; filename="executions\.csv"/);
    const bytes = await response.bytes();
    assert.deepEqual([...bytes.subarray(0, 3)], [0xef, 0xbb, 0xbf]);
    const lines = new TextDecoder().decode(bytes).split("\r\n");
    assert.match(lines[0] ?? "", /^id,workflow,workflowId,version,status,/);
    assert.match(
      lines[1] ?? "",
      /^e0,Cold Outreach Standard,.*,failed,0,webhook,Ann Lee,ann@example\.com,.*,1500,$/,
    );
    assert.deepEqual(
      lines.slice(1, -1).map((line) => line.split(",")[0]),
      Array.from({ length: ALL }, (_, n) => `e${n}`),
    );
    assert.equal(lines.at(-1), "");
    assert.deepEqual(
      asked.map(({ status, error }) => [status, error]),
      Array(3).fill(["failed", "http_401"]),
    );
  });
});

Deno.test("GET /api/monitoring/executions.csv refuses before its first line what the filter does not know", async () => {
  await useApp(async ({ ask }) => {
    const response = await ask("/api/monitoring/executions.csv?status=dreaming", { as: "token" });
    assert.equal(response.status, 400);
    assert.match(await response.text(), /status/);
    const stranger = await ask("/api/monitoring/executions.csv");
    assert.equal(stranger.status, 401);
    await stranger.body?.cancel();
  });
});

Deno.test("csvCell() lets no spreadsheet take a text for a formula, and keeps it one cell", () => {
  for (const text of ["=1+1", "+41 79", "-2", "@SUM(A1)", "\t=1", "\r=1", "  =1", "=cmd|' /C calc'!A0"]) {
    assert.match(csvCell(text), /^"'/, JSON.stringify(text));
  }
  for (const text of ["a;=1+1", "a;-2", "a\t @SUM(A1)", 'a;"=1', "＝1+1", "a;＋1"]) {
    assert.match(
      csvCell(text),
      /'[=+\-@＝＋－＠]|^"'/,
      `where semicolons or tabs separate: ${JSON.stringify(text)}`,
    );
  }
  assert.equal(csvCell("a; b-c"), "a; b-c");
  assert.equal(csvCell("Ann Lee"), "Ann Lee");
  assert.equal(csvCell("a@b.example"), "a@b.example");
  assert.equal(csvCell(`Lee, "Ann"\nB`), `"Lee, ""Ann""\nB"`);
  assert.equal(csvCell(`=A","B`), `"'=A"",""B"`);
});
