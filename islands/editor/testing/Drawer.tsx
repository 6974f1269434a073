import type { JSX } from "preact";
import { Icon } from "../../../routes/pages/components/icon.tsx";
import { useEditor } from "../editor_context.ts";
import type { DrawerTab } from "./shown.ts";
import { TestButtons } from "./TestButtons.tsx";
import { TestPanel } from "./TestPanel.tsx";
import type { Kept } from "./use_kept.ts";
import type { TestRunner } from "./use_test_run.ts";
import { WatchPanel } from "./WatchPanel.tsx";

interface DrawerProps {
  tab: DrawerTab;
  kept: Kept;
  runner: TestRunner;
}

const TABS: readonly { id: DrawerTab; label: string }[] = [{ id: "test", label: "Test" }, {
  id: "watch",
  label: "Watch",
}];

/** Below the canvas, on a phone over it: tests, and what runs for real. */
export function Drawer({ tab, kept, runner }: DrawerProps): JSX.Element {
  const { openDrawer, mayRun } = useEditor();
  const testing = tab === "test" && mayRun;
  return (
    <section class="test-drawer" aria-label={testing ? "Test" : "Watch"}>
      <div class="drawer-head">
        {TABS.filter(({ id }) => id === "watch" || mayRun).map(({ id, label }) => (
          <button
            key={id}
            type="button"
            class="drawer-tab"
            aria-pressed={tab === id}
            onClick={() => openDrawer(id)}
          >
            {label}
          </button>
        ))}
        {testing ? <TestButtons kept={kept} runner={runner} /> : null}
        <span class="flex-1" />
        <button type="button" class="icon-button" aria-label="Close" onClick={() => openDrawer(null)}>
          <Icon name="x" />
        </button>
      </div>
      {testing ? <TestPanel kept={kept} runner={runner} /> : <WatchPanel />}
    </section>
  );
}
