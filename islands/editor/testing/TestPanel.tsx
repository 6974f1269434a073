import type { JSX } from "preact";
import { ErrorCard } from "../../../routes/pages/components/error_card.tsx";
import { type Editor, useEditor } from "../editor_context.ts";
import { ProblemList } from "../frame/ProblemList.tsx";
import { Setup } from "./Setup.tsx";
import { StepPanel } from "./StepPanel.tsx";
import { Steps } from "./Steps.tsx";
import type { Kept } from "./use_kept.ts";
import type { TestRunner } from "./use_test_run.ts";

interface TestPanelProps {
  kept: Kept;
  runner: TestRunner;
}

/** What a test starts from, its steps in order, and the selected node with all it did. */
export function TestPanel({ kept, runner }: TestPanelProps): JSX.Element {
  const editor = useEditor();
  const nodeId = onlyNode(editor);
  if (isAnotherDrawn(editor)) return <AnotherDrawn />;
  return (
    <div class="drawer-body" data-ran={runner.run || runner.problem ? "" : undefined}>
      <Setup kept={kept} />
      <section class="drawer-steps" aria-label="What would happen" tabIndex={0}>
        <Outcome runner={runner} />
      </section>
      {nodeId === null ? null : <StepPanel key={nodeId} nodeId={nodeId} kept={kept} run={runner.run} />}
    </div>
  );
}

/** Is a version or a comparison drawn, and not the draft that would be tested? */
export function isAnotherDrawn({ document, draft }: Editor): boolean {
  return document !== draft.document;
}

function AnotherDrawn(): JSX.Element {
  const { lookAt } = useEditor();
  return (
    <div class="p-4">
      <p class="text-soft mb-2">A test runs the draft, and something else is drawn now.</p>
      <button type="button" class="button" onClick={() => lookAt(null)}>Draw the draft</button>
    </div>
  );
}

/** The one node that is selected; null for none and for several. */
export function onlyNode({ selection: { nodes, notes } }: Editor): string | null {
  const [id, another] = nodes;
  return id !== undefined && another === undefined && notes.size === 0 ? id : null;
}

function Outcome({ runner }: { runner: TestRunner }): JSX.Element {
  const { run, problem, stale } = runner;
  if (problem) {
    return problem.issues?.some(({ nodeId }) => nodeId !== undefined)
      ? (
        <>
          <p class="mb-2 font-medium" role="alert">It cannot run yet</p>
          <ProblemList problems={problem.issues} />
        </>
      )
      : <ErrorCard problem={problem} />;
  }
  if (!run) {
    return (
      <p class="text-soft">
        A test runs the drawing as it is, saved or not, on a virtual clock: waits are over at once. Select a
        node to run to it, or to run it alone.
      </p>
    );
  }
  return (
    <>
      {stale ? <p class="text-soft mb-2" role="status">The drawing has changed since.</p> : null}
      <Steps run={run} onDecide={runner.decide} />
    </>
  );
}
