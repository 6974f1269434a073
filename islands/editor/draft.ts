import type { Issue, Workflow } from "../../engine/schemas/workflow.ts";
import { documentOf, type EditorDocument, hashOfDocument } from "./document/document.ts";
import { setGraph, setName } from "./document/edits.ts";
import { changeBetween, type History, record, redo, type Step, undo } from "./document/history.ts";
import type { merge as Merge } from "./document/merge.ts";
import { meetingOf } from "./draft_meeting.ts";
import { Memory, remembered } from "./draft_memory.ts";
import { Pace } from "./draft_pace.ts";
import { type DraftWorld, isOlder, type Live, liveOf, type SaveState } from "./draft_world.ts";

/** So often what others saved meanwhile is merged and sent again within one flush. */
const MERGES = 3;
/** So many documents that were sent without an answer are known again. */
const REMEMBERED = 3;

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
  #memory: Memory;
  #pace: Pace;
  #saving: Promise<void> | null = null;
  /** Sent, and no answer came: the server may have one of them. */
  #unanswered: EditorDocument[] = [];
  #merge: typeof Merge | null = null;

  constructor(workflow: Workflow, world: DraftWorld, onChange: () => void) {
    this.#world = world;
    this.#pace = new Pace(() => world.now());
    this.#memory = new Memory(world, () => {
      const { history, document, live: { revision } } = this;
      return { history, document, revision, saved: this.#saved, sent: this.#unanswered };
    });
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
    for (let tries = 0; tries < MERGES && this.document !== this.#saved; tries++) {
      // Saving now would overwrite what a person has to choose from.
      if (this.state.kind === "conflict") return false;
      await this.#save();
      if (this.state.kind !== "unsaved") break;
    }
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

  /** Asks again what a person put off to choose. */
  ask(): void {
    if (this.state.kind !== "conflict") return;
    this.state = { ...this.state, asked: this.state.asked + 1 };
    this.#onChange();
  }

  /** Looks whether somebody else saved; what they changed appears here. */
  async refresh(): Promise<void> {
    if (this.#saving || this.state.kind === "conflict") return;
    const answer = await this.#world.read();
    // What was asked before something was saved or published here comes too late.
    if (!answer.ok || this.#saving || isOlder(answer.data, this.live)) return;
    const { version } = answer.data;
    const published = version !== this.live.version;
    // While a person chooses, what is here still comes from the revision before.
    if (answer.data.revision !== this.live.revision && !await this.#meet(answer.data)) {
      return this.#onChange();
    }
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
    this.#memory.soon();
    this.#onChange();
  }

  /** A published version of the saved draft. */
  published(version: number): void {
    const publishedAt = new Date(this.#world.now()).toISOString();
    this.live = { ...this.live, version, draftChanged: false, publishedAt };
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
    const { state } = this;
    if (state.kind === "conflict") {
      if (this.#merge) this.#bringTogether(state.theirs, this.#merge, state.asked);
    } // Without a connection the next try is under way already.
    else if (state.kind !== "offline") {
      if (state.kind === "saved" || state.kind === "refused") this.#pace.dirty();
      if (state.kind !== "saving") this.state = { kind: "unsaved" };
      this.#schedule(this.#pace.afterEdit());
    }
    this.#memory.soon();
    this.#onChange();
  }

  #schedule(ms: number): void {
    this.#cancel?.();
    this.#cancel = this.#world.later(() => {
      this.#cancel = null;
      if (!this.#saving && this.state.kind !== "conflict" && this.document !== this.#saved) void this.#save();
    }, ms);
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
    const before = this.#unanswered;
    this.#unanswered = [...before.filter((each) => each !== sent), sent].slice(-REMEMBERED);
    const answer = await this.#world.save(sent, this.live.revision);
    if (answer.ok) return this.#accepted(answer.data, sent);
    const { status, detail } = answer.problem;
    // This one did not arrive; one before it may have.
    if (status !== 0 && status < 500) this.#unanswered = before;
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
    this.#unanswered = [];
    this.#pace.answered();
    if (this.document === sent) this.state = { kind: "saved", at: this.#world.now() };
    else {
      this.state = { kind: "unsaved" };
      this.#pace.dirty();
      this.#schedule(this.#pace.afterEdit());
    }
    this.#memory.soon();
  }

  #away(): void {
    this.state = { kind: "offline" };
    this.#schedule(this.#pace.afterSilence());
  }

  /** Somebody else saved: their document is the new base, what was changed here is put on top of it. */
  async #meet(theirs: Workflow): Promise<boolean> {
    this.#merge ??= (await import("./document/merge.ts")).merge;
    return this.#bringTogether(theirs, this.#merge, 0);
  }

  /** False when a person has to choose. */
  #bringTogether(theirs: Workflow, merge: typeof Merge, asked: number): boolean {
    const ours = { saved: this.#saved, document: this.document, unanswered: this.#unanswered };
    const met = meetingOf(ours, theirs, merge);
    if (met.kind === "conflict") this.state = { ...met, theirs, asked };
    if (met.kind === "conflict") return false;
    const mine = this.document !== (met.kind === "own" ? met.saved : this.#saved);
    this.#unanswered = [];
    this.#base(theirs);
    if (met.kind === "own") this.#saved = met.saved;
    else {
      this.#replace("Merge what somebody else changed", met.document);
      this.news = met.news;
      if (!mine) this.#saved = this.document;
    }
    this.state = mine ? { kind: "unsaved" } : { kind: "saved", at: this.#world.now() };
    if (mine) this.#schedule(0);
    this.#memory.soon();
    return true;
  }

  #base(theirs: Workflow): void {
    this.#saved = documentOf(theirs);
    this.live = liveOf(theirs);
    this.issues = theirs.issues;
  }

  /** Writes down what survives a reload, at once: the page is left. */
  persist(): void {
    this.#memory.now();
  }

  #restore(): void {
    const { history, unsaved } = remembered(this.#world, this.document, this.live.revision);
    this.history = history;
    if (!unsaved) return;
    // It arrived after all.
    if (hashOfDocument(unsaved.document) === hashOfDocument(this.document)) return this.#memory.soon();
    // With an old revision the server answers 412, and the merge finds what is whose.
    if (unsaved.revision !== this.live.revision) this.#saved = unsaved.base;
    this.live = { ...this.live, revision: unsaved.revision };
    this.#unanswered = unsaved.sent;
    this.document = unsaved.document;
    this.state = { kind: "unsaved" };
    this.#pace.dirty();
    this.#schedule(0);
  }
}
