import type { JSX } from "preact";
import type { Problem } from "../../engine/schemas/problem.ts";
import type { Issue } from "../../engine/schemas/workflow.ts";
import { ErrorCard, IssueList } from "../../routes/pages/components/error_card.tsx";

/** Why a publish was refused, by node, so that each issue stands with the node that it concerns. */
export function PublishRefusal({ name, problem }: { name: string; problem: Problem }): JSX.Element {
  const issues = problem.issues ?? [];
  const { issues: _, ...plain } = problem;
  return (
    <ErrorCard problem={{ ...plain, detail: `${name} was not published. ${problem.detail}` }}>
      {groupByNode(issues).map(([node, of]) => (
        <div key={node} class="mt-2">
          <p class="font-medium">{node ? `Node ${node}` : "Workflow"}</p>
          <IssueList issues={of} />
        </div>
      ))}
    </ErrorCard>
  );
}

function groupByNode(issues: readonly Issue[]): [string, Issue[]][] {
  const groups = new Map<string, Issue[]>();
  for (const issue of issues) {
    const node = issue.nodeId ?? "";
    groups.set(node, [...groups.get(node) ?? [], issue]);
  }
  return [...groups];
}
