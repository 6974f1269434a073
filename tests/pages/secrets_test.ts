/** Settings → Secrets: what the team stored, and what stands in for it from the environment. */
import assert from "node:assert/strict";
import { pageApp } from "./page_app.ts";

const TEAM = { from: "team" as const, updatedAt: "2026-11-22T09:00:00.000Z" };
const HOUSE = { from: "environment" as const, updatedAt: null };

Deno.test("/settings/secrets says where each is from, which one wins, and offers no way to change the environment's", async () => {
  const { html } = await pageApp({
    secrets: [
      { ...TEAM, name: "crm_key", hosts: ["crm.example.com"], variable: "LEADFLOW_SECRET_CRM_KEY" },
      { ...TEAM, name: "own", hosts: [], variable: null },
      {
        ...HOUSE,
        name: "slack_webhook",
        hosts: ["hooks.slack.com"],
        variable: "LEADFLOW_SECRET_SLACK_WEBHOOK",
      },
    ],
  }).get("/settings/secrets");
  const rows = html.split("<tr>").filter((row) => row.includes("<td")).map((row) =>
    row.replaceAll(/<[^>]+>/g, " ").replaceAll(/\s+/g, " ").trim()
  );
  assert.match(rows[0] ?? "", /^crm_key wins over LEADFLOW_SECRET_CRM_KEY crm\.example\.com .*Replace/);
  assert.ok(!rows[1]?.includes("wins over") && !rows[1]?.includes("environment"));
  assert.match(
    rows[2] ?? "",
    /^slack_webhook hooks\.slack\.com from the environment: LEADFLOW_SECRET_SLACK_WEBHOOK Store one instead/,
  );
  assert.ok(html.includes('aria-label="Delete crm_key"'));
  assert.ok(
    !html.includes('aria-label="Delete slack_webhook"'),
    "only whoever runs the house can take it away",
  );
});
