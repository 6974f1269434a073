import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { NEW_NAME } from "../../../engine/schemas/workflow_name.ts";
import { Field } from "../../../routes/pages/components/form.tsx";
import { useEditor } from "../editor_context.ts";
import { proposedName } from "./name_proposal.ts";

interface NameFieldProps {
  /** What is typed; empty: the name stays as it is. */
  value: string;
  onTyped(value: string): void;
}

/** Asks for a name as long as the workflow has the one that every new one has; nobody has to give one. */
export function NameField({ value, onTyped }: NameFieldProps): JSX.Element | null {
  const { draft, cards } = useEditor();
  const { name, nodes, edges } = draft.document;
  const proposal = useMemo(() => proposedName({ nodes, edges, cards }), [nodes, edges, cards]);
  if (name !== NEW_NAME) return null;
  return (
    <Field
      id="publish-name"
      label="Name"
      hint={
        <>
          It is still called “{NEW_NAME}”, like any other that nobody named. {proposal && value !== proposal
            ? (
              <button
                type="button"
                class="link"
                onClick={() => onTyped(proposal)}
              >
                Call it “{proposal}”
              </button>
            )
            : null}
        </>
      }
    >
      <input
        id="publish-name"
        class="input"
        maxLength={200}
        placeholder={proposal || NEW_NAME}
        aria-describedby="publish-name-hint"
        value={value}
        onInput={(event) => onTyped(event.currentTarget.value)}
      />
    </Field>
  );
}
