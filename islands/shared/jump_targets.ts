import type { Lead } from "../../engine/schemas/lead.ts";
import type { Page } from "../../engine/schemas/problem.ts";
import type { WorkflowSummary } from "../../engine/schemas/workflow.ts";
import { leadName } from "../../routes/pages/components/lead_name.tsx";
import { callApi } from "./api.ts";

/** Somewhere to go. */
export interface Target {
  name: string;
  /** What it is, or whose: beside its name. */
  kind: string;
  href: string;
  icon: string;
}

/** So many of each kind. */
const MOST = 5;

/** The pages that the frame offers this person, as their links stand there. */
export function readPages(root: Document): Target[] {
  const links = root.querySelectorAll<HTMLAnchorElement>(".nav > .nav-link, .nav-rest > .nav-link, a.bell");
  return [...links].map((link) => ({
    name: link.dataset.name ?? "",
    kind: "Page",
    href: link.getAttribute("href") ?? "/",
    icon: "chevron-right",
  }));
}

/** What is offered for a text: pages whose name has it, what the server found, and the search in executions. */
export function targetsFor(text: string, pages: readonly Target[], found: readonly Target[]): Target[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === "") return [...pages];
  const named = pages.filter(({ name }) => name.toLowerCase().includes(wanted));
  const search = {
    name: `Executions with “${text.trim()}”`,
    kind: "Search",
    href: `/executions?${new URLSearchParams({ q: text.trim() })}`,
    icon: "search",
  };
  return [...named, ...found, search];
}

/** Workflows and leads by name, address or company; what cannot be asked for is not there. */
export async function searchTargets(text: string): Promise<Target[]> {
  const query = new URLSearchParams({ q: text, limit: String(MOST) });
  const [workflows, leads] = await Promise.all([
    callApi<Page<WorkflowSummary>>("GET", `/api/workflow?${query}`),
    callApi<Page<Lead>>("GET", `/api/leads?${query}`),
  ]);
  return [
    ...(workflows.ok ? workflows.data.items : []).map(({ id, name }) => ({
      name,
      kind: "Workflow",
      href: `/workflow/${encodeURIComponent(id)}`,
      icon: "workflow",
    })),
    ...(leads.ok ? leads.data.items : []).map((lead) => ({
      name: leadName(lead),
      kind: [lead.email, lead.company].filter(Boolean).join(" · "),
      href: `/leads/${encodeURIComponent(lead.id)}`,
      icon: "users",
    })),
  ];
}
