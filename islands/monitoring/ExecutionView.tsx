import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Execution, Step } from "../../engine/schemas/execution.ts";
import type { DrawnGraph } from "../../routes/pages/components/graph_model.ts";
import { STATUS_LOOK } from "../../routes/pages/components/status_chip.tsx";
import { StepDetail } from "../../routes/pages/components/step_detail.tsx";
import { executionTitle } from "../../routes/pages/components/step_words.ts";
import type { Clock } from "../../routes/pages/components/step_words.ts";
import { Timeline } from "../../routes/pages/components/timeline.tsx";
import { timelineRows } from "../../routes/pages/components/timeline_rows.ts";
import type { Happened, TimelineRow } from "../../routes/pages/components/timeline_rows.ts";
import { announce } from "../shared/copy.ts";
import { isSettled } from "../shared/live_reducer.ts";
import { useClock } from "../shared/use_clock.ts";
import { ConnectionBar } from "./ConnectionBar.tsx";
import { ExecutionHead } from "./ExecutionHead.tsx";
import type { MayAct } from "./ExecutionHead.tsx";
import { GraphPane } from "./GraphPane.tsx";
import { mayReplayFrom } from "./replay_steps.ts";
import { ReplayButton } from "./ReplayButton.tsx";
import { useExecution } from "./use_execution.ts";

export interface ExecutionViewProps {
  execution: Execution;
  events: Happened[];
  /** Null when the version is gone. */
  graph: DrawnGraph | null;
  /** The step asked for in the address. */
  selected: string | null;
  /** When the server drew it, epoch ms. */
  now: number;
  may: MayAct;
}

/** One execution, watched: head, graph, timeline and the selected step. */
export function ExecutionView(props: ExecutionViewProps): JSX.Element {
  const { execution, events, source, restart } = useExecution(props);
  const clock = useClock(props.now, !isSettled(execution.status));
  const { selected, selectedId, onSelect } = useSelection(execution, props.selected);
  useTitle(execution);
  return (
    <>
      <ExecutionHead execution={execution} clock={clock} may={props.may} onActed={() => void restart()} />
      <div class={props.graph ? "execution-panes" : "grid gap-4"}>
        {props.graph
          ? (
            <GraphPane
              graph={props.graph}
              label="Graph"
              steps={execution.steps}
              now={clock.now}
              selected={selectedId}
              focus={selectedId}
              hrefOf={hrefOf}
              onSelect={onSelect}
            />
          )
          : null}
        <TimelinePane
          {...{ events, clock, hrefOf, onSelect }}
          steps={execution.steps}
          selected={selectedId}
          beside={props.graph !== null}
        />
      </div>
      {selected
        ? (
          <Selected
            step={selected}
            graph={props.graph}
            clock={clock}
            bodies={props.may.bodies}
            replay={props.may.replay && mayReplayFrom(execution, selected) ? execution : null}
          />
        )
        : null}
      <ConnectionBar state={source} />
    </>
  );
}

/** Where a step is shown without JavaScript, and what is shared. */
function hrefOf(nodeId: string): string {
  return `?step=${encodeURIComponent(nodeId)}#step`;
}

interface Selection {
  selected: Step | undefined;
  selectedId: string | null;
  onSelect(nodeId: string): void;
}

/** The chosen step; while nobody has chosen, the one in focus. The choice stands in the address. */
function useSelection(execution: Execution, first: string | null): Selection {
  const [chosen, choose] = useState(first);
  const selected = execution.steps.find((step) => step.nodeId === chosen) ?? stepInFocus(execution);
  const onSelect = (nodeId: string): void => {
    choose(nodeId);
    history.replaceState(history.state, "", `?step=${encodeURIComponent(nodeId)}`);
  };
  return { selected, selectedId: selected?.nodeId ?? null, onSelect };
}

/** The tab's title carries the status; a change of status is spoken, a countdown is not. */
function useTitle(execution: Execution): void {
  const title = executionTitle(execution);
  const shown = useRef(title);
  useEffect(() => {
    document.title = `${title} · LeadFlow`;
    if (shown.current !== title) announce(document, STATUS_LOOK[execution.status].word);
    shown.current = title;
  }, [title]);
}

