import { checkRunnable, checkShape, type NodeInfo } from "../../../engine/core/check.ts";
import type { NodeDescriptor } from "../../../engine/nodes/define.ts";
import type { Issue } from "../../../engine/schemas/workflow.ts";
import { type EditorDocument, graphOfDocument } from "./document.ts";
import { schemaProblems } from "./json_schema.ts";

const infos = new WeakMap<NodeDescriptor, NodeInfo>();

/** A node type as the checks know it, from what the browser knows of it. */
function infoOf(descriptor: NodeDescriptor): NodeInfo {
  const known = infos.get(descriptor);
  if (known) return known;
  const { type, kind, title, ports, templates, conditions, schema } = descriptor;
  const info: NodeInfo = {
    type,
    kind,
    title,
    ports,
    templates,
    conditions,
    // A descriptor does not say it; what is wrongly read is said by the server.
    readsItself: true,
    parse: (config) => schemaProblems(schema, config),
  };
  infos.set(descriptor, info);
  return info;
}

/**
 * What keeps the document from being saved, or from running, as far as the browser can tell: the checks of the server
 * over the descriptors' schemas. What a schema cannot say, and paths that other workflows have, only the server knows.
 */
export function localIssues(doc: EditorDocument, descriptors: Iterable<NodeDescriptor>): Issue[] {
  const types = new Map([...descriptors].map((descriptor) => [descriptor.type, descriptor]));
  const lookup = (type: string): NodeInfo | undefined => {
    const descriptor = types.get(type);
    return descriptor && infoOf(descriptor);
  };
  const graph = graphOfDocument(doc);
  const shape = checkShape(graph, lookup, [...types.keys()]);
  return shape.length > 0 ? shape : checkRunnable(graph, lookup);
}
