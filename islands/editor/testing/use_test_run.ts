import { useMemo, useRef, useState } from "preact/hooks";
import type { Problem } from "../../../engine/schemas/problem.ts";
import type { Simulated } from "../../../engine/schemas/simulation.ts";
import type { Answer } from "../../shared/api.ts";
import { dryRunWorkflow, parseTyped } from "../../workflow/workflow_calls.ts";
import type { EditorDocument } from "../document/document.ts";
import { type Editor, useEditor } from "../editor_context.ts";
import { isJson } from "./json_shape.ts";
import {
  type Ask,
  asksOf,
  calledPins,
  type Extent,
  mayAsk,
  requestOf,
  sameMeaning,
  type Start,
} from "./request.ts";
import { findLead } from "./sample_view.ts";
import type { Pins, SampleChoice, TestSettings } from "./stored.ts";

/** A test that was run, of the drawing as it was then. */
export interface TestRun {
  result: Simulated;
  extent: Extent;
  of: EditorDocument;
  /** Calls that a person is still to decide about. */
  asks: Ask[];
}

export interface TestRunner {
  run: TestRun | null;
  /** The drawing says something else now than what was tested. */
  stale: boolean;
  busy: boolean;
  problem: Problem | null;
  start(extent: Extent): void;
  /** Calls the programs that were asked about, or goes on with 200 and {}. */
  decide(how: "call" | "stub"): void;
  clear(): void;
}

const NONE: ReadonlySet<string> = new Set();

/** Runs tests of what is drawn, saved or not. Nothing is sent to anybody; programs are called only when a person says so. */
export function useTestRun(kept: { settings: TestSettings; pins: Pins }): TestRunner {
  const editor = useEditor();
  const [run, setRun] = useState<TestRun | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [stubbed, setStubbed] = useState(NONE);
  const turn = useRef(0);

  const start = async (extent: Extent, again: Again = { call: [], pins: {}, stubbed }): Promise<void> => {
    const mine = ++turn.current;
    setBusy(true);
    editor.watch(null);
    const answer = await test(editor, { ...kept, extent, again });
    // A newer test, or Clear, came in between.
    if (turn.current !== mine) return;
    setBusy(false);
    setProblem(answer.ok ? null : answer.problem);
    if (!answer.ok) return setRun(null);
    const { data: result } = answer;
    setRun({
      result,
      extent,
      of: editor.draft.document,
      asks: asksOf(result, editor.types, again.stubbed),
    });
  };
  const decide = (how: "call" | "stub"): void => {
    if (!run) return;
    const nodeIds = run.asks.map(({ nodeId }) => nodeId);
    if (how === "call") {
      return void start(run.extent, { call: nodeIds, pins: calledPins(run.result), stubbed });
    }
    const all = new Set([...stubbed, ...nodeIds]);
    setStubbed(all);
    setRun({ ...run, asks: [] });
    // Its mails were not kept yet: only the whole test is.
    if (kept.settings.keep) void start(run.extent, { call: [], pins: calledPins(run.result), stubbed: all });
  };
  const clear = (): void => {
    turn.current++;
    setBusy(false);
    setRun(null);
    setProblem(null);
    setStubbed(NONE);
  };
  const { document } = editor.draft;
  const stale = useMemo(() => run !== null && !sameMeaning(run.of, document), [run, document]);
  return { run, stale, busy, problem, start: (extent) => void start(extent), decide, clear };
}

interface Again {
  call: readonly string[];
  /** What was called already in this test. */
  pins: Pins;
  /** Nodes that go on with 200 and {} without a question. */
  stubbed: ReadonlySet<string>;
}

interface Asked {
  settings: TestSettings;
  pins: Pins;
  extent: Extent;
  again: Again;
}

async function test(editor: Editor, { settings, pins, extent, again }: Asked): Promise<Answer<Simulated>> {
  const { draft: { document }, types, cards, mayEditDraft: mayEdit, workflowId } = editor;
  const begun = await startOf(settings.sample);
  if (!begun.ok) return begun;
  const all = { ...pins, ...again.pins };
  const wanted = { document, mayEdit, cards, extent, start: begun.data, pins: all, call: again.call };
  // Mails are kept once, by the test that nothing is left to be asked about.
  const open = again.call.length === 0 &&
    mayAsk(document.nodes, { types, pins: all, decided: again.stubbed });
  const first = await dryRunWorkflow(workflowId, requestOf({ ...wanted, keep: settings.keep && !open }));
  if (!first.ok || !settings.keep || !open || asksOf(first.data, types, again.stubbed).length > 0) {
    return first;
  }
  return await dryRunWorkflow(workflowId, requestOf({ ...wanted, keep: true }));
}

async function startOf(choice: SampleChoice): Promise<Answer<Start>> {
  if (choice.kind === "execution") return { ok: true, data: { from: choice.executionId } };
  if (choice.kind === "lead") {
    const email = choice.email.trim().toLowerCase();
    if (!email) return { ok: true, data: {} };
    const lead = await findLead(email);
    return { ok: true, data: lead ? { leadId: lead.id } : { input: { email } } };
  }
  const typed = parseTyped(choice.text);
  if (!typed.ok) return typed;
  return { ok: true, data: isJson(typed.data) ? { input: typed.data } : {} };
}
