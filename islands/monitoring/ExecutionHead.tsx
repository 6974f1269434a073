import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Execution, Step } from "../../engine/schemas/execution.ts";
import type { Problem } from "../../engine/schemas/problem.ts";
import { Badge } from "../../routes/pages/components/badge.tsx";
import { Icon } from "../../routes/pages/components/icon.tsx";
import { Id } from "../../routes/pages/components/id.tsx";
import { LeadName } from "../../routes/pages/components/lead_name.tsx";
import { StatusChip } from "../../routes/pages/components/status_chip.tsx";
import { executionText, startedWords } from "../../routes/pages/components/step_words.ts";
import type { Clock } from "../../routes/pages/components/step_words.ts";
import { exactTime } from "../../routes/pages/components/time_words.ts";
import { callApi } from "../shared/api.ts";
import { later } from "../shared/later.tsx";
import { isSettled } from "../shared/live_reducer.ts";
import { isRound } from "./replay_steps.ts";
import { ReplayButton } from "./ReplayButton.tsx";

// Neither is there before somebody acts.
const ErrorCard = later(async () => (await import("../../routes/pages/components/error_card.tsx")).ErrorCard);
const CancelDialog = later(async () => (await import("./CancelDialog.tsx")).CancelDialog);
const MendDialog = later(async () => (await import("../inbox/MendDialog.tsx")).MendDialog);

/** What whoever looks may do. */
export interface MayAct {
  cancel: boolean;
  retry: boolean;
  replay: boolean;
  bodies: boolean;
  answer: boolean;
  secrets: boolean;
  /** Their address. */
  viewer: string;
}

interface ExecutionHeadProps {
  execution: Execution;
  clock: Clock;
  may: MayAct;
  /** Reads the execution again after somebody acted on it. */
  onActed(): void;
}

/** Which execution this is, how it stands, and what can be done about it. */
export function ExecutionHead({ execution, clock, may, onActed }: ExecutionHeadProps): JSX.Element {
  const [problem, setProblem] = useState<Problem | null>(null);
  return (
    <header class="mb-4 grid grid-cols-1 gap-3">
      <div class="flex flex-wrap items-center gap-x-3 gap-y-2">
        <h1 class="min-w-0">
          <a class="hover:text-accent" href={`/workflow/${encodeURIComponent(execution.workflowId)}`}>
            {execution.workflowName}
          </a>
        </h1>
        <Badge title="The version that this execution runs">{`v${execution.version}`}</Badge>
        <MovedFrom execution={execution} clock={clock} />
        {execution.lead ? <LeadName lead={execution.lead} /> : null}
        <div class="ml-auto flex min-h-11 flex-wrap items-center gap-2 sm:min-h-8">
          <Actions execution={execution} may={may} onActed={onActed} onProblem={setProblem} />
        </div>
      </div>
      <div class="min-h-6">
        <StatusChip status={execution.status} text={executionText(execution, clock)} />
      </div>
      <Progress execution={execution} clock={clock} />
      {problem ? <ErrorCard problem={problem} /> : null}
    </header>
  );
}

/** That it began with another version, or is about to move. */
function MovedFrom({ execution, clock }: { execution: Execution; clock: Clock }): JSX.Element | null {
  const { moves = [], movesTo } = execution;
  const last = moves.at(-1);
  if (movesTo !== undefined) {
    return <Badge title="It moves when its running step has ended">{`moves to v${movesTo}`}</Badge>;
  }
  if (!last) return null;
  const when = exactTime(last.at, clock.zone ?? "UTC");
  return (
    <Badge title={`${last.by} moved it from version ${last.from}, ${when}`}>
      {`began in v${moves[0]!.from}`}
    </Badge>
  );
}

function Progress({ execution, clock }: { execution: Execution; clock: Clock }): JSX.Element {
  const at = execution.startedAt ?? execution.createdAt;
  return (
    <div class="grid gap-1">
      <progress
        class="progress"
        data-status={execution.status}
        value={execution.progress}
        max={100}
        aria-label="Progress"
      />
      <p class="flex flex-wrap items-center gap-x-4 text-sm text-soft">
        {execution.status === "failed" || execution.status === "cancelled"
          ? null
          : <span class="tabular-nums">{`${execution.progress} % done`}</span>}
        <span title={exactTime(at, clock.zone ?? "UTC")}>{startedWords(execution, clock.now)}</span>
        <Id value={execution.id} label="execution id" />
        <span>{execution.seq === 1 ? "1 event" : `${execution.seq.toLocaleString("en-GB")} events`}</span>
        <CopyLink />
        <ReplayLinks execution={execution} />
      </p>
    </div>
  );
}

