import { useEffect, useState } from "preact/hooks";
import type { View } from "../../engine/schemas/node.ts";
import { callApi } from "../shared/api.ts";
import { useEditor } from "./editor_context.ts";
import type { InspectorProps } from "./inspector/Inspector.tsx";

const EMPTY: InspectorProps["resources"] = { secrets: [], workflows: [] };
let known: Promise<InspectorProps["resources"]> | null = null;

/** Names that fields offer: secrets and workflows. Asked for once a page. */
export function useResources(): InspectorProps["resources"] {
  const { maySeeSecrets } = useEditor();
  const [resources, setResources] = useState(EMPTY);
  useEffect(() => {
    known ??= fetchResources(maySeeSecrets);
    void known.then(setResources);
  }, []);
  return resources;
}

async function fetchResources(maySeeSecrets: boolean): Promise<InspectorProps["resources"]> {
  const [secrets, workflows] = await Promise.all([
    maySeeSecrets ? callApi<{ items: InspectorProps["resources"]["secrets"] }>("GET", "/api/secrets") : null,
    callApi<{ items: { id: string; name: string }[] }>("GET", "/api/workflow?limit=200"),
  ]);
  return {
    secrets: secrets?.ok ? secrets.data.items : [],
    workflows: workflows.ok ? workflows.data.items.map(({ id, name }) => ({ id, name })) : [],
  };
}

/** What previews are rendered with: the sample that was chosen for tests, and what the last test put out. */
export function useSample(): View {
  return useEditor().shown.sample ?? SAMPLE;
}

/** The lead and the payload of the docs' examples; a real execution takes their place once one is chosen. */
export const SAMPLE: View = {
  trigger: {
    body: { email: "ann@example.com", firstName: "Ann", company: "Acme", score: 72 },
    query: {},
    headers: {},
  },
  lead: {
    id: "sample",
    email: "ann@example.com",
    phone: "+41 44 000 00 00",
    firstName: "Ann",
    lastName: "Lee",
    company: "Acme",
    industry: "Software",
    timezone: "Europe/Zurich",
    score: 72,
    status: "new",
    tags: [],
    fields: {},
  },
  steps: {},
  execution: { id: "sample" },
  messages: {},
  now: "2026-12-01T08:00:00.000Z",
};
