import type { ComponentChildren, JSX } from "preact";
import type { Step } from "../../../engine/schemas/execution.ts";
import type { Json } from "../../../engine/schemas/json.ts";
import { Icon } from "./icon.tsx";
import { Copyable } from "./id.tsx";
import { JsonTree } from "./json_tree.tsx";
import { StatusChip } from "./status_chip.tsx";
import { StepFailure, StepReason, StepTries } from "./step_reason.tsx";
import { clockTime, dayOf, elapsed, stepText } from "./step_words.ts";
import type { Clock } from "./step_words.ts";
import { durationWords, exactTime } from "./time_words.ts";

export interface StepDetailProps {
  step: Step;
  /** Title of its node type, and what its card says. */
  title: string;
  summary: string;
  clock: Clock;
  /** May this person see inputs and outputs? */
  bodies: boolean;
  /** What can be done from here, beside the name. */
  action?: ComponentChildren;
}

/** Everything about one step: status and why, attempts, input and output. */
export function StepDetail(props: StepDetailProps): JSX.Element {
  const { step, clock } = props;
  const message = messageOf(step.output);
  return (
    <section id="step" class="card grid grid-cols-1 scroll-mt-4 gap-4 p-4" aria-labelledby="step-name">
      <header class="flex flex-wrap items-center gap-x-3 gap-y-1">
        <h2 id="step-name" class="min-w-0 break-words">{step.label}</h2>
        <StatusChip status={step.status} text={step.status === "failed" ? "" : stepText(step, clock)} />
        {message === null ? null : (
          <a
            class="link ml-auto inline-flex items-center gap-1"
            href={`/outbox/${encodeURIComponent(message)}`}
          >
            <Icon name="mail" size={15} /> Message as sent
          </a>
        )}
        {props.action ? <div class={message === null ? "ml-auto" : ""}>{props.action}</div> : null}
      </header>
      <StepFacts {...props} />
      {step.failure ? <StepFailure failure={step.failure} /> : null}
      {step.reason && !isSaid(step, step.reason.text) ? <StepReason reason={step.reason} /> : null}
      <StepTries step={step} clock={clock} />
      {step.warnings.length === 0 ? null : <Warnings warnings={step.warnings} />}
      <Bodies {...props} />
    </section>
  );
}

/** Is the reason what the failure or the words behind the status say already? That hours are waited for, they do not say. */
function isSaid(step: Step, reason: string): boolean {
  return reason === step.failure?.message ||
    (step.status === "waiting" && reason.startsWith("Waiting ") && !reason.includes(", when "));
}

/** The message that a step sent, if its output names one. */
function messageOf(output: Json): string | null {
  if (typeof output !== "object" || output === null || Array.isArray(output)) return null;
  return typeof output.messageId === "string" ? output.messageId : null;
}

function StepFacts({ step, title, summary, clock }: StepDetailProps): JSX.Element {
  const ms = elapsed(step, clock.now);
  return (
    <dl class="flex flex-wrap gap-x-8 gap-y-2">
      <Fact name="Type">{title}</Fact>
      {summary === "" ? null : <Fact name="Does">{summary}</Fact>}
      <Fact name="Id">
        <Copyable value={step.nodeId} label="step id" />
      </Fact>
      {step.startedAt === null ? null : (
        <Fact name="Started">
          <Moment at={step.startedAt} clock={clock} />
        </Fact>
      )}
      {step.endedAt === null ? null : (
        <Fact name="Ended">
          <Moment at={step.endedAt} clock={clock} />
        </Fact>
      )}
      {ms === null ? null : (
        <Fact name={step.endedAt === null ? "So far" : "Took"}>
          {ms < 1 ? "under 1 ms" : durationWords(ms)}
        </Fact>
      )}
      {step.attempts > 1 && !step.approval ? <Fact name="Attempts">{step.attempts}</Fact> : null}
      {step.port === null || step.port === "out" ? null : <Fact name="Left by">{step.port}</Fact>}
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }): JSX.Element {
  return (
    <div class="min-w-0">
      <dt class="text-xs text-soft">{name}</dt>
      <dd class="min-w-0 tabular-nums break-words">{children}</dd>
    </div>
  );
}

function Moment({ at, clock }: { at: string; clock: Clock }): JSX.Element {
  return (
    <time dateTime={at} title={exactTime(at, clock.zone ?? "UTC")}>
      {`${dayOf(at, clock)} ${clockTime(at, clock.zone)}`}
    </time>
  );
}

function Warnings({ warnings }: { warnings: readonly string[] }): JSX.Element {
  return (
    <div class="notice" data-tone="warn" role="note" aria-label="Warnings">
      <Icon name="alert" size={18} class="mt-0.5 shrink-0" />
      <ul class="min-w-0 flex-1">
        {warnings.map((warning) => <li key={warning} class="break-words">{warning}</li>)}
      </ul>
    </div>
  );
}

function Bodies({ step, bodies }: StepDetailProps): JSX.Element {
  if (!bodies) return <p class="text-soft">Inputs and outputs are shown to operators and above.</p>;
  const path = `steps.${step.nodeId}.output`;
  return (
    <div class="grid grid-cols-1 items-start gap-4 md:grid-cols-2">
      <Body name="Input" value={step.input} path="" />
      <Body name="Output" value={step.output} path={path} open={step.failure ? 4 : 2} />
    </div>
  );
}

interface BodyProps {
  name: string;
  value: Json;
  path: string;
  /** Levels that start open: of what failed, what was answered. */
  open?: number;
}

function Body({ name, value, path, open }: BodyProps): JSX.Element {
  return (
    <section aria-label={name} class="min-w-0">
      <h3 class="mb-1 font-medium">{name}</h3>
      {value === null ? <p class="text-soft">None</p> : (
        <div class="rounded-card border border-line p-2">
          <JsonTree value={value} path={path} open={open} />
        </div>
      )}
    </section>
  );
}
