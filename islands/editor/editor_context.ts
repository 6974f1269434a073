import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Card } from "./canvas/cards.ts";
import type { Selection } from "./canvas/flow_elements.ts";
import type { Draft } from "./draft.ts";
import type { EditorDocument, Point } from "./document/document.ts";
import type { Resources } from "./inspector/form_scope.ts";
import type { Review } from "./publishing/review.ts";
import type { DrawerTab, Shown } from "./testing/shown.ts";
import type { NodeTypes } from "./use_node_types.ts";

/** Where a new node goes. */
export type Place =
  | { kind: "at"; point: Point }
  /** On an edge: between what it joins. */
  | { kind: "edge"; edgeId: string }
  /** Behind a port; `point` where the edge was let go. */
  | { kind: "after"; source: string; port: string; point?: Point }
  /** Where it makes sense: behind what is selected, else at the end. */
  | { kind: "next" };

/** A choice that is open: of a node for a place, or of everything. */
export interface Choice {
  place: Place | null;
  /** On the screen; null: in the middle. */
  at: Point | null;
}

/** What can be done to the drawing; every one is a step of undo. */
export interface Actions {
  /** Puts a node of the type; its id. */
  add(type: string, place: Place): string;
  addNote(kind: "note" | "group", point?: Point): void;
  connect(source: string, port: string, target: string): void;
  reconnect(edgeId: string, to: { source: string; port: string; target: string }): void;
  move(positions: ReadonlyMap<string, Point>): void;
  remove(): void;
  duplicate(): void;
  /** The selection as JSON text; null when nothing is selected. */
  copy(): string | null;
  paste(text: string, at?: Point): void;
  align(
    how: "left" | "centre" | "right" | "top" | "middle" | "bottom" | "distribute-x" | "distribute-y",
  ): void;
  tidy(): Promise<void>;
  undo(): void;
  redo(): void;
}

export interface Editor {
  workflowId: string;
  /** Where webhooks are called, without a slash at the end. */
  publicUrl: string;
  draft: Draft;
  types: NodeTypes;
  /** What is drawn: the draft, or what is looked at instead of it. */
  document: EditorDocument;
  /** What is looked at beside or instead of the draft; null: nothing. */
  review: Review | null;
  lookAt(review: Review | null): void;
  /** False: it may be looked at and run, or something else than the draft is drawn. */
  mayEdit: boolean;
  /** May this person change the draft, once it is drawn? */
  mayEditDraft: boolean;
  mayPublish: boolean;
  /** May tests and executions be started? */
  mayRun: boolean;
  /** What the team has that fields may name. */
  resources: Resources;
  cards: ReadonlyMap<string, Card>;
  /** What tests, watching and counting put on the canvas. */
  shown: Shown;
  /** What is open below the canvas. */
  drawer: DrawerTab | null;
  openDrawer(tab: DrawerTab | null): void;
  /** The execution that is painted live; null: none. */
  watched: string | null;
  watch(executionId: string | null): void;
  selection: Selection;
  select(change: (before: Selection) => Selection): void;
  /** Opens the choice of node types at a place on the screen. */
  choose(place: Place, at: Point | null): void;
  actions: Actions;
  /** Selects a node and brings it into sight; with an issue's path, its field gets the focus. */
  goTo(nodeId: string, path?: string): void;
  /** Brings a node into sight; the focus stays where it is. */
  show(nodeId: string): void;
  /** The field that was asked for last. */
  focusPath: string | null;
  /** Says something in a line that goes away, and to screen readers. */
  say(text: string): void;
}

export const EditorContext = createContext<Editor | null>(null);

/** The editor that this is drawn in. */
export function useEditor(): Editor {
  const editor = useContext(EditorContext);
  if (!editor) throw new Error("useEditor() outside the editor");
  return editor;
}
