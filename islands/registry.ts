import type { ComponentType } from "preact";

/** Loads one island; props come from the page's `data-props`. */
// deno-lint-ignore no-explicit-any -- the registry holds islands of every props; `Island` ties name and props on the server
export type IslandLoader = () => Promise<ComponentType<any>>;

/**
 * Every island by its path below `islands/`, without the ending: `data-island` names it, the build makes
 * one chunk of each. Adding an island is one line here. The editor has an entry of its own (`editor_client.ts`).
 */
export const islands: { readonly [name: string]: IslandLoader } = {
  "collections/DeleteRecord": async () => (await import("./collections/DeleteRecord.tsx")).DeleteRecord,
  "inbox/Inbox": async () => (await import("./inbox/Inbox.tsx")).Inbox,
  "leads/LeadDialog": async () => (await import("./leads/LeadDialog.tsx")).LeadDialog,
  "monitoring/BulkBar": async () => (await import("./monitoring/BulkBar.tsx")).BulkBar,
  "monitoring/Dashboard": async () => (await import("./monitoring/Dashboard.tsx")).Dashboard,
  "monitoring/ExecutionList": async () => (await import("./monitoring/ExecutionList.tsx")).ExecutionList,
  "monitoring/ExecutionView": async () => (await import("./monitoring/ExecutionView.tsx")).ExecutionView,
  "monitoring/Funnel": async () => (await import("./monitoring/Funnel.tsx")).Funnel,
  "monitoring/FirstSteps": async () => (await import("./monitoring/FirstSteps.tsx")).FirstSteps,
  "monitoring/NeedsYou": async () => (await import("./monitoring/NeedsYou.tsx")).NeedsYou,
  "scheduling/ScheduleManager": async () =>
    (await import("./scheduling/ScheduleManager.tsx")).ScheduleManager,
  "settings/Alerts": async () => (await import("./settings/Alerts.tsx")).Alerts,
  "settings/Secrets": async () => (await import("./settings/Secrets.tsx")).Secrets,
  "workflow/ImportButton": async () => (await import("./workflow/ImportButton.tsx")).ImportButton,
  "workflow/Migration": async () => (await import("./workflow/Migration.tsx")).Migration,
  "workflow/NewWorkflow": async () => (await import("./workflow/NewWorkflow.tsx")).NewWorkflow,
  "workflow/WorkflowList": async () => (await import("./workflow/WorkflowList.tsx")).WorkflowList,
};
