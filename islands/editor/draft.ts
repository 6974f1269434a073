import type { Issue, Workflow } from "../../engine/schemas/workflow.ts";
import { documentOf, type EditorDocument, graphOfDocument, hashOfDocument } from "./document/document.ts";
import { setGraph, setName } from "./document/edits.ts";
import {
  changeBetween,
  type History,
  record,
  redo,
  restoreHistory,
  serializeHistory,
  type Step,
  undo,
} from "./document/history.ts";
import { type DraftWorld, isOlder, type Live, liveOf, readUnsaved, type SaveState } from "./draft_world.ts";

/** After the last edit, and at most after the first one that is not saved. */
const QUIET_MS = 600;
const PATIENCE_MS = 3_000;
const OFFLINE_RETRY_MS = 3_000;
/** The copy that survives a reload is written when typing pauses, and when the page is left. */
const KEEP_MS = 250;

/**
 * A workflow's draft while it is edited: the document, its undo history, and the server's copy. Saves by itself; what
 * others saved in between is merged, and where both changed the same, a person chooses. Nothing typed is lost: what is
 * not saved yet survives a reload.
 */
export class Draft {
  document: EditorDocument;
  history: History = { past: [], future: [] };
  state: SaveState;
  live: Live;
  issues: Issue[];
  /** In words, what others did meanwhile: merged without a question, or published; until it is put away. */
  news: string | null = null;
  /** The document that the server has, as `live.revision`. */
  #saved: EditorDocument;
  #world: DraftWorld;
  #onChange: () => void;
  #cancel: (() => void) | null = null;
  #keeping: (() => void) | null = null;
  #dirtySince = 0;
  #saving: Promise<void> | null = null;

  constructor(workflow: Workflow, world: DraftWorld, onChange: () => void) {
    this.#world = world;
    this.#onChange = onChange;
    this.#saved = this.document = documentOf(workflow);
    this.live = liveOf(workflow);
    this.issues = workflow.issues;
    this.state = { kind: "saved", at: Date.parse(workflow.updatedAt) };
    this.#restore();
  }

  /** Changes the document. Edits with one `mergeKey` in quick succession are one step of undo. */
  edit(label: string, change: (document: EditorDocument) => EditorDocument, mergeKey?: string): void {
    const next = change(this.document);
    const step = changeBetween(this.document, next, label, this.#world.now());
    if (!step) return;
    this.history = record(this.history, step, mergeKey);
    this.#take(next);
  }

  /** Takes the last step back; its label, or null when there is none. */
  undo(): string | null {
    return this.#travel(undo(this.document, this.history));
  }

  redo(): string | null {
    return this.#travel(redo(this.document, this.history));
  }

  /** Saves at once; true when the server has everything. */
  async flush(): Promise<boolean> {
    this.#cancel?.();
    this.#cancel = null;
    await this.#saving;
    if (this.document !== this.#saved) await this.#save();
    return this.document === this.#saved;
  }

  /** Goes on with what a person made of the conflicts. */
  async settle(document: EditorDocument): Promise<void> {
    if (this.state.kind !== "conflict") return;
    const { theirs } = this.state;
    this.#base(theirs);
    this.#replace("Merge what somebody else changed", document);
    this.state = { kind: "unsaved" };
    this.#onChange();
    await this.flush();
  }

  /** Looks whether somebody else saved; what they changed appears here. */
  async refresh(): Promise<void> {
    if (this.#saving || this.state.kind === "conflict") return;
    const answer = await this.#world.read();
    // What was asked before something was saved or published here comes too late.
    if (!answer.ok || this.#saving || isOlder(answer.data, this.live)) return;
    const { version } = answer.data;
    const published = version !== this.live.version;
    if (answer.data.revision !== this.live.revision) await this.#meet(answer.data);
    if (published) {
      this.news = [this.news, `Version ${version} went live in another window.`].filter(Boolean).join(" ");
    }
    this.live = liveOf(answer.data);
    if (this.document === this.#saved) this.issues = answer.data.issues;
    this.#onChange();
  }

  /** Puts the news away. */
  read(): void {
    this.news = null;
    this.#onChange();
  }

  /**
   * Calls the server about the draft as it is drawn, by another call than a save: all is saved before, and meanwhile
   * nothing is. Null when it could not be saved.
   */
  async alone<T>(call: (revision: number) => Promise<T>): Promise<T | null> {
    if (!(await this.flush())) return null;
    const answer = call(this.live.revision);
    this.#saving = answer.then(() => {}, () => {}).finally(() => void (this.#saving = null));
    return await answer;
  }

  /** The server changed the draft by such a call: this is what it has now. */
  adopt(workflow: Workflow, label: string): void {
    this.#base(workflow);
    this.#replace(label, setGraph(setName(this.document, workflow.name), workflow));
    this.#saved = this.document;
    this.state = { kind: "saved", at: this.#world.now() };
    this.#remember();
    this.#onChange();
  }

  /** A published version of the saved draft. */
  published(version: number): void {
    this.live = {
      ...this.live,
      version,
      draftChanged: false,
      publishedAt: new Date(this.#world.now()).toISOString(),
    };
    this.#onChange();
  }

  /** The connection is back. */
  wake(): void {
    if (this.state.kind === "offline") this.#schedule(0);
  }

  #travel(step: Step | null): string | null {
    if (!step) return null;
    this.history = step.history;
    this.#take(step.doc);
    return step.label;
  }

  #replace(label: string, next: EditorDocument): void {
    const step = changeBetween(this.document, next, label, this.#world.now());
    if (step) this.history = record(this.history, step);
    this.document = next;
  }

  #take(next: EditorDocument): void {
    this.document = next;
    if (this.state.kind !== "conflict") {
      if (this.state.kind === "saved" || this.state.kind === "refused") this.#dirtySince = this.#world.now();
      if (this.state.kind !== "saving" && this.state.kind !== "offline") this.state = { kind: "unsaved" };
      this.#schedule(QUIET_MS);
    }
    this.#remember();
    this.#onChange();
  }

  #schedule(ms: number): void {
    this.#cancel?.();
    const left = this.#dirtySince + PATIENCE_MS - this.#world.now();
    this.#cancel = this.#world.later(() => {
      this.#cancel = null;
      if (!this.#saving) void this.#save();
    }, Math.max(0, Math.min(ms, left)));
  }

  #save(): Promise<void> {
    this.#saving = this.#send().finally(() => {
      this.#saving = null;
      this.#onChange();
    });
    return this.#saving;
  }

