import type { JSX } from "preact";
import { Dialog } from "../shared/Dialog.tsx";
import { Backfill } from "./Backfill.tsx";
import { DeleteSchedule } from "./DeleteSchedule.tsx";
import { nameOf } from "./fire_words.ts";
import { History } from "./HistoryDialog.tsx";
import { ScheduleForm } from "./ScheduleForm.tsx";
import type { Opened } from "./ScheduleList.tsx";
import type { Scheduling } from "./use_scheduling.ts";

interface ScheduleDialogsProps {
  opened: Opened | null;
  scheduling: Scheduling;
  /** To which a new schedule belongs; null: it is chosen. */
  workflowId: string | null;
  onClose(): void;
  /** Something about when schedules fire is another. */
  onChanged(): void;
}

/** What opens over the list: the form, the history, a back-fill, the question before a deletion. */
export function ScheduleDialogs(props: ScheduleDialogsProps): JSX.Element {
  const { opened, onClose } = props;
  return (
    <Dialog
      open={opened !== null}
      title={opened ? titleOf(opened) : ""}
      wide={opened?.kind === "history"}
      onClose={onClose}
    >
      {opened ? <Content {...props} opened={opened} /> : null}
    </Dialog>
  );
}

function Content(
  { opened, scheduling, workflowId, onClose, onChanged }: ScheduleDialogsProps & { opened: Opened },
): JSX.Element {
  if (opened.kind === "new" || opened.kind === "edit") {
    return (
      <ScheduleForm
        schedule={opened.kind === "edit" ? opened.schedule : null}
        workflowId={workflowId}
        onSaved={(saved) => {
          scheduling.put(saved);
          onChanged();
          onClose();
        }}
      />
    );
  }
  // As it is now, and not as it was when this was opened.
  const schedule = scheduling.items?.find(({ id }) => id === opened.schedule.id) ?? opened.schedule;
  if (opened.kind === "history") return <History schedule={schedule} />;
  if (opened.kind === "backfill") return <Backfill schedule={schedule} onChanged={scheduling.put} />;
  return (
    <DeleteSchedule
      schedule={schedule}
      remove={() => scheduling.remove(schedule)}
      onRemoved={() => {
        onChanged();
        onClose();
      }}
    />
  );
}

function titleOf(opened: Opened): string {
  if (opened.kind === "new") return "Add a schedule";
  const words = { edit: "Edit", history: "History of", backfill: "Back-fill", delete: "Delete" };
  return `${words[opened.kind]} ${nameOf(opened.schedule)}${opened.kind === "delete" ? "?" : ""}`;
}
