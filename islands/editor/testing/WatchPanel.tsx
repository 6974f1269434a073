import type { JSX } from "preact";
import type { ExecutionSummary } from "../../../engine/schemas/execution.ts";
import { Icon } from "../../../routes/pages/components/icon.tsx";
import { leadName } from "../../../routes/pages/components/lead_name.tsx";
import { StatusChip } from "../../../routes/pages/components/status_chip.tsx";
import { type Clock, startedWords, summaryText } from "../../../routes/pages/components/step_words.ts";
import { useLiveList } from "../../monitoring/ExecutionList.tsx";
import { isSettled } from "../../shared/live_reducer.ts";
import { useClock } from "../../shared/use_clock.ts";
import { useEditor } from "../editor_context.ts";

const SHOWN = 20;

/** The newest executions of the workflow, live: a click paints one on the canvas. */
export function WatchPanel(): JSX.Element {
  const { workflowId, draft } = useEditor();
  const query = new URLSearchParams({ workflowId, limit: String(SHOWN) }).toString();
  const { list, take } = useLiveList({ items: [], query, newest: true });
  const items = list.items.slice(0, SHOWN);
  const clock = useClock(Date.now(), items.some(({ status }) => !isSettled(status)));
  return (
    <div class="drawer-list">
      <span role="status">
        {list.gathered.length > 0
          ? (
            <button type="button" class="button" data-kind="primary" onClick={take}>
              {`${list.gathered.length} new`}
            </button>
          )
          : null}
      </span>
      {items.length === 0
        ? (
          <p class="text-soft">
            {draft.live.version === null
              ? "Nothing has run yet: publish the workflow, then run it."
              : "Nothing has run yet, or it is kept no longer. What starts appears here."}
          </p>
        )
        : (
          <ul aria-label="Newest executions">
            {items.map((execution) => <Row key={execution.id} execution={execution} clock={clock} />)}
          </ul>
        )}
    </div>
  );
}

function Row({ execution, clock }: { execution: ExecutionSummary; clock: Clock }): JSX.Element {
  const { watch, watched } = useEditor();
  const name = execution.lead ? leadName(execution.lead) : `…${execution.id.slice(-6)}`;
  return (
    <li>
      <button
        type="button"
        class="drawer-row"
        aria-pressed={watched === execution.id}
        onClick={() => watch(execution.id)}
      >
        <Icon name="eye" size={15} />
        <span class="min-w-0 flex-1 truncate">{name}</span>
        <span class="text-soft">{startedWords(execution, clock.now)}</span>
        <StatusChip status={execution.status} text={summaryText(execution, clock)} />
      </button>
    </li>
  );
}
