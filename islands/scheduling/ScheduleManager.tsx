import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Schedule } from "../../engine/schemas/schedule.ts";
import { Empty } from "../../routes/pages/components/empty.tsx";
import { ErrorCard } from "../../routes/pages/components/error_card.tsx";
import { Icon } from "../../routes/pages/components/icon.tsx";
import { later } from "../shared/later.tsx";
import { fetchWeek } from "./scheduling_calls.ts";
import { ScheduleCard } from "./ScheduleCard.tsx";
import { type May, type Opened, ScheduleList } from "./ScheduleList.tsx";
import { type First, type Scheduling, useScheduling } from "./use_scheduling.ts";
import type { Week } from "./week.ts";
import { WeekCalendar } from "./WeekCalendar.tsx";

const Dialogs = later(async () => (await import("./ScheduleDialogs.tsx")).ScheduleDialogs);

export interface ScheduleManagerProps {
  /** The first page of the list; null: it is asked for. */
  first: First | null;
  /** Null: no calendar. */
  week: Week | null;
  /** Only this schedule (by its id), beside its own form. */
  only?: string;
  may: May;
  /** Epoch ms at which it was first drawn. */
  now: number;
  /** Something was changed here that is drawn elsewhere too. */
  onChanged?(): void;
}

/** The schedules of the team, or the one of a node: how they are live, what comes, and what can be done with them. */
export function ScheduleManager(props: ScheduleManagerProps): JSX.Element {
  const { first, week, only, may } = props;
  const scheduling = useScheduling(first, only ?? null);
  const [opened, setOpened] = useState<Opened | null>(null);
  const calendar = useWeek(week, scheduling);
  useEffect(() => Dialogs.prefetch(), []);
  useTelling(scheduling.items, props.onChanged);
  const add = may.edit
    ? (
      <button type="button" class="button" data-kind="primary" onClick={() => setOpened({ kind: "new" })}>
        <Icon name="plus" /> Add schedule
      </button>
    )
    : null;
  const part = { scheduling, may, drawnAt: props.now, onOpen: setOpened };
  return (
    <div class="relative grid grid-cols-1 gap-6">
      {scheduling.problem ? <ErrorCard problem={scheduling.problem} /> : null}
      {only === undefined ? <All {...part} add={add} /> : <One {...part} />}
      {week && calendar.week && scheduling.items?.length
        ? <WeekCalendar {...calendar} week={calendar.week} first={week.zone} />
        : null}
      <Dialogs
        opened={opened}
        scheduling={scheduling}
        workflowId={null}
        onClose={() => setOpened(null)}
        onChanged={calendar.refresh}
      />
    </div>
  );
}

interface PartProps {
  scheduling: Scheduling;
  may: May;
  drawnAt: number;
  onOpen(opened: Opened): void;
}

function All({ add, ...part }: PartProps & { add: JSX.Element | null }): JSX.Element | null {
  const { items, nextCursor, more } = part.scheduling;
  if (items === null) return null;
  if (items.length === 0) {
    return (
      <Empty icon="calendar-clock" action={add}>
        No schedule yet: one starts a workflow at times of your choice, such as every weekday at 09:00.
      </Empty>
    );
  }
  return (
    <>
      <div class="justify-self-end sm:absolute sm:right-0 sm:-top-13">{add}</div>
      <ScheduleList items={items} {...part} />
      {nextCursor
        ? <button type="button" class="button justify-self-center" onClick={() => more()}>More</button>
        : null}
    </>
  );
}

function One(part: PartProps): JSX.Element {
  const { items } = part.scheduling;
  // The room that it will take, so that the form below does not jump.
  if (items === null) return <div class="min-h-56" aria-busy="true" />;
  const [schedule] = items;
  return schedule
    ? <ScheduleCard schedule={schedule} {...part} />
    : <p class="text-soft">It begins when the workflow is published.</p>;
}

/** Says that what is drawn elsewhere has changed: somebody paused or resumed it here. */
function useTelling(items: readonly Schedule[] | null, onChanged: (() => void) | undefined): void {
  const stamp = items?.map(({ updatedAt }) => updatedAt).join(" ") ?? null;
  const told = useRef<string | null>(null);
  useEffect(() => {
    if (told.current !== null && told.current !== stamp) onChanged?.();
    told.current = stamp;
  }, [stamp]);
}

interface Calendar {
  week: Week | null;
  own: string | null;
  onZone(zone: string): void;
  refresh(): void;
}

/** The calendar, read anew when what it shows has changed. */
function useWeek(first: Week | null, { items }: Scheduling): Calendar {
  const [week, setWeek] = useState(first);
  const [own, setOwn] = useState<string | null>(null);
  const read = async (zone: string): Promise<void> => {
    const answer = await fetchWeek(zone);
    // What is drawn stays: the list says when the server cannot be reached.
    if (answer.ok) setWeek(answer.data);
  };
  const refresh = (): void => void (week && read(week.zone));
  const shown = (items ?? []).map(({ id, state, description }) => `${id} ${state} ${description}`).join("\n");
  const drawn = useRef(shown);
  useEffect(() => setOwn(Intl.DateTimeFormat().resolvedOptions().timeZone), []);
  useEffect(() => {
    if (shown === drawn.current) return;
    drawn.current = shown;
    refresh();
  }, [shown]);
  return { week, own, onZone: (zone) => void read(zone), refresh };
}
