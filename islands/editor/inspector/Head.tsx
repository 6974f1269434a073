import type { JSX } from "preact";
import type { NodeDescriptor } from "../../../engine/nodes/define.ts";
import type { Issue, WorkflowNode } from "../../../engine/schemas/workflow.ts";
import { Icon } from "../../../routes/pages/components/icon.tsx";
import { idOf } from "./form_scope.ts";
import { Problems } from "./Problems.tsx";
import { useTyping } from "./typing.ts";

interface HeadProps {
  node: WorkflowNode;
  descriptor: NodeDescriptor;
  readOnly: boolean;
  /** What concerns the node as a whole. */
  issues: readonly Issue[];
  /** Of all its issues. */
  count: number;
  onLabel(label: string): void;
  onFirstProblem(): void;
}

/** What the node is, and its name, changed where it stands. */
export function Head(
  { node, descriptor, readOnly, issues, count, onLabel, onFirstProblem }: HeadProps,
): JSX.Element {
  const typing = useTyping(node.data.label, onLabel);
  const id = idOf(node.id, "@label");
  return (
    <header class="insp-head">
      <span class="insp-icon" data-category={descriptor.category}>
        <Icon name={descriptor.icon} size={18} />
      </span>
      <div class="insp-name">
        <input
          {...typing}
          id={id}
          class="insp-title nodrag"
          aria-label="Name of the step"
          placeholder={descriptor.title}
          maxLength={200}
          readOnly={readOnly}
          autoComplete="off"
          onKeyDown={(event) => {
            if (event.key === "Enter" || event.key === "Escape") event.currentTarget.blur();
          }}
        />
        <p class="insp-type">{node.data.label ? descriptor.title : descriptor.description}</p>
      </div>
      {count > 0
        ? (
          <button type="button" class="button insp-count" data-tone="bad" onClick={onFirstProblem}>
            <Icon name="alert" size={14} /> {count === 1 ? "1 problem" : `${count} problems`}
          </button>
        )
        : null}
      <Problems id={`${id}-problem`} problems={issues} />
    </header>
  );
}
