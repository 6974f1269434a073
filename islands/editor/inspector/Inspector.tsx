import type { JSX } from "preact";
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { NodeDescriptor } from "../../../engine/nodes/define.ts";
import type { View } from "../../../engine/schemas/node.ts";
import type {
  Issue,
  WorkflowEdge,
  WorkflowNode,
  WorkflowSettings,
} from "../../../engine/schemas/workflow.ts";
import { fieldOf } from "./config_tree.ts";
import { ErrorHandling } from "./ErrorHandling.tsx";
import { Field } from "./Field.tsx";
import { type FormScope, idOf, type Resources } from "./form_scope.ts";
import { Head } from "./Head.tsx";
import { NodeId } from "./NodeId.tsx";
import { Section } from "./Section.tsx";
import { propertiesOf } from "./schema.ts";
import { useFormScope } from "./use_form_scope.tsx";
import { FailureWords, WaysOut, waysOutOf } from "./WaysOut.tsx";

export interface InspectorProps {
  node: WorkflowNode;
  descriptor: NodeDescriptor;
  document: { nodes: WorkflowNode[]; edges: WorkflowEdge[]; settings: WorkflowSettings };
  descriptors: readonly NodeDescriptor[];
  /** Of this node; `nodes.<id>.config.<field>`. */
  issues: readonly Issue[];
  /** What templates and conditions are shown on. */
  sample: View;
  resources: Resources;
  readOnly: boolean;
  /** Above the form: how the node is live. */
  live?: JSX.Element | null;
  /** A field to focus, after a click on an issue: the issue's path, or the field's below the config. */
  focusPath?: string;
  /** Edits with one key, in quick succession, are one step of undo; what is a step of its own has a key of its own. */
  onChange(next: WorkflowNode, mergeKey: string): void;
  onRenameId(id: string): void;
  onOpenNode(id: string): void;
}

/** All of one node: its form, what happens when it fails, what it is, where it leads. */
export function Inspector(props: InspectorProps): JSX.Element {
  // Nothing of one node's typing may show in another's fields.
  return <NodeInspector key={props.node.id} {...props} />;
}

function NodeInspector(props: InspectorProps): JSX.Element {
  const { node, descriptor, document, readOnly, onOpenNode } = props;
  const { form, change } = useFormScope(props, (field) => <Field {...field} />);
  const whole = useRef<HTMLElement>(null);
  useFocus(whole, node.id, props.focusPath);
  const ways = useMemo(() => waysOutOf(props), [node, descriptor, document, props.descriptors]);
  return (
    <section class="inspector" ref={whole} aria-label={node.data.label || descriptor.title}>
      <Head
        node={node}
        descriptor={descriptor}
        readOnly={readOnly}
        issues={form.issuesAt("")}
        count={props.issues.length}
        onLabel={(label) => change({ ...node, data: { ...node.data, label } }, "@label")}
        onFirstProblem={() => focusOn(whole.current?.querySelector("[aria-invalid], [data-invalid]"))}
      />
      {props.live ?? null}
      <ConfigForm form={form} node={node} descriptor={descriptor} />
      {descriptor.kind === "effect"
        ? (
          <Section title="Error handling" folded>
            <ErrorHandling
              node={node}
              retry={document.settings.retry}
              readOnly={readOnly}
              failure={<FailureWords ways={ways} onOpenNode={onOpenNode} />}
              issuesAt={form.issuesAt}
              onChange={change}
            />
          </Section>
        )
        : null}
      <Section title="Where it leads">
        <WaysOut ways={ways} onOpenNode={onOpenNode} />
      </Section>
      <Section title="Help" folded>
        <Help descriptor={descriptor} />
      </Section>
      <Section title="Id" folded>
        <NodeId
          id={node.id}
          taken={document.nodes.filter((one) => one.id !== node.id).map((one) => one.id)}
          readOnly={readOnly}
          onRename={props.onRenameId}
        />
      </Section>
    </section>
  );
}

function ConfigForm(
  { form, node, descriptor }: { form: FormScope; node: WorkflowNode; descriptor: NodeDescriptor },
): JSX.Element {
  const { config } = node.data;
  const isBare = descriptor.schema.type === "object" && propertiesOf(descriptor.schema).length === 0 &&
    Object.keys(config).length === 0;
  return (
    <div class="insp-form insp-fields">
      {isBare ? <p class="hint">There is nothing to set.</p> : form.draw({
        form,
        path: "",
        schema: descriptor.schema,
        value: config,
        required: true,
        label: "Settings",
      })}
    </div>
  );
}

function Help({ descriptor: { description, help } }: { descriptor: NodeDescriptor }): JSX.Element {
  const paragraphs = (help.trim() || description).split(/\n\s*\n/);
  return <div class="insp-help">{paragraphs.map((text) => <p key={text}>{text}</p>)}</div>;
}

/** Focuses the field that an issue is about, or the nearest around it, once for each path that is asked for. */
function useFocus(whole: { current: HTMLElement | null }, nodeId: string, path: string | undefined): void {
  useLayoutEffect(() => {
    if (path === undefined) return;
    let place = fieldOf(path, nodeId);
    for (;;) {
      const found = whole.current?.querySelector(`[id="${CSS.escape(idOf(nodeId, place))}"]`);
      if (found || place === "") return focusOn(found);
      place = place.slice(0, Math.max(0, place.lastIndexOf(".")));
    }
  }, [nodeId, path]);
}

function focusOn(found: Element | null | undefined): void {
  if (!found) return;
  for (let fold = found.closest("details"); fold; fold = fold.parentElement?.closest("details") ?? null) {
    fold.open = true;
  }
  const control = found.matches("[role=group], [role=radiogroup], [data-invalid]")
    ? found.querySelector<HTMLElement>("input, select, textarea, button") ?? found
    : found;
  if (control instanceof HTMLElement) control.focus();
  found.scrollIntoView({ block: "nearest" });
}
