import type { JSX } from "preact";
import type { Issue } from "../../../engine/schemas/workflow.ts";
import { Icon } from "../../../routes/pages/components/icon.tsx";
import { useEditor } from "../editor_context.ts";

/** What keeps the workflow from running, by node; a click leads there. */
export function ProblemList(
  { problems, onChosen }: { problems: readonly Issue[]; onChosen?(): void },
): JSX.Element {
  const { cards, goTo } = useEditor();
  return (
    <ul class="problem-list">
      {problems.map((issue) => {
        const { nodeId } = issue;
        const card = nodeId === undefined ? undefined : cards.get(nodeId);
        return (
          <li key={`${issue.path} ${issue.message}`}>
            {card
              ? (
                <button
                  type="button"
                  class="problem"
                  onClick={() => {
                    onChosen?.();
                    goTo(card.id, issue.path);
                  }}
                >
                  <Icon name={card.icon} size={16} />
                  <Words name={card.label} issue={issue} />
                </button>
              )
              : (
                <div class="problem">
                  <Icon name="alert" size={16} />
                  <Words name="Workflow" issue={issue} />
                </div>
              )}
          </li>
        );
      })}
    </ul>
  );
}

function Words({ name, issue }: { name: string; issue: Issue }): JSX.Element {
  return (
    <span class="min-w-0">
      <strong class="font-semibold">{name}</strong>: {issue.message}
      {issue.accepted ? <span class="block text-soft">Accepted: {issue.accepted}</span> : null}
    </span>
  );
}
