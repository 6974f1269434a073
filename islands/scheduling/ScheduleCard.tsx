import type { JSX } from "preact";
import type { Schedule } from "../../engine/schemas/schedule.ts";
import { Icon } from "../../routes/pages/components/icon.tsx";
import { FireResult } from "./FireResult.tsx";
import type { May, Opened } from "./ScheduleList.tsx";
import { Coming, SaidLine, StateBadge, SwitchButton } from "./ScheduleRow.tsx";
import type { Scheduling } from "./use_scheduling.ts";

interface ScheduleCardProps {
  schedule: Schedule;
  scheduling: Scheduling;
  may: May;
  drawnAt: number;
  onOpen(opened: Opened): void;
}

/** One schedule where its own form stands beside it: how it is live, and what can be done with it. */
export function ScheduleCard(props: ScheduleCardProps): JSX.Element {
  const { schedule, scheduling, may, drawnAt, onOpen } = props;
  const isLive = schedule.state !== "unpublished";
  const said = scheduling.said.get(schedule.id);
  return (
    <div class="grid grid-cols-1 gap-3">
      <dl class="facts">
        <dt>State</dt>
        <dd>
          <StateBadge schedule={schedule} />
        </dd>
        <dt>When</dt>
        <dd>{isLive ? schedule.description : "begins when the workflow is published"}</dd>
        <dt>Next run</dt>
        <dd>
          <Coming schedule={schedule} drawnAt={drawnAt} />
        </dd>
        <dt>Last result</dt>
        <dd>{schedule.lastRun ? <FireResult fire={schedule.lastRun} now={drawnAt} /> : "none yet"}</dd>
      </dl>
      {said ? <SaidLine said={said} /> : null}
      <div class="flex flex-wrap gap-2">
        {may.run ? <SwitchButton schedule={schedule} scheduling={scheduling} /> : null}
        {may.run && isLive
          ? (
            <button
              type="button"
              class="button"
              disabled={scheduling.busy.has(schedule.id)}
              onClick={() => scheduling.run(schedule)}
            >
              <Icon name="play" size={14} /> Run now
            </button>
          )
          : null}
        <button type="button" class="button" onClick={() => onOpen({ kind: "history", schedule })}>
          <Icon name="clock" size={14} /> History
        </button>
        {may.run && isLive
          ? (
            <button type="button" class="button" onClick={() => onOpen({ kind: "backfill", schedule })}>
              <Icon name="rotate" size={14} /> Back-fill …
            </button>
          )
          : null}
      </div>
    </div>
  );
}
