import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Problem } from "../../engine/schemas/problem.ts";
import type { Fire, Schedule } from "../../engine/schemas/schedule.ts";
import { Badge } from "../../routes/pages/components/badge.tsx";
import { Empty } from "../../routes/pages/components/empty.tsx";
import { ErrorCard } from "../../routes/pages/components/error_card.tsx";
import { StatusChip } from "../../routes/pages/components/status_chip.tsx";
import { Table } from "../../routes/pages/components/table.tsx";
import { FIRE_LOOK, severalWords } from "./fire_words.ts";
import { isStatus } from "./FireResult.tsx";
import { scheduleHistory } from "./scheduling_calls.ts";

/** What became of a schedule's occurrences, newest first, with the reasons; older ones on demand. */
export function History({ schedule }: { schedule: Schedule }): JSX.Element {
  const { fires, problem, hasMore, more } = useHistory(schedule.id, schedule.lastRun?.id);
  if (problem) return <ErrorCard problem={problem} />;
  if (fires === null) return <p class="min-h-24 text-soft">Reading …</p>;
  if (fires.length === 0) {
    return <Empty icon="clock">It has not been due yet: each time it is, what came of it stands here.</Empty>;
  }
  return (
    <div class="grid grid-cols-1 gap-3">
      <Table label="History" heads={["Planned", "Outcome", "Execution", "Reason"]}>
        {fires.map((fire) => <FireRow key={fire.id} fire={fire} timezone={schedule.timezone} />)}
      </Table>
      {hasMore
        ? <button type="button" class="button justify-self-center" onClick={more}>Older</button>
        : null}
    </div>
  );
}

function FireRow({ fire, timezone }: { fire: Fire; timezone: string }): JSX.Element {
  const look = FIRE_LOOK[fire.outcome];
  return (
    <tr>
      <td class="whitespace-nowrap">
        <time dateTime={fire.at} title={`${fire.at}; as clocks in ${timezone} show it: ${fire.local}`}>
          {fire.local}
        </time>
        {severalWords(fire) ? <span class="text-soft">{` and on, ${severalWords(fire)}`}</span> : null}
      </td>
      <td data-label="Outcome">
        <Badge tone={look.tone} icon={look.icon}>{look.word}</Badge>
      </td>
      <td data-label="Execution">
        {fire.executionId === undefined
          ? null
          : isStatus(fire.status)
          ? (
            <a href={`/executions/${fire.executionId}`} class="link no-underline">
              <StatusChip status={fire.status} />
            </a>
          )
          : <span class="text-soft">forgotten</span>}
      </td>
      <td data-label="Reason" class="break-words text-soft">{fire.reason?.text}</td>
    </tr>
  );
}

interface HistoryState {
  fires: readonly Fire[] | null;
  problem: Problem | null;
  hasMore: boolean;
  more(): void;
}

/** Read anew when a newer fire is known. */
function useHistory(id: string, newest: string | undefined): HistoryState {
  const [page, setPage] = useState<{ fires: readonly Fire[]; cursor: string | null } | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const read = async (cursor?: string): Promise<void> => {
    const answer = await scheduleHistory(id, cursor);
    setProblem(answer.ok ? null : answer.problem);
    if (!answer.ok) return;
    const { items, nextCursor } = answer.data;
    setPage((held) => ({
      fires: cursor === undefined ? items : [...held?.fires ?? [], ...items],
      cursor: nextCursor,
    }));
  };
  useEffect(() => void read(), [id, newest]);
  return {
    fires: page?.fires ?? null,
    problem,
    hasMore: (page?.cursor ?? null) !== null,
    more: () => void (page?.cursor && read(page.cursor)),
  };
}
