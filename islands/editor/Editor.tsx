import { ReactFlowProvider } from "@xyflow/react";
import { type JSX, options } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Canvas } from "./canvas/Canvas.tsx";
import { Cards } from "./canvas/cards.ts";
import { NOTHING, type Selection } from "./canvas/flow_elements.ts";
import { useProblems } from "./canvas/use_problems.ts";
import { type Choice, type Editor as EditorParts, EditorContext } from "./editor_context.ts";
import type { EditorProps } from "./editor_props.ts";
import { focusCard } from "./focus.ts";
import { Header } from "./frame/Header.tsx";
import { Side } from "./frame/Side.tsx";
import { Snack, useSnack } from "./frame/Snack.tsx";
import { Chooser, ConflictDialog, News, prefetchParts, ReviewBar, Testing } from "./later_parts.ts";
import { Palette } from "./palette/Palette.tsx";
import type { Drawn, Review } from "./publishing/review.ts";
import { NOTHING_SHOWN } from "./testing/shown.ts";
import { useShown } from "./testing/use_shown.ts";
import { useActions } from "./use_actions.ts";
import { useKeyboard } from "./use_keyboard.ts";
import { type NodeTypes, useNodeTypes } from "./use_node_types.ts";
import { useNamed } from "./use_resources.ts";
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
  const [review, setReview] = useState<Review | null>(null);
  const drawn = drawnIn(review);
  const document = drawn?.document ?? draft.document;
  const { onShow, ...testing } = useShown();
  const [calm, setCalm] = useState(false);
  const { said, say } = useSnack();
  const cardsOf = useRef(new Cards()).current;
  const problems = useProblems(draft, types);
  const view = useView();
  const resources = useNamed(props.maySeeSecrets);
  const names = useMemo(() => new Map(resources.workflows.map(({ id, name }) => [id, name])), [resources]);
  const shown = drawn ? NOTHING_SHOWN : testing.shown;
  const marks = { problems: drawn ? NONE : problems.byNode, differences: drawn?.nodes ?? NONE };
  const cards = useMemo(() => cardsOf.of(document, { types, names, ...shown, ...marks }), [
    document,
    marks.problems,
    marks.differences,
    types,
    names,
    shown,
  ]);
  const present = useMemo(() => onlyPresent(selection, document), [selection, document]);
  const parts = {
    workflowId: props.workflow.id,
    publicUrl: props.publicUrl,
    draft,
    types,
    document,
    review,
    lookAt(next: Review | null): void {
      setReview(next);
      // A node that is selected would be shown beside the canvas instead.
      if (next?.kind === "versions" || next?.kind === "version") setSelection(NOTHING);
    },
    mayEdit: props.mayEdit && !isInstead(review),
    mayEditDraft: props.mayEdit,
    mayPublish: props.mayPublish,
    mayRun: props.mayRun,
    resources,
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
      if (path === undefined) focusCard(nodeId);
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
        <div class="editor-top">
          <Header
            mayRun={props.mayRun}
            problems={problems.all}
            onCommands={() => setChoice({ place: null, at: null })}
          />
          {draft.news ? <News text={draft.news} /> : null}
        </div>
        {editor.mayEdit ? <Palette /> : null}
        <div class="editor-canvas">
          <Canvas />
          {isInstead(review) ? <ReviewBar review={review} /> : null}
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

function drawnIn(review: Review | null): Drawn | null {
  return review && "drawn" in review ? review.drawn : null;
}

/** Is something else than the draft drawn, or about to be? */
function isInstead(review: Review | null): review is Review & { kind: "version" | "comparison" } {
  return review?.kind === "version" || review?.kind === "comparison";
}

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