  async #send(): Promise<void> {
    const sent = this.document;
    if (this.state.kind !== "offline") this.state = { kind: "saving" };
    this.#onChange();
    const { notes, ...graph } = { notes: [], ...graphOfDocument(sent) };
    const answer = await this.#world.save({ name: sent.name, ...graph, notes }, this.live.revision);
    if (answer.ok) return this.#accepted(answer.data, sent);
    const { status, detail } = answer.problem;
    if (status === 0 || status >= 500 || status === 429) return this.#away();
    if (status !== 412) return void (this.state = { kind: "refused", detail });
    const theirs = await this.#world.read();
    if (!theirs.ok) return this.#away();
    await this.#meet(theirs.data);
  }

  #accepted(workflow: Workflow, sent: EditorDocument): void {
    this.live = liveOf(workflow);
    this.issues = workflow.issues;
    this.#saved = sent;
    if (this.document === sent) this.state = { kind: "saved", at: this.#world.now() };
    else {
      this.state = { kind: "unsaved" };
      this.#dirtySince = this.#world.now();
      this.#schedule(QUIET_MS);
    }
    this.#remember();
  }

  #away(): void {
    this.state = { kind: "offline" };
    this.#dirtySince = this.#world.now();
    this.#schedule(OFFLINE_RETRY_MS);
  }

  /** Somebody else saved: their document is the new base, what was changed here is put on top of it. */
  async #meet(theirs: Workflow): Promise<void> {
    const { merge } = await import("./document/merge.ts");
    const other = documentOf(theirs);
    const { merged, conflicts, dropped, renamed } = merge(this.#saved, this.document, other);
    if (conflicts.length) return void (this.state = { kind: "conflict", conflicts, merged, theirs });
    const mine = this.document !== this.#saved;
    this.#base(theirs);
    this.#replace("Merge what somebody else changed", mine ? merged : other);
    if (!mine) this.#saved = this.document;
    this.news = [
      "Somebody else changed this workflow; their changes are here now.",
      ...dropped.map(({ words }) => words),
      ...renamed.map(({ from, to }) => `Your ${from} is ${to} now: they added another ${from}.`),
    ].join(" ");
    this.state = mine ? { kind: "unsaved" } : { kind: "saved", at: this.#world.now() };
    if (mine) this.#schedule(0);
    this.#remember();
  }

  #base(theirs: Workflow): void {
    this.#saved = documentOf(theirs);
    this.live = liveOf(theirs);
    this.issues = theirs.issues;
  }

  #remember(): void {
    this.#keeping ??= this.#world.later(() => this.persist(), KEEP_MS);
  }

  /** Writes down what survives a reload, at once: the page is left. */
  persist(): void {
    this.#keeping?.();
    this.#keeping = null;
    this.#world.keep(
      "history",
      serializeHistory(this.history, this.live.revision, hashOfDocument(this.document)),
    );
    const unsaved = this.document === this.#saved
      ? null
      : JSON.stringify({ revision: this.live.revision, base: this.#saved, document: this.document });
    this.#world.keep("unsaved", unsaved);
  }

  #restore(): void {
    const unsaved = readUnsaved(this.#world.kept("unsaved"));
    if (unsaved) {
      const current = this.document;
      this.#saved = unsaved.revision === this.live.revision ? current : unsaved.base;
      this.document = unsaved.document;
    }
    // With an old revision the server answers 412, and the merge finds what is whose.
    if (unsaved) this.live = { ...this.live, revision: unsaved.revision };
    const text = this.#world.kept("history");
    const history = text === null
      ? null
      : restoreHistory(text, this.live.revision, hashOfDocument(this.document));
    if (history) this.history = history;
    if (!unsaved) return;
    this.state = { kind: "unsaved" };
    this.#dirtySince = this.#world.now();
    this.#schedule(0);
  }
}
