import type { z } from "zod";
import type { Reason } from "../../engine/schemas/execution.ts";
import type { ImportAnswer } from "../../engine/schemas/import.ts";
import type { Lead } from "../../engine/schemas/lead.ts";
import type { Page, Problem } from "../../engine/schemas/problem.ts";
import type { Simulated, SimulateInput } from "../../engine/schemas/simulation.ts";
import type { Workflow, WorkflowNode, WorkflowSummary } from "../../engine/schemas/workflow.ts";
import { type Answer, callApi } from "../shared/api.ts";

/** Calls of the workflow pages; every one answers with data or the problem to show. */
export function publishWorkflow(id: string): Promise<Answer<{ version: number }>> {
  return callApi("POST", `/api/workflow/${id}/publish`, { body: {} });
}

export function fetchWorkflow(id: string): Promise<Answer<Workflow>> {
  return callApi("GET", `/api/workflow/${id}`);
}

export function runWorkflow(
  workflowId: string,
  input: unknown,
  trigger: string | undefined,
): Promise<Answer<{ executionId: string; enrolled?: false; reason?: Reason }>> {
  return callApi("POST", "/api/workflow/execute", {
    body: { workflowId, input, ...(trigger ? { trigger } : {}) },
    // One key per press: a repeated request (a lost answer, a retry by the network) starts nothing twice.
    headers: { "idempotency-key": crypto.randomUUID() },
  });
}

/** Saves the draft's settings; 412 when somebody saved since that revision. */
export function saveSettings(
  id: string,
  revision: number,
  settings: { [name: string]: unknown },
): Promise<Answer<Workflow>> {
  return callApi("PUT", `/api/workflow/${id}`, {
    body: { settings },
    headers: { "if-match": `"${revision}"` },
  });
}

export function dryRunWorkflow(
  id: string,
  input: Omit<z.input<typeof SimulateInput>, "input"> & { input?: unknown },
): Promise<Answer<Simulated>> {
  return callApi("POST", `/api/workflow/${id}/simulate`, { body: input });
}

/** The first leads whose address, name or company holds the text. */
export function searchLeads(text: string): Promise<Answer<Page<Lead>>> {
  return callApi("GET", `/api/leads?limit=8&q=${encodeURIComponent(text)}`);
}

/** A new workflow from a file of ours or of n8n, with what became of each node. */
export function importFile(file: unknown, name: string | undefined): Promise<Answer<ImportAnswer>> {
  return callApi("POST", "/api/workflow/import", {
    body: { file, ...(name === undefined ? {} : { name }) },
    headers: { "idempotency-key": crypto.randomUUID() },
  });
}

export function importWorkflow(document: unknown): Promise<Answer<WorkflowSummary>> {
  return callApi("POST", "/api/workflow", {
    body: document,
    headers: { "idempotency-key": crypto.randomUUID() },
  });
}

/** `running` says what becomes of unsettled executions; without it they make a 409. */
export function deleteWorkflow(id: string, running?: "cancel" | "finish"): Promise<Answer<null>> {
  return callApi("DELETE", `/api/workflow/${id}${running ? `?running=${running}` : ""}`);
}

/** Parses JSON that a person typed; the problem says where it ends to be JSON. */
export function parseTyped(text: string): Answer<unknown> {
  try {
    return { ok: true, data: JSON.parse(text) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ok: false, problem: typedProblem(`This is not JSON: ${reason}`) };
  }
}

function typedProblem(detail: string): Problem {
  return { type: "/problems/malformed", title: "Not JSON", status: 400, detail };
}

/** The nodes that an execution can start at. */
export function triggersOf(nodes: readonly WorkflowNode[]): WorkflowNode[] {
  return nodes.filter((node) => node.type.startsWith("trigger_"));
}

/** What a run says beforehand where the workflow hears of new leads, and the input may make one; null: it does not. */
export function aboutNewLeads(triggers: readonly WorkflowNode[], chosen: string | undefined): string | null {
  const hearing = triggers.filter((node) =>
    node.type === "trigger_signal" && node.data.config.signal === "lead.created"
  );
  const others = hearing.filter(({ id }) => id !== chosen).map(({ id, data }) => `“${data.label || id}”`);
  if (others.length > 0) {
    return `A lead that this run creates starts at ${others.join(" and ")} as well, as every new lead does.`;
  }
  return hearing.length > 0
    ? "A lead that this run creates starts nothing twice: this is its execution."
    : null;
}
