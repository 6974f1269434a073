import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Problem } from "../../engine/schemas/problem.ts";
import type { Schedule } from "../../engine/schemas/schedule.ts";
import { ErrorCard } from "../../routes/pages/components/error_card.tsx";
import { Icon } from "../../routes/pages/components/icon.tsx";
import { nameOf } from "./fire_words.ts";

interface DeleteScheduleProps {
  schedule: Schedule;
  /** The problem to show; null: it is gone. */
  remove(): Promise<Problem | null>;
  onRemoved(): void;
}

/** Asks before a schedule goes from its workflow's canvas. */
export function DeleteSchedule({ schedule, remove, onRemoved }: DeleteScheduleProps): JSX.Element {
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const confirm = async (): Promise<void> => {
    setBusy(true);
    const refused = await remove();
    setBusy(false);
    if (refused) setProblem(refused);
    else onRemoved();
  };
  return (
    <div class="grid grid-cols-1 gap-4">
      <p>
        “{nameOf(schedule)}” fires no more, and its node goes from the canvas of{" "}
        {schedule.workflowName}. What it has started goes on. To stop it for a while, pause it.
      </p>
      {problem ? <ErrorCard problem={problem} /> : null}
      <button
        type="button"
        class="button justify-self-start"
        data-kind="danger"
        disabled={busy}
        onClick={confirm}
      >
        <Icon name="trash" /> {busy ? "Deleting …" : "Delete"}
      </button>
    </div>
  );
}
