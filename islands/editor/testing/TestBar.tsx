import type { JSX } from "preact";
import { dryRunSummary } from "../../workflow/dry_run_lines.ts";
import { useEditor } from "../editor_context.ts";
import { Bar } from "./Bar.tsx";
import type { TestRun } from "./use_test_run.ts";

/** While the drawer is closed: which test is painted. */
export function TestBar(
  { run, stale, onClear }: { run: TestRun; stale: boolean; onClear(): void },
): JSX.Element {
  const { openDrawer } = useEditor();
  return (
    <Bar label="Test">
      <span class="truncate">
        {stale ? "The drawing has changed since the test" : dryRunSummary(run.result)}
      </span>
      <button type="button" class="button" onClick={() => openDrawer("test")}>Show test</button>
      <button type="button" class="button" onClick={onClear}>Clear</button>
    </Bar>
  );
}
