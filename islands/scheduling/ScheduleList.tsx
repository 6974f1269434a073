import type { JSX } from "preact";
import type { Schedule } from "../../engine/schemas/schedule.ts";
import { Table } from "../../routes/pages/components/table.tsx";
import { ScheduleRow } from "./ScheduleRow.tsx";
import type { Scheduling } from "./use_scheduling.ts";

/** What this person may do with schedules. */
export interface May {
  edit: boolean;
  run: boolean;
}

/** What opens over the list. */
export type Opened =
  | { kind: "new" }
  | { kind: "edit" | "history" | "backfill" | "delete"; schedule: Schedule };

interface ScheduleListProps {
  items: readonly Schedule[];
  scheduling: Scheduling;
  may: May;
  drawnAt: number;
  onOpen(opened: Opened): void;
}

/** Schedules with their state, last result, next run and countdown, to pause, resume and run. */
export function ScheduleList({ items, ...rest }: ScheduleListProps): JSX.Element {
  return (
    <Table label="Schedules" heads={["Schedule", "State", "Next run", "Last result", ""]}>
      {items.map((schedule) => <ScheduleRow key={schedule.id} schedule={schedule} {...rest} />)}
    </Table>
  );
}