/** The address as it stands, with the step that is chosen; the page's script copies what `data-copy` holds. */
function CopyLink(): JSX.Element {
  return (
    <button
      type="button"
      class="link"
      data-copy=""
      onClick={(event) => void (event.currentTarget.dataset.copy = location.href)}
    >
      Copy link
    </button>
  );
}

/** What this one is a round of or replays, and what replays it. */
function ReplayLinks({ execution }: { execution: Execution }): JSX.Element {
  const link = (id: string): JSX.Element => (
    <a key={id} class="link mono ml-1" href={`/executions/${encodeURIComponent(id)}`} title={id}>
      {`…${id.slice(-6)}`}
    </a>
  );
  const { parent, replayOf, replayedAs = [] } = execution;
  return (
    <>
      {parent ? <span>{`Round ${parent.index + 1} of`} {link(parent.executionId)}</span> : null}
      {replayOf ? <span>Replay of {link(replayOf)}</span> : null}
      {replayedAs.length > 0 ? <span>Replayed as {replayedAs.map(link)}</span> : null}
    </>
  );
}

interface ActionsProps extends Omit<ExecutionHeadProps, "clock"> {
  onProblem(problem: Problem | null): void;
}

/** A round that a person cancelled is brought back by a retry; one that was stopped with its loop goes on with that. */
function mayRetry({ status, parent, reason }: Execution): boolean {
  return status === "failed" || parent !== null && reason?.code === "cancelled";
}

function useRetry(
  id: string,
  then: Pick<ActionsProps, "onActed" | "onProblem">,
): { busy: boolean; retry(): Promise<void> } {
  const [busy, setBusy] = useState(false);
  const retry = async (): Promise<void> => {
    setBusy(true);
    const path = `/api/monitoring/executions/${encodeURIComponent(id)}/retry`;
    const answer = await callApi<unknown>("POST", path, { body: {} });
    setBusy(false);
    then.onProblem(answer.ok ? null : answer.problem);
    if (answer.ok) then.onActed();
  };
  return { busy, retry };
}

/** Does it wait for somebody's answer? */
function asksSomebody({ waitingFor }: Step): boolean {
  return waitingFor?.kind === "person" || waitingFor?.kind === "uncertain";
}

function Actions({ execution, may, onActed, onProblem }: ActionsProps): JSX.Element {
  const [asking, setAsking] = useState<"cancel" | "mend" | null>(null);
  const close = (): void => setAsking(null);
  const { busy, retry } = useRetry(execution.id, { onActed, onProblem });
  const failed = execution.status === "failed";
  return (
    <>
      {failed || execution.steps.some(asksSomebody)
        ? (
          <a
            class="button"
            data-kind={failed ? undefined : "primary"}
            href={`/inbox?execution=${execution.id}`}
            onClick={(event) => {
              event.preventDefault();
              setAsking("mend");
            }}
          >
            <Icon name="inbox" /> {failed ? "Mend …" : "Answer …"}
          </a>
        )
        : null}
      {may.retry && mayRetry(execution)
        ? (
          <button type="button" class="button" data-kind="primary" disabled={busy} onClick={retry}>
            <Icon name="rotate" /> {failed ? "Retry failed steps" : "Retry"}
          </button>
        )
        : null}
      {may.replay && !isRound(execution)
        ? <ReplayButton execution={execution} from={null} label="Replay …" bodies={may.bodies} />
        : null}
      {may.cancel && !isSettled(execution.status)
        ? (
          <button
            type="button"
            class="button"
            disabled={execution.cancelling}
            onClick={() => setAsking("cancel")}
          >
            <Icon name="stop" />
            {execution.cancelling ? "Cancelling …" : "Cancel …"}
          </button>
        )
        : null}
      {asking === "cancel"
        ? (
          <CancelDialog
            execution={execution}
            onClose={close}
            onCancelled={() => {
              close();
              onActed();
            }}
          />
        )
        : asking
        ? <MendDialog executionId={execution.id} may={may} onClose={close} onActed={onActed} />
        : null}
    </>
  );
}
