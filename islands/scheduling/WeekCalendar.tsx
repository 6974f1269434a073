import type { JSX } from "preact";
import { editorPath } from "./ScheduleRow.tsx";
import type { Week, WeekDay, WeekLine } from "./week.ts";

interface WeekCalendarProps {
  week: Week;
  /** The viewer's zone; null until the browser has said it. */
  own: string | null;
  onZone(zone: string): void;
  /** The zone in which the page was drawn. */
  first: string;
}

/** What comes in seven days over all schedules: seven columns, on a phone one list. */
export function WeekCalendar({ week, own, first, onZone }: WeekCalendarProps): JSX.Element {
  const zones = [...new Set([first, ...own === null ? [] : [own]])];
  return (
    <section aria-labelledby="week-title" class="grid grid-cols-1 gap-3">
      <div class="flex min-h-9 flex-wrap items-center gap-3">
        <h2 id="week-title">The coming week</h2>
        {zones.length > 1
          ? (
            <select
              class="input w-auto"
              aria-label="On the clock of"
              value={week.zone}
              onInput={(event) => onZone(event.currentTarget.value)}
            >
              {zones.map((zone) => (
                <option key={zone} value={zone}>{zone === own ? `${zone} (yours)` : zone}</option>
              ))}
            </select>
          )
          : <span class="text-soft">{week.zone}</span>}
      </div>
      <ol class="grid grid-cols-1 gap-2 lg:grid-cols-7">
        {week.days.map((day) => <Day key={day.date} day={day} />)}
      </ol>
      {week.cutAt === null
        ? null
        : <p class="text-soft">{`Of the first ${week.cutAt} schedules; there are more.`}</p>}
    </section>
  );
}

function Day({ day }: { day: WeekDay }): JSX.Element {
  return (
    <li class="card min-w-0 p-2 lg:min-h-28">
      <h3 class="text-[0.8125rem] font-semibold">
        <time dateTime={day.date}>{day.title}</time>
      </h3>
      {day.lines.length === 0
        ? <p class="text-[0.8125rem] text-faint">nothing</p>
        : (
          <ul class="mt-1 grid gap-1.5">
            {day.lines.map((line) => <Line key={line.scheduleId} line={line} />)}
          </ul>
        )}
    </li>
  );
}

function Line({ line }: { line: WeekLine }): JSX.Element {
  return (
    <li class="min-w-0 text-[0.8125rem] leading-snug" title={`${line.name}: ${line.description}`}>
      <span class="text-soft tabular-nums">{timesWords(line)}</span>
      <a class="link block break-words" href={editorPath(line)}>{line.name}</a>
    </li>
  );
}

/** "09:00, 14:00", "24 times from 00:00", "every 5 minutes, from 00:00". */
export function timesWords(
  { times, count, description }: Pick<WeekLine, "times" | "count" | "description">,
): string {
  if (count === null) return `${description}, from ${times[0]}`;
  return count === times.length ? times.join(", ") : `${count} times from ${times[0]}`;
}
