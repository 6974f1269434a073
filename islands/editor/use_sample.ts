import type { View } from "../../engine/schemas/node.ts";
import { useEditor } from "./editor_context.ts";

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
