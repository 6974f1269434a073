import type { JSX } from "preact";
import type { WorkflowEdge } from "../../../engine/schemas/workflow.ts";
import { Field } from "../../../routes/pages/components/form.tsx";
import { Icon } from "../../../routes/pages/components/icon.tsx";
import { setEdgeLabel } from "../document/edits.ts";
import { useEditor } from "../editor_context.ts";

/** An edge: from which port to where, and the words on it. */
export function EdgePanel({ edge }: { edge: WorkflowEdge }): JSX.Element {
  const { cards, mayEdit, draft, actions, goTo, choose } = useEditor();
  const source = cards.get(edge.source);
  const target = cards.get(edge.target);
  const port = edge.sourceHandle ?? "out";
  const label = typeof edge.label === "string" ? edge.label : "";
  return (
    <div class="inspector panel" key={edge.id}>
      <h2>Connection</h2>
      <p class="flex flex-wrap items-center gap-x-2">
        <button type="button" class="link" onClick={() => goTo(edge.source)}>
          {source?.label ?? edge.source}
        </button>{" "}
        <Icon name="arrow-right" size={14} label="leads to" />{" "}
        <button type="button" class="link" onClick={() => goTo(edge.target)}>
          {target?.label ?? edge.target}
        </button>
      </p>
      {source && source.ports.length > 1
        ? (
          <Field id="edge-port" label="When">
            <select
              id="edge-port"
              class="input"
              value={port}
              disabled={!mayEdit}
              onInput={(event) =>
                actions.reconnect(edge.id, {
                  source: edge.source,
                  port: event.currentTarget.value,
                  target: edge.target,
                })}
            >
              {source.ports.map(({ id, label }) => <option key={id} value={id}>{label}</option>)}
            </select>
          </Field>
        )
        : null}
      <Field id="edge-label" label="Words on it" hint="Optional, for whoever reads the drawing.">
        <input
          id="edge-label"
          class="input"
          maxLength={100}
          value={label}
          readOnly={!mayEdit}
          onInput={(event) => {
            const { value } = event.currentTarget;
            draft.edit("Label a connection", (doc) => setEdgeLabel(doc, edge.id, value), `label ${edge.id}`);
          }}
        />
      </Field>
      {mayEdit
        ? (
          <div class="flex flex-wrap gap-2">
            <button
              type="button"
              class="button"
              onClick={() => choose({ kind: "edge", edgeId: edge.id }, null)}
            >
              <Icon name="plus" /> Insert a node
            </button>
            <button type="button" class="button" data-kind="danger" onClick={actions.remove}>
              <Icon name="trash" /> Delete
            </button>
          </div>
        )
        : null}
    </div>
  );
}
