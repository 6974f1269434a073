import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Execution } from "../../../engine/schemas/execution.ts";
import type { Problem } from "../../../engine/schemas/problem.ts";
import { Icon } from "../../../routes/pages/components/icon.tsx";
import { leadName } from "../../../routes/pages/components/lead_name.tsx";
import { StatusChip } from "../../../routes/pages/components/status_chip.tsx";
import { executionText } from "../../../routes/pages/components/step_words.ts";
import { useExecution } from "../../monitoring/use_execution.ts";
import { callApi } from "../../shared/api.ts";
import { isSettled } from "../../shared/live_reducer.ts";
import { useClock } from "../../shared/use_clock.ts";
import { useEditor } from "../editor_context.ts";
import { Bar } from "./Bar.tsx";
import { keepSame, paintsOfExecution, seenInExecution } from "./paints.ts";
import type { Painted } from "./Testing.tsx";

interface WatchingProps {
  executionId: string;
  onPaint(painted: Painted): void;
  onEnd(): void;
}

/** One execution painted live on the canvas, with a line that says which; the address names it. */
export function Watching(props: WatchingProps): JSX.Element {
  const { executionId } = props;
  const { workflowId } = useEditor();
  const [first, setFirst] = useState<Execution | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  useEffect(() => {
    nameInAddress(executionId);
    const path = `/api/monitoring/executions/${encodeURIComponent(executionId)}`;
    void callApi<Execution>("GET", path).then((answer) => {
      if (answer.ok) setFirst(answer.data);
      else setProblem(answer.problem);
    });
    return () => {
      nameInAddress(null);
      props.onEnd();
    };
  }, []);
  if (first && first.workflowId === workflowId) return <Live {...props} first={first} />;
  return (
    <Bar label="Watching">
      <span role="status">
        {first
          ? `That execution is one of "${first.workflowName}"`
          : problem
          ? `It cannot be watched: ${problem.detail || problem.title}`
          : "Looking for the execution …"}
      </span>
      <StopButton />
    </Bar>
  );
}

function Live({ first, onPaint }: WatchingProps & { first: Execution }): JSX.Element {
  const { execution } = useExecution({ execution: first, events: [] });
  const clock = useClock(Date.now(), !isSettled(execution.status));
  const painted = useRef<Painted>({ paints: new Map(), steps: new Map() });
  useEffect(() => {
    const before = painted.current;
    const next = {
      paints: keepSame(before.paints, paintsOfExecution(execution, clock.now)),
      steps: keepSame(before.steps, seenInExecution(execution)),
    };
    if (next.paints === before.paints && next.steps === before.steps) return;
    painted.current = next;
    onPaint(next);
  }, [execution, clock.now]);
  const name = execution.lead ? leadName(execution.lead) : `…${execution.id.slice(-6)}`;
  return (
    <Bar label="Watching">
      <a class="link truncate" href={`/executions/${encodeURIComponent(execution.id)}`}>
        {`Watching ${name}`}
      </a>
      <span class="badge">{`v${execution.version}`}</span>
      <span class="min-w-0 truncate" role="status" data-watched={execution.status}>
        <StatusChip status={execution.status} text={executionText(execution, clock)} />
      </span>
      <StopButton />
    </Bar>
  );
}

function StopButton(): JSX.Element {
  const { watch } = useEditor();
  return (
    <button type="button" class="button" onClick={() => watch(null)}>
      <Icon name="x" size={14} /> Stop
    </button>
  );
}

/** So that a reload, or a colleague with the link, sees the same. */
function nameInAddress(executionId: string | null): void {
  const url = new URL(location.href);
  if (executionId === null) url.searchParams.delete("execution");
  else url.searchParams.set("execution", executionId);
  history.replaceState(history.state, "", url);
}
