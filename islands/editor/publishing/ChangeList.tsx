import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "../../../routes/pages/components/icon.tsx";
import type { DocumentDiff, FieldDiff, NodeDiff } from "../document/diff.ts";
import { useEditor } from "../editor_context.ts";
import { fieldName, valueText } from "./field_words.ts";
import { LOOK } from "./LegendItem.tsx";

/** Every change by itself; a click on a node's leads to it. */
export function ChangeList({ diff }: { diff: DocumentDiff }): JSX.Element {
  const { nodes, edges, notes, settings, name } = diff;
  const moved = nodes.filter(({ kind }) => kind === "moved");
  const whole = [...(name ? [name] : []), ...settings];
  return (
    <div class="grid grid-cols-1 gap-4">
      <Group title="Nodes" count={nodes.length - moved.length}>
        {nodes.filter(({ kind }) => kind !== "moved").map((node) => <NodeChange key={node.id} node={node} />)}
      </Group>
      <Group title="Edges" count={edges.length}>
        {edges.map(({ id, kind, words }) => (
          <li key={`${kind} ${id}`} class="change" data-tone={LOOK[kind].tone}>
            <Kind kind={kind} /> {words}
          </li>
        ))}
      </Group>
      <Group title="Workflow" count={whole.length}>
        {whole.map((field) => (
          <li key={field.path} class="change">
            <FieldChange field={field} />
          </li>
        ))}
      </Group>
      <Group title="Notes" count={notes.length}>
        {notes.map(({ id, kind, label, fields }) => (
          <li key={id} class="change" data-tone={kind === "moved" ? undefined : LOOK[kind].tone}>
            {kind === "moved" ? "Moved" : <Kind kind={kind} />} {label}
            {fields.filter(isNoPlace).map((field) => <FieldChange key={field.path} field={field} />)}
          </li>
        ))}
      </Group>
      <Group title="Only moved" count={moved.length}>
        {moved.map((node) => <NodeChange key={node.id} node={node} />)}
      </Group>
    </div>
  );
}

function Group(
  { title, count, children }: { title: string; count: number; children: ComponentChildren },
): JSX.Element | null {
  if (count === 0) return null;
  return (
    <section class="grid grid-cols-1 gap-1" aria-label={title}>
      <h3 class="font-medium">{title}</h3>
      <ul class="grid grid-cols-1 gap-2">{children}</ul>
    </section>
  );
}

function Kind({ kind }: { kind: keyof typeof LOOK }): JSX.Element {
  const { icon, word } = LOOK[kind];
  return (
    <span class="change-kind">
      <Icon name={icon} size={13} /> {word}
    </span>
  );
}

function NodeChange({ node }: { node: NodeDiff }): JSX.Element {
  const { goTo, selection, document, types } = useEditor();
  const { id, kind, label, fields } = node;
  const chosen = selection.nodes.has(id);
  const ref = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (chosen) ref.current?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  const type = document.nodes.find((each) => each.id === id)?.type;
  const schema = type === undefined ? undefined : types.of(type)?.schema;
  return (
    <li ref={ref} class="change" data-tone={kind === "moved" ? undefined : LOOK[kind].tone}>
      <button
        type="button"
        class="change-node"
        aria-current={chosen ? "true" : undefined}
        onClick={() => goTo(id)}
      >
        {kind === "moved" ? null : <Kind kind={kind} />} <strong>{label}</strong>
      </button>
      {kind === "changed"
        ? fields.filter(isNoPlace).map((field) => (
          <FieldChange key={field.path} field={field} name={fieldName(field.path, schema)} />
        ))
        : null}
    </li>
  );
}

function isNoPlace({ path }: FieldDiff): boolean {
  return path !== "position";
}

/** What it was and what it is, one below the other. */
function FieldChange({ field, name }: { field: FieldDiff; name?: string }): JSX.Element {
  const [before, after] = [valueText(field.before), valueText(field.after)];
  return (
    <div class="change-field">
      <span class="change-name">{name ?? fieldName(field.path)}</span>
      {before === null ? null : <del class="change-value">{before || "(empty)"}</del>}
      {after === null
        ? <em class="text-soft">left out</em>
        : <ins class="change-value">{after || "(empty)"}</ins>}
    </div>
  );
}
