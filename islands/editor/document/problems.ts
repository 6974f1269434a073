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

/**
 * Both lists without what is said twice. Where both speak of the same field of a config, the local words stay: they are
 * newer, and the server's are about the same.
 */
export function mergeIssues(local: readonly Issue[], server: readonly Issue[]): Issue[] {
  const seen = new Set<string>();
  const fields = new Set(local.filter(isOfConfig).map(({ path }) => path));
  const others = server.filter((issue) => !isOfConfig(issue) || !fields.has(issue.path));
  return [...local, ...others].filter(({ path, message }) => {
    const key = JSON.stringify([path, message]);
    const fresh = !seen.has(key);
    seen.add(key);
    return fresh;
  });
}

function isOfConfig({ path }: Issue): boolean {
  return /^nodes\.[^.]+\.config(\.|$)/.test(path);
}

/** A node's issues; with a path those of that field and of what is inside it (`""`: of the config as a whole). */
export function issuesOf(issues: readonly Issue[], nodeId: string, fieldPath?: string): Issue[] {
  const own = issues.filter((issue) => issue.nodeId === nodeId);
  if (fieldPath === undefined) return own;
  const place = fieldPath === "" ? `nodes.${nodeId}.config` : `nodes.${nodeId}.config.${fieldPath}`;
  return own.filter(({ path }) => path === place || fieldPath !== "" && path.startsWith(`${place}.`));
}
