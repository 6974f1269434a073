import type { Issue } from "../../../engine/schemas/workflow.ts";

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
