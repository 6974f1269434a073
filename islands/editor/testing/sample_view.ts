import type { Json, JsonObject } from "../../../engine/schemas/json.ts";
import type { Lead } from "../../../engine/schemas/lead.ts";
import { unknownLead } from "../../../engine/schemas/lead_defaults.ts";
import type { View } from "../../../engine/schemas/node.ts";
import type { Sample, Samples } from "../../../engine/schemas/sample.ts";
import { callApi } from "../../shared/api.ts";
import { parseTyped, searchLeads } from "../../workflow/workflow_calls.ts";
import { isJson, isObject } from "./json_shape.ts";
import type { SampleChoice } from "./stored.ts";

const ROOT = { execution: { id: "sample" }, messages: {} };

/** The newest executions of a workflow, and what the chosen one's steps put out; null when they cannot be read. */
export async function fetchSamples(workflowId: string, executionId?: string): Promise<Samples | null> {
  const query = executionId === undefined ? "" : `?executionId=${encodeURIComponent(executionId)}`;
  const path = `/api/workflow/${encodeURIComponent(workflowId)}/samples${query}`;
  const answer = await callApi<Samples>("GET", path);
  return answer.ok ? answer.data : null;
}

/** What templates would read in a test of the choice; null when it names nothing that is there. */
export async function viewOf(workflowId: string, choice: SampleChoice, now: string): Promise<View | null> {
  switch (choice.kind) {
    case "execution":
      return await viewOfExecution(workflowId, choice.executionId, now);
    case "lead": {
      const body: Json = choice.email ? { email: choice.email } : {};
      return { ...ROOT, trigger: triggerOf(body), lead: await leadOf(body), steps: {}, now };
    }
    case "payload": {
      const typed = parseTyped(choice.text);
      if (!typed.ok || !isJson(typed.data)) return null;
      return { ...ROOT, trigger: triggerOf(typed.data), lead: await leadOf(typed.data), steps: {}, now };
    }
    default:
      return choice satisfies never;
  }
}

function triggerOf(body: Json): JsonObject {
  return { body, query: {}, headers: {} };
}

async function viewOfExecution(workflowId: string, id: string, now: string): Promise<View | null> {
  const samples = await fetchSamples(workflowId, id);
  if (!samples?.steps) return null;
  const sample = samples.items.find(({ executionId }) => executionId === id);
  const payload = sample?.payload ??
    samples.steps.find(({ nodeId }) => nodeId === sample?.trigger.nodeId)?.output ?? {};
  const outputs = samples.steps.filter(({ status, output }) => status === "completed" && output !== null);
  return {
    ...ROOT,
    execution: { id },
    trigger: isObject(payload) ? payload : triggerOf(payload),
    lead: await storedLead(sample),
    steps: Object.fromEntries(outputs.map(({ nodeId, output }) => [nodeId, { output }])),
    now,
  };
}

async function storedLead(sample: Sample | undefined): Promise<JsonObject | null> {
  if (!sample?.lead) return null;
  const answer = await callApi<Lead>("GET", `/api/leads/${encodeURIComponent(sample.lead.id)}`);
  return answer.ok ? answer.data : null;
}

/** The lead that a body names: the stored one, else the one that it would make. */
async function leadOf(body: Json): Promise<JsonObject | null> {
  const email = emailIn(body);
  if (email === null) return null;
  return await findLead(email) ?? freshLead(email, isObject(body) ? body : {});
}

/** The stored lead of an address. */
export async function findLead(email: string): Promise<Lead | null> {
  const wanted = email.trim().toLowerCase();
  const answer = await searchLeads(wanted);
  return answer.ok ? answer.data.items.find((lead) => lead.email === wanted) ?? null : null;
}

function emailIn(body: Json): string | null {
  return isObject(body) && typeof body.email === "string" && body.email.includes("@") ? body.email : null;
}

function freshLead(email: string, body: JsonObject): JsonObject {
  const empty: JsonObject = { id: "new", email, ...unknownLead() };
  const given = Object.entries(body).filter(([key]) =>
    key !== "id" && key !== "email" && Object.hasOwn(empty, key)
  );
  return { ...empty, ...Object.fromEntries(given) };
}
