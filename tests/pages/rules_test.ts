import assert from "node:assert/strict";
import type { Refusals } from "../../engine/schemas/workflow.ts";
import { pageApp } from "./page_app.ts";
import { workflow } from "./sample_data.ts";

const REFUSALS: Refusals = {
  total: 31,
  items: [{
    at: "2026-11-22T09:00:00.000Z",
    lead: { id: "ld1", name: "Ann Lee", email: "ann@example.com" },
    executionId: "ex1",
    reason: { code: "enrolled_once", text: "Enrolled on 21 Nov 2026, 09:00 UTC already" },
  }, {
    at: "2026-11-22T08:00:00.000Z",
    lead: null,
    executionId: "ex2",
    reason: { code: "still_enrolled", text: "Still under way" },
  }],
};

Deno.test("GET /workflow/:id says its rules as sentences, and tells the editor who may edit", async () => {
  const settings = { enrolment: { mode: "every", days: 7 }, limits: { maxConcurrent: 5 } } as const;
  const data = { workflows: [workflow({ settings })] };
  const { html } = await pageApp(data).get("/workflow/wf1");
  assert.match(html, /A lead enters at most once in 7 days\./);
  assert.match(html, /At most 5 executions at once, those that wait included\./);
  assert.match(html, /&quot;mayEdit&quot;:true/);
  const { html: viewer } = await pageApp(data, { refuse: "workflow.edit" }).get("/workflow/wf1");
  assert.match(viewer, /A lead enters at most once in 7 days\./);
  assert.match(viewer, /&quot;mayEdit&quot;:false/);
});

Deno.test("GET /workflow/:id tells who was not enrolled and why, and nothing while everybody was", async () => {
  const { html } = await pageApp({ workflows: [workflow()], refusals: REFUSALS }).get("/workflow/wf1");
  assert.match(html, /Who was not enrolled, and why/);
  assert.match(html, /31 in all, the last 2\./);
  assert.match(html, /Ann Lee.*Enrolled on 21 Nov 2026, 09:00 UTC already.*href="\/executions\/ex1"/s);
  assert.match(html, /A lead that was removed/);
  const { html: none } = await pageApp({ workflows: [workflow()] }).get("/workflow/wf1");
  assert.doesNotMatch(none, /not enrolled/);
});
