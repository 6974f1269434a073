import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { formatLocal } from "../../engine/core/zone.ts";
import type { Problem } from "../../engine/schemas/problem.ts";
import type { Backfill as Job, BackfillCount, Schedule } from "../../engine/schemas/schedule.ts";
import { ErrorCard } from "../../routes/pages/components/error_card.tsx";
import { Field, fieldAttributes } from "../../routes/pages/components/form.tsx";
import { Icon } from "../../routes/pages/components/icon.tsx";
import { isShownBy, issueFor } from "../shared/issues.ts";
import { countBackfill, startBackfill, stopBackfill } from "./scheduling_calls.ts";

interface BackfillProps {
  schedule: Schedule;
  onChanged(schedule: Schedule): void;
}

/** Runs the occurrences of a past range that have not run: counted first, then started by the number. */
export function Backfill({ schedule, onChanged }: BackfillProps): JSX.Element {
  const { backfill } = schedule;
  return (
    <div class="grid grid-cols-1 gap-4">
      {backfill ? <Progress schedule={schedule} backfill={backfill} onChanged={onChanged} /> : null}
      {backfill?.running ? null : <Range schedule={schedule} onChanged={onChanged} />}
    </div>
  );
}

function Progress({ schedule, backfill, onChanged }: BackfillProps & { backfill: Job }): JSX.Element {
  const [problem, setProblem] = useState<Problem | null>(null);
  const over = backfill.done + backfill.failed;
  const stop = async (): Promise<void> => {
    const answer = await stopBackfill(schedule.id);
    if (answer.ok) onChanged(answer.data);
    else setProblem(answer.problem);
  };
  return (
    <div class="card grid grid-cols-1 gap-2 p-3">
      <p role="status">
        {backfill.running ? "Back-filling" : "Last back-fill"}: {over} of {backfill.count}
        {backfill.failed ? `, ${backfill.failed} not started` : ""}, by {backfill.by}
      </p>
      <progress class="h-2 w-full accent-accent" max={backfill.count} value={over} aria-label="Back-filled" />
      {problem ? <ErrorCard problem={problem} /> : null}
      {backfill.running
        ? (
          <button type="button" class="button justify-self-start" onClick={stop}>
            <Icon name="stop" size={14} /> Stop
          </button>
        )
        : null}
    </div>
  );
}

function Range({ schedule, onChanged }: BackfillProps): JSX.Element {
  const [range, setRange] = useState({ from: "", to: "" });
  const [count, setCount] = useState<BackfillCount | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const typed = (part: Partial<typeof range>): void => {
    setRange({ ...range, ...part });
    // Another range has another number.
    setCount(null);
  };
  const ask = async (event: Event): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    if (count === null) {
      const answer = await countBackfill(schedule.id, range);
      setCount(answer.ok ? answer.data : null);
      setProblem(answer.ok ? null : answer.problem);
    } else {
      const answer = await startBackfill(schedule.id, { ...range, count: count.count });
      setProblem(answer.ok ? null : answer.problem);
      setCount(null);
      if (answer.ok) onChanged(answer.data);
    }
    setBusy(false);
  };
  return (
    <form class="grid grid-cols-1 gap-4" onSubmit={ask}>
      <p class="text-soft">Starts what this schedule would have started, ten a second at most.</p>
      <div class="grid gap-4 sm:grid-cols-2">
        <Moment
          id="backfill-from"
          label="From"
          field="from"
          value={range.from}
          problem={problem}
          onText={(from) => typed({ from })}
        />
        <Moment
          id="backfill-to"
          label="To"
          field="to"
          value={range.to}
          problem={problem}
          onText={(to) => typed({ to })}
        />
      </div>
      <p class="hint">On the clock of {schedule.timezone}.</p>
      {problem && !isShownBy(problem, ["from", "to"]) ? <ErrorCard problem={problem} /> : null}
      {count ? <Counted count={count} timezone={schedule.timezone} /> : null}
      <button
        type="submit"
        class="button justify-self-start"
        data-kind="primary"
        disabled={busy || count?.count === 0}
      >
        {count === null ? "Count" : `Run ${count.count}`}
      </button>
    </form>
  );
}

function Counted({ count, timezone }: { count: BackfillCount; timezone: string }): JSX.Element {
  const { first, last, leftOut } = count;
  const local = (at: string): string => formatLocal(Date.parse(at), timezone);
  const out = leftOut === 0
    ? ""
    : leftOut === 1
    ? " 1 more has run, or falls on a holiday."
    : ` ${leftOut} more have run, or fall on a holiday.`;
  return (
    <p role="status" class="notice" data-tone={count.count ? "info" : "plain"}>
      {count.count === 0 || first === null || last === null
        ? `Nothing is left to run in this range.${out}`
        : count.count === 1
        ? `1 occurrence has not run: ${local(first)}.${out}`
        : `${count.count} occurrences have not run: from ${local(first)} to ${local(last)}.${out}`}
    </p>
  );
}

interface MomentProps {
  id: string;
  label: string;
  field: string;
  value: string;
  problem: Problem | null;
  onText(text: string): void;
}

function Moment({ id, label, field, value, problem, onText }: MomentProps): JSX.Element {
  const error = issueFor(problem, field);
  return (
    <Field id={id} label={label} error={error}>
      <input
        {...fieldAttributes(id, { error })}
        class="input"
        type="datetime-local"
        required
        value={value}
        onInput={(event) => onText(event.currentTarget.value)}
      />
    </Field>
  );
}
