import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Issue, Refusals, WorkflowNode } from "../../../engine/schemas/workflow.ts";
import { Icon } from "../../../routes/pages/components/icon.tsx";
import { NOTHING } from "../canvas/flow_elements.ts";
import { changeNodeId, setNodeData } from "../document/edits.ts";
import { useEditor } from "../editor_context.ts";
import { useSample } from "../use_sample.ts";
import {
  EdgePanel,
  Inspector,
  LastRun,
  NodeLive,
  NotePanel,
  ReviewPanel,
  SeveralPanel,
} from "../later_parts.ts";
import type { Review } from "../publishing/review.ts";
import { WorkflowPanel } from "./WorkflowPanel.tsx";

interface SideProps {
  problems: readonly Issue[];
  refusals: Refusals;
}

/** Beside the canvas: the form of what is selected, else the workflow itself. On a phone it is a sheet. */
export function Side(props: SideProps): JSX.Element {
  const { selection, select, review } = useEditor();
  // Where it covers the canvas, it comes and goes with a selection.
  const [folded, setFolded] = useState(isSheet);
  const count = selection.nodes.size + selection.edges.size + selection.notes.size;
  const beside = isBeside(review);
  useEffect(() => {
    if (count || beside) setFolded(false);
    else if (isSheet()) setFolded(true);
  }, [count > 0, beside]);
  return (
    <aside
      class="editor-side"
      aria-label="Details"
      data-filled={count || beside ? "" : undefined}
      data-folded={folded ? "" : undefined}
    >
      <div class="side-grip">
        <button
          type="button"
          class="side-toggle"
          aria-expanded={!folded}
          onClick={() => setFolded(!folded)}
        >
          <Icon name={folded ? "chevron-up" : "chevron-down"} /> {folded ? "Show details" : "Hide details"}
        </button>
        {props.problems.length
          ? <span class="badge" data-tone="bad">{problemWords(props.problems.length)}</span>
          : null}
        {count
          ? (
            <button
              type="button"
              class="icon-button"
              aria-label="Close details"
              onClick={() => select(() => NOTHING)}
            >
              <Icon name="x" />
            </button>
          )
          : null}
      </div>
      <div class="side-body">
        <Panel {...props} />
      </div>
    </aside>
  );
}

function isSheet(): boolean {
  return matchMedia("(max-width: 48rem)").matches;
}

/** Does it have something to say beside the canvas? */
function isBeside(review: Review | null): boolean {
  return review !== null && review.kind !== "publish";
}

function Panel({ problems, refusals }: SideProps): JSX.Element {
  const { selection, document, review } = useEditor();
  const { nodes, edges, notes } = selection;
  const none = nodes.size + edges.size + notes.size === 0;
  if (review && isBeside(review) && (none || review.kind === "comparison")) {
    return <ReviewPanel review={review} />;
  }
  if (nodes.size + notes.size > 1) return <SeveralPanel />;
  const node = document.nodes.find(({ id }) => nodes.has(id));
  if (node) return <NodePanel node={node} problems={problems} />;
  const note = document.notes.find(({ id }) => notes.has(id));
  if (note) return <NotePanel note={note} />;
  const edge = document.edges.find(({ id }) => edges.has(id));
  return edge ? <EdgePanel edge={edge} /> : <WorkflowPanel problems={problems} refusals={refusals} />;
}

function NodePanel({ node, problems }: { node: WorkflowNode; problems: readonly Issue[] }): JSX.Element {
  const { draft, document, types, mayEdit, goTo, focusPath, say, select, resources, shown } = useEditor();
  const sample = useSample();
  // Why it failed is what one looks for first; otherwise the form comes first.
  const failed = shown.paints.get(node.id)?.status === "failed";
  const descriptor = types.of(node.type);
  if (!descriptor) {
    return (
      <div class="p-4">
        <h2>{node.data.label || node.id}</h2>
        <p class="mt-2">
          "{node.type}" is no node type of this LeadFlow. Delete the node, or take another one.
        </p>
      </div>
    );
  }
  return (
    <>
      <Inspector
        key={node.id}
        node={node}
        descriptor={descriptor}
        document={document}
        descriptors={types.all}
        issues={problems.filter(({ nodeId }) => nodeId === node.id)}
        sample={sample}
        resources={resources}
        readOnly={!mayEdit}
        live={failed
          ? <LastRun nodeId={node.id} above />
          : /^trigger_(sch|web)/.test(node.type)
          ? <NodeLive node={node} />
          : null}
        {...(focusPath ? { focusPath } : {})}
        onChange={(next, mergeKey) =>
          draft.edit(
            `Change ${next.data.label || descriptor.title}`,
            (doc) => setNodeData(doc, node.id, next.data),
            `${node.id} ${mergeKey}`,
          )}
        onRenameId={(id) => {
          const before = draft.document;
          draft.edit(`Rename ${node.id} to ${id}`, (doc) => changeNodeId(doc, node.id, id));
          if (draft.document === before) {
            say(`"${id}" is taken, or no id: letters, digits, _ and -, at most 64`);
          } else select(() => ({ ...NOTHING, nodes: new Set([id]) }));
        }}
        onOpenNode={(id) => goTo(id)}
      />
      <LastRun nodeId={node.id} />
    </>
  );
}

function problemWords(count: number): string {
  return count === 1 ? "1 problem" : `${count} problems`;
}
