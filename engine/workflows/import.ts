import type { Actor, CreateOptions } from "../contract.ts";
import { fromN8n, isN8nFile } from "../core/import/n8n.ts";
import { invalid } from "../errors.ts";
import type { ImportAnswer, ImportInput, ImportLine, ImportPreview } from "../schemas/import.ts";
import type { Json } from "../schemas/json.ts";
import type { WorkflowInput } from "../schemas/workflow.ts";
import type { WorkflowDeps } from "./deps.ts";
import { createOrFind } from "./drafts.ts";
import { graphOf, parseInput } from "./parse.ts";

const UNNAMED = "Imported workflow";

interface Read {
  workflow: WorkflowInput;
  source: "leadflow" | "n8n";
  report: ImportLine[];
}

/** A new workflow from a file; with `save` false only what it would be. Throws 422 naming what is no workflow. */
export async function importWorkflow(
  deps: WorkflowDeps,
  { file, name, save }: ImportInput,
  actor: Actor,
  options: CreateOptions,
): Promise<ImportAnswer | ImportPreview> {
  const { workflow, ...told } = readFile(deps, oneOf(file), name);
  const { idempotencyKey } = options;
  if (save) return { workflow: await createOrFind(deps, workflow, actor, idempotencyKey, "import"), ...told };
  const shape = deps.checks.shape(graphOf(workflow));
  if (shape.length > 0) throw invalid(`This is no workflow: ${shape[0]?.message}`, shape);
  return { workflow, ...told };
}

function readFile({ lookup }: WorkflowDeps, file: Json, name: string | undefined): Read {
  const named = name === undefined ? {} : { name };
  if (isN8nFile(file)) {
    const { workflow, report } = fromN8n(file, { has: (type) => lookup(type) !== undefined });
    return { workflow: { ...workflow, ...named }, source: "n8n", report };
  }
  if (typeof file !== "object" || file === null || Array.isArray(file) || !("nodes" in file)) {
    const message = `The file is ${JSON.stringify(file).slice(0, 80)}`;
    const accepted = "a workflow as it was exported here, or from n8n";
    throw invalid("This is no workflow", [{ path: "file", message, accepted }]);
  }
  const input = parseInput({ name: UNNAMED, ...file, ...named });
  return { workflow: { name: input.name, ...graphOf(input) }, source: "leadflow", report: [] };
}

/** n8n's own tools write a list, also of one. */
function oneOf(file: Json): Json {
  if (!Array.isArray(file)) return file;
  const [first] = file;
  if (file.length === 1 && first !== undefined) return first;
  const message = `The file holds ${file.length} workflows`;
  throw invalid(message, [{ path: "file", message, accepted: "one workflow" }]);
}