/** The step that most needs looking at, while nobody has chosen one. */
export function stepInFocus(execution: Execution): Step | undefined {
  for (const status of ["failed", "running", "retrying", "waiting", "cancelled"] as const) {
    const found = execution.steps.find((step) => step.status === status);
    if (found) return found;
  }
  const ended = execution.steps.filter((step) => step.status === "completed" && step.endedAt !== null);
  ended.sort((a, b) => Date.parse(b.endedAt ?? "") - Date.parse(a.endedAt ?? ""));
  return ended[0] ?? execution.steps[0];
}

interface TimelinePaneProps {
  events: readonly Happened[];
  steps: readonly Step[];
  clock: Clock;
  selected: string | null;
  hrefOf(nodeId: string): string;
  onSelect(nodeId: string): void;
  beside: boolean;
}

/** Which decision went elsewhere, the step knows; its event only that nothing led here. */
function withReason(row: TimelineRow, steps: readonly Step[]): TimelineRow {
  const reason = row.status === "skipped" && steps.find(({ nodeId }) => nodeId === row.nodeId)?.reason;
  return reason ? { ...row, text: reason.text } : row;
}

/** Is it in what the line says? */
function saysSo({ name, text, why }: TimelineRow, find: string): boolean {
  return `${name ?? ""} ${text} ${why ?? ""}`.toLowerCase().includes(find);
}

/** Beside the graph it takes the graph's height and scrolls, so that new lines push nothing away. */
function TimelinePane({ events, steps, beside, ...rest }: TimelinePaneProps): JSX.Element {
  const pane = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const [find, setFind] = useState("");
  const all = useMemo(() => timelineRows(events).map((row) => withReason(row, steps)), [events, steps]);
  const rows = useMemo(() => find === "" ? all : all.filter((row) => saysSo(row, find)), [all, find]);
  useEffect(() => {
    if (pane.current && atEnd.current) pane.current.scrollTop = pane.current.scrollHeight;
  }, [rows]);
  const onScroll = (): void => {
    const element = pane.current;
    if (element) atEnd.current = element.scrollTop + element.clientHeight > element.scrollHeight - 24;
  };
  const place = beside ? "timeline-beside" : "";
  return (
    <section class="card relative min-h-40 min-w-0 overflow-hidden print:border-0" aria-labelledby="timeline">
      <div ref={pane} class={`${place} overflow-y-auto p-2 print:overflow-visible`} onScroll={onScroll}>
        <div class="timeline-head">
          <h2 id="timeline" class="flex-1">Timeline</h2>
          <input
            type="search"
            class="input w-40 print:hidden"
            aria-label="Search the timeline"
            placeholder="Search"
            onInput={(event) =>
              setFind(event.currentTarget.value.trim().toLowerCase())}
          />
        </div>
        {rows.length < all.length
          ? <p class="px-2 text-sm text-soft" role="status">{`${rows.length} of ${all.length} lines`}</p>
          : Number(events[0]?.id ?? 1) > 1
          ? <p class="px-2 text-sm text-soft">{`The newest ${events.length} events`}</p>
          : null}
        <Timeline rows={rows} {...rest} />
      </div>
    </section>
  );
}

interface SelectedProps {
  step: Step;
  graph: DrawnGraph | null;
  clock: Clock;
  bodies: boolean;
  /** The execution, where it may be replayed from this step. */
  replay: Execution | null;
}

/** A node that the present version does not have any more. */
function leftWords({ leftIn }: Step): string {
  return leftIn === undefined ? "" : `It ran in version ${leftIn}, before the execution was moved`;
}

function Selected({ step, graph, clock, bodies, replay }: SelectedProps): JSX.Element {
  const node = graph?.nodes.find((one) => one.id === step.nodeId);
  return (
    <div class="mt-4">
      <StepDetail
        step={step}
        title={node?.title ?? step.type}
        summary={node?.summary ?? leftWords(step)}
        clock={clock}
        bodies={bodies}
        action={replay
          ? (
            <ReplayButton
              key={step.nodeId}
              execution={replay}
              from={step.nodeId}
              label="Replay from here …"
              bodies={bodies}
            />
          )
          : null}
      />
    </div>
  );
}
