import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { useEditor } from "../editor_context.ts";
import type { NodePaint } from "../canvas/cards.ts";
import { Drawer } from "./Drawer.tsx";
import { viewerZone } from "../../shared/viewer_zone.ts";
import { paintsOfTest, seenInTest } from "./paints.ts";
import { NOTHING_SHOWN, type SeenStep, type Shown } from "./shown.ts";
import { TestBar } from "./TestBar.tsx";
import { useCounts } from "./use_counts.ts";
import { useKept } from "./use_kept.ts";
import { useSampleView } from "./use_sample_view.ts";
import { type TestRunner, useTestRun } from "./use_test_run.ts";
import { Watching } from "./Watching.tsx";

/** What is painted of a run: where each node stands, and what went in and out there. */
export interface Painted {
  paints: ReadonlyMap<string, NodePaint>;
  steps: ReadonlyMap<string, SeenStep>;
}

const NO_PAINT: Painted = { paints: NOTHING_SHOWN.paints, steps: NOTHING_SHOWN.steps };

/** Tests, watching and counts: what they put on the canvas goes out by `onShow`. */
export function Testing({ onShow }: { onShow(shown: Shown): void }): JSX.Element {
  const { workflowId, drawer, watched, draft } = useEditor();
  const kept = useKept(workflowId);
  const runner = useTestRun(kept);
  const [seen, setSeen] = useState(NO_PAINT);
  const tested = usePaintedTest(runner);
  const { paints, steps } = watched === null ? tested : seen;
  const counts = useCounts(workflowId, draft.live.version !== null && paints.size === 0);
  const result = runner.run?.result ?? null;
  const sample = useSampleView(workflowId, { settings: kept.settings, pins: kept.pins, result });
  const pins = useMemo(() => new Map(Object.entries(kept.pins)), [kept.pins]);

  const show = useRef(onShow);
  show.current = onShow;
  useEffect(() => show.current({ paints, steps, counts, pins, sample }), [
    paints,
    steps,
    counts,
    pins,
    sample,
  ]);
  return (
    <>
      {watched !== null
        ? <Watching key={watched} executionId={watched} onPaint={setSeen} onEnd={() => setSeen(NO_PAINT)} />
        : runner.run && drawer !== "test"
        ? <TestBar run={runner.run} stale={runner.stale} onClear={runner.clear} />
        : null}
      {drawer ? <Drawer tab={drawer} kept={kept} runner={runner} /> : null}
    </>
  );
}

/** An edit takes the test off the canvas: what it said there is no longer what would happen. */
function usePaintedTest({ run, stale }: TestRunner): Painted {
  const result = run?.result;
  const paints = useMemo(() => result && !stale ? paintsOfTest(result, viewerZone()) : NO_PAINT.paints, [
    result,
    stale,
  ]);
  const steps = useMemo(() => result ? seenInTest(result) : NO_PAINT.steps, [result]);
  return { paints, steps };
}
