import type { JSX } from "preact";
import { formatLocal } from "../../engine/core/zone.ts";
import type { Schedule } from "../../engine/schemas/schedule.ts";
import { Badge } from "../../routes/pages/components/badge.tsx";
import { Icon } from "../../routes/pages/components/icon.tsx";
import { Countdown } from "./Countdown.tsx";
import { nameOf, STATE_LOOK } from "./fire_words.ts";
import { FireResult } from "./FireResult.tsx";
import type { May, Opened } from "./ScheduleList.tsx";
import type { Said, Scheduling } from "./use_scheduling.ts";

interface RowProps {
  schedule: Schedule;
  scheduling: Scheduling;
  may: May;
  drawnAt: number;
  onOpen(opened: Opened): void;
}

/** One schedule in the list. */
export function ScheduleRow(props: RowProps): JSX.Element {
  const { schedule, scheduling, drawnAt } = props;
  const said = scheduling.said.get(schedule.id);
  return (
    <tr>
      <td class="sm:w-[34%]">
        <a class="link break-words" href={editorPath(schedule)}>{nameOf(schedule)}</a>
        {schedule.label ? <span class="text-soft">{` · ${schedule.workflowName}`}</span> : null}
        <p class="text-soft break-words">{schedule.description}</p>
        {said ? <SaidLine said={said} /> : null}
      </td>
      <td data-label="State">
        <StateBadge schedule={schedule} />
      </td>
      <td data-label="Next run">
        <Coming schedule={schedule} drawnAt={drawnAt} />
      </td>
      <td data-label="Last result">
        {schedule.lastRun
          ? <FireResult fire={schedule.lastRun} now={drawnAt} />
          : <span class="text-soft">none yet</span>}
      </td>
      <td class="sm:w-0">
        <RowActions {...props} />
      </td>
    </tr>
  );
}

/** Where it is drawn, with its node selected. */
export function editorPath({ workflowId, nodeId }: { workflowId: string; nodeId: string }): string {
  return `/workflow/${workflowId}?node=${encodeURIComponent(nodeId)}`;
}

/** On, paused, ended or not live: and what waits or is being back-filled. */
export function StateBadge({ schedule }: { schedule: Schedule }): JSX.Element {
  const look = STATE_LOOK[schedule.state];
  const { backfill, waiting } = schedule;
  return (
    <span class="inline-flex flex-wrap gap-1">
      <Badge tone={look.tone} icon={look.icon} title={look.title}>{look.word}</Badge>
      {waiting ? <Badge tone="warn" icon="hourglass">{`${waiting} waiting`}</Badge> : null}
      {backfill?.running
        ? (
          <Badge tone="info" icon="rotate">
            {`back-fill ${backfill.done + backfill.failed} of ${backfill.count}`}
          </Badge>
        )
        : null}
    </span>
  );
}

/** The next run on the schedule's clock, and how long until then. */
export function Coming({ schedule, drawnAt }: { schedule: Schedule; drawnAt: number }): JSX.Element {
  const { nextRun, timezone } = schedule;
  if (nextRun === null) return <span class="text-soft">none</span>;
  return (
    <span class="inline-block align-top">
      <Countdown at={nextRun} drawnAt={drawnAt} />
      <span class="block text-soft">{formatLocal(Date.parse(nextRun), timezone)}</span>
    </span>
  );
}

/** What was last done here: what was started, or why it was not. */
export function SaidLine({ said }: { said: Said }): JSX.Element {
  if (said.kind === "problem") return <p class="field-error" role="alert">{said.problem.detail}</p>;
  if (said.kind === "refused") {
    return (
      <p role="alert">
        Not started, the lead may not enter now: {said.text}.{" "}
        <a class="link" href={`/executions/${said.executionId}`}>That execution</a>
      </p>
    );
  }
  return (
    <p>
      Started: <a class="link" href={`/executions/${said.executionId}`}>the execution</a>
    </p>
  );
}

function RowActions({ schedule, scheduling, may, onOpen }: RowProps): JSX.Element {
  const name = nameOf(schedule);
  return (
    <div class="flex items-center justify-end gap-2 max-sm:justify-start max-sm:pt-1">
      {may.run ? <SwitchButton schedule={schedule} scheduling={scheduling} /> : null}
      <details class="menu" data-menu>
        <summary class="icon-button" role="button" aria-label={`More for ${name}`}>
          <Icon name="more" />
        </summary>
        <div class="menu-items">
          {may.run && schedule.state !== "unpublished"
            ? <Item icon="play" label="Run now" onPick={() => scheduling.run(schedule)} />
            : null}
          <Item icon="clock" label="History" onPick={() => onOpen({ kind: "history", schedule })} />
          {may.run && schedule.state !== "unpublished"
            ? <Item icon="rotate" label="Back-fill …" onPick={() => onOpen({ kind: "backfill", schedule })} />
            : null}
          {may.edit
            ? (
              <>
                <Item icon="pencil" label="Edit …" onPick={() => onOpen({ kind: "edit", schedule })} />
                <Item icon="trash" label="Delete …" onPick={() => onOpen({ kind: "delete", schedule })} />
              </>
            )
            : null}
        </div>
      </details>
    </div>
  );
}

function Item({ icon, label, onPick }: { icon: string; label: string; onPick(): void }): JSX.Element {
  return (
    <button
      type="button"
      class="menu-item"
      onClick={(event) => {
        const menu = event.currentTarget.closest("details");
        menu?.removeAttribute("open");
        // What a dialog gives the focus back to must be in sight.
        menu?.querySelector("summary")?.focus();
        onPick();
      }}
    >
      <Icon name={icon} /> {label}
    </button>
  );
}

/** Pause or resume; one that is only drawn has nothing to pause. */
export function SwitchButton(
  { schedule, scheduling }: { schedule: Schedule; scheduling: Scheduling },
): JSX.Element | null {
  const busy = scheduling.busy.has(schedule.id);
  if (schedule.state === "unpublished" && schedule.enabled) return null;
  const isPaused = !schedule.enabled;
  return (
    <button
      type="button"
      class="button"
      disabled={busy}
      aria-label={`${isPaused ? "Resume" : "Pause"} ${nameOf(schedule)}`}
      onClick={() => isPaused ? scheduling.resume(schedule) : scheduling.pause(schedule)}
    >
      <Icon name={isPaused ? "play" : "pause"} size={14} /> {isPaused ? "Resume" : "Pause"}
    </button>
  );
}
