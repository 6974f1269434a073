import type { JSX } from "preact";
import type { Problem } from "../../engine/schemas/problem.ts";
import type { Issue } from "../../engine/schemas/workflow.ts";
import { ErrorCard, IssueList } from "../../routes/pages/components/error_card.tsx";

interface PublishRefusalProps {
  workflow: { id: string; name: string };
  problem: Problem;
}

/** Why a publish was refused, by node, so that each issue stands with the node that it concerns. */
export function PublishRefusal({ workflow, problem }: PublishRefusalProps): JSX.Element {
  const { issues = [], ...plain } = problem;
  const why = issues.length === 0
    ? problem.detail
    : `${issues.length === 1 ? "One issue keeps" : `${issues.length} issues keep`} it from running.`;
  return (
    <ErrorCard problem={{ ...plain, detail: `${workflow.name} was not published. ${why}` }}>
      {groupByNode(issues).map(([node, of]) => (
        <div key={node} class="mt-2">
          {node
            ? (
              <a class="link" href={`/workflow/${workflow.id}?node=${encodeURIComponent(node)}#node`}>
                Node {node}
              </a>
            )
            : <p class="font-medium">Workflow</p>}
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
