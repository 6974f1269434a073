import type { Refusals, Workflow } from "../../engine/schemas/workflow.ts";

/** What the page gives the editor. */
export interface EditorProps {
  workflow: Workflow;
  mayEdit: boolean;
  mayPublish: boolean;
  mayRun: boolean;
  /** May the names of secrets be offered? */
  maySeeSecrets: boolean;
  /** A node to begin with. */
  selected: string | null;
  refusals: Refusals;
  /** For the addresses of webhooks, without a slash at the end. */
  publicUrl: string;
}
