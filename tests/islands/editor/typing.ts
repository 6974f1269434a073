import type { Json } from "../../../engine/schemas/json.ts";
import type { WorkflowNode } from "../../../engine/schemas/workflow.ts";
import type { EditorDocument } from "../../../islands/editor/document/document.ts";
import { setNodeData } from "../../../islands/editor/document/edits.ts";
import { withValueAt } from "../../../islands/editor/document/json_value.ts";

/** As a form does: one value of a node's config is set, or taken away (undefined); an empty path is all of it. */
export function setConfigValue(
  doc: EditorDocument,
  id: string,
  path: readonly (string | number)[],
  value: Json | undefined,
): EditorDocument {
  return changed(doc, id, (data) => {
    const config = withValueAt(data.config, path, value);
    return typeof config === "object" && config !== null && !Array.isArray(config)
      ? { ...data, config }
      : data;
  });
}

/** As the field for the name does. */
export function renameNode(doc: EditorDocument, id: string, label: string): EditorDocument {
  return changed(doc, id, (data) => ({ ...data, label }));
}

function changed(
  doc: EditorDocument,
  id: string,
  change: (data: WorkflowNode["data"]) => WorkflowNode["data"],
): EditorDocument {
  const node = doc.nodes.find((each) => each.id === id);
  return node ? setNodeData(doc, id, change(node.data)) : doc;
}
