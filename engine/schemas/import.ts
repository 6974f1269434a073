import { z } from "zod";
import { Json } from "./json.ts";
import { Workflow, WorkflowInput } from "./workflow.ts";

/** What became of one node of a file from elsewhere. */
export const ImportLine = z.object({
  /** Its name there. */
  node: z.string(),
  /** The node type that it is here; `note`: a note beside the drawing. */
  became: z.string(),
  /** What is different, or left to do; empty: nothing. */
  note: z.string(),
}).meta({ id: "ImportLine" });
export type ImportLine = z.infer<typeof ImportLine>;

export const ImportInput = z.strictObject({
  /** A workflow as it was exported here, or a file of n8n. */
  file: Json,
  /** In place of the file's own. */
  name: z.string().trim().min(1, "1 to 200 characters").max(200, "1 to 200 characters").optional(),
  /** False: it is only shown what would become of it. */
  save: z.boolean().default(true),
}).meta({ id: "ImportInput" });
export type ImportInput = z.infer<typeof ImportInput>;

/** Where the file came from, and what became of its nodes: of our own there is nothing to say. */
const told = { source: z.enum(["leadflow", "n8n"]), report: z.array(ImportLine) };
export const ImportAnswer = z.object({ workflow: Workflow, ...told }).meta({ id: "ImportAnswer" });
export type ImportAnswer = z.infer<typeof ImportAnswer>;
export const ImportPreview = z.object({ workflow: WorkflowInput, ...told }).meta({ id: "ImportPreview" });
export type ImportPreview = z.infer<typeof ImportPreview>;
