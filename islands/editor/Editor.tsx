import { ReactFlowProvider } from "@xyflow/react";
import { type JSX, options } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Canvas } from "./canvas/Canvas.tsx";
import { Cards } from "./canvas/cards.ts";
import { NOTHING, type Selection } from "./canvas/flow_elements.ts";
import { useProblems } from "./canvas/use_problems.ts";
import { type Choice, type Editor as EditorParts, EditorContext } from "./editor_context.ts";
import type { EditorProps } from "./editor_props.ts";
import { Header } from "./frame/Header.tsx";
import { Side } from "./frame/Side.tsx";
import { Snack, useSnack } from "./frame/Snack.tsx";
import { Chooser, ConflictDialog, prefetchParts, Testing } from "./later_parts.ts";
import { Palette } from "./palette/Palette.tsx";
import { useShown } from "./testing/use_shown.ts";
import { useActions } from "./use_actions.ts";
import { useKeyboard } from "./use_keyboard.ts";
import { type NodeTypes, useNodeTypes } from "./use_node_types.ts";
import { useView } from "./use_view.ts";
import { useWorkflow } from "./use_workflow.ts";

// Preact runs effects after the next paint; in between, a controlled field would lose keys.
options.requestAnimationFrame = (callback) => queueMicrotask(callback);

/** After the canvas is drawn. */
const IDLE_MS = 300;

/** The visual editor of a workflow: palette, canvas, inspector. */
export function Editor(props: EditorProps): JSX.Element {
  const types = useNodeTypes();
  if (!types) return <p class="editor-loading" role="status">Opening the editor …</p>;
  return (
    <ReactFlowProvider>
      <Opened {...props} types={types} />
    </ReactFlowProvider>
  );
}

function Opened({ types, ...props }: EditorProps & { types: NodeTypes }): JSX.Element {
  const draft = useWorkflow(props.workflow);
  const [selection, setSelection] = useState<Selection>(() =>
    props.selected === null ? NOTHING : { ...NOTHING, nodes: new Set([props.selected]) }
  );
  const [choice, setChoice] = useState<Choice | null>(null);
  const [focusPath, setFocusPath] = useState<string | null>(null);
  const { onShow, ...testing } = useShown();
  const [calm, setCalm] = useState(false);
  const { said, say } = useSnack();
  const cardsOf = useRef(new Cards()).current;
  const problems = useProblems(draft, types);
  const view = useView();
  const { shown } = testing;
  const cards = useMemo(
    () => cardsOf.of(draft.document, { types, ...shown, problems: problems.byNode, differences: NONE }),
    [draft.document, problems.byNode, types, shown],
  );
  const present = useMemo(() => onlyPresent(selection, draft.document), [selection, draft.document]);
  const parts = {
    workflowId: props.workflow.id,
    publicUrl: props.publicUrl,
    draft,
    types,
    mayEdit: props.mayEdit,
    mayRun: props.mayRun,
    ...testing,
    cards,
    selection: present,
    select: setSelection,
    say,
    focusPath,
    goTo(nodeId: string, path?: string): void {
      setSelection({ ...NOTHING, nodes: new Set([nodeId]) });
      setFocusPath(path ?? null);
      view.show(nodeId);
    },
    ...view,
  };
  const actions = useActions(parts);
  const editor: EditorParts = {
    ...parts,
    actions,
    choose: (place, at) => setChoice({ place, at }),
  };
  useEffect(() => {
    setTimeout(() => {
      prefetchParts();
      setCalm(true);
    }, IDLE_MS);
  }, []);
  useKeyboard(editor, { openCommands: () => setChoice({ place: null, at: null }) });

  return (
    <EditorContext.Provider value={editor}>
      <div class="editor">
        <Header
          mayPublish={props.mayPublish}
          mayRun={props.mayRun}
          problems={problems.all}
          onCommands={() => setChoice({ place: null, at: null })}
        />
        {props.mayEdit ? <Palette /> : null}
        <div class="editor-canvas">
          <Canvas />
          <Snack said={said} />
        </div>
        <Side problems={problems.all} refusals={props.refusals} />
        {calm || testing.drawer ? <Testing onShow={onShow} /> : null}
        {choice ? <Chooser choice={choice} onClose={() => setChoice(null)} /> : null}
        {draft.state.kind === "conflict" ? <ConflictDialog state={draft.state} /> : null}
      </div>
    </EditorContext.Provider>
  );
}

const NONE: ReadonlyMap<string, never> = new Map<string, never>();

/** Undo, others' changes and deletes may take away what was selected. */
function onlyPresent(
  selection: Selection,
  { nodes, edges, notes }: EditorParts["draft"]["document"],
): Selection {
  const kept = (set: ReadonlySet<string>, list: readonly { id: string }[]): ReadonlySet<string> => {
    if (set.size === 0) return set;
    const left = list.filter(({ id }) => set.has(id)).map(({ id }) => id);
    return left.length === set.size ? set : new Set(left);
  };
  const next = {
    nodes: kept(selection.nodes, nodes),
    edges: kept(selection.edges, edges),
    notes: kept(selection.notes, notes),
  };
  const same = next.nodes === selection.nodes && next.edges === selection.edges &&
    next.notes === selection.notes;
  return same ? selection : next;
}
