import type { JSX } from "preact";
import type { ExecutionStatus, StepStatus } from "../../../engine/schemas/execution.ts";
import { Icon } from "./icon.tsx";

/** Every status of an execution or a step. */
export type Status = ExecutionStatus | StepStatus;

/** Icon and word of each status; its colour is `var(--st)` below any `[data-status]`. */
export const STATUS_LOOK: { readonly [S in Status]: { readonly icon: string; readonly word: string } } = {
  pending: { icon: "circle-dashed", word: "Not started" },
  queued: { icon: "clock", word: "Queued" },
  running: { icon: "play", word: "Running" },
  waiting: { icon: "hourglass", word: "Waiting" },
  retrying: { icon: "rotate", word: "Retrying" },
  completed: { icon: "check", word: "Completed" },
  failed: { icon: "x", word: "Failed" },
  cancelled: { icon: "stop", word: "Cancelled" },
  skipped: { icon: "skip", word: "Skipped" },
};

interface StatusChipProps {
  status: Status;
  /** What stands behind the dash: "until Tue 09:00 (in 14 h)". */
  text?: string | null;
}

/** The one way to show a status: colour, icon and word, everywhere the same. */
export function StatusChip({ status, text }: StatusChipProps): JSX.Element {
  const look = STATUS_LOOK[status];
  const rest = text ? withoutWord(text, look.word) : "";
  return (
    <span class="inline-flex max-w-full items-baseline gap-1.5">
      <span class="chip" data-status={status}>
        <Icon name={look.icon} size={13} />
        {look.word}
      </span>
      {rest ? <span class="min-w-0 break-words text-soft">{rest}</span> : null}
    </span>
  );
}

/** Reasons are whole sentences ("Waiting — until Tue 09:00"); beside the chip they need not say the status again. */
export function withoutWord(text: string, word: string): string {
  if (text === word) return "";
  if (!text.startsWith(`${word} `)) return text;
  return text.slice(word.length).replace(/^\s*(—\s*)?/, "");
}
