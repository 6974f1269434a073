import type { ComponentChildren, JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import type { ExecutionSummary } from "../../engine/schemas/execution.ts";
import type { Page } from "../../engine/schemas/problem.ts";
import { Command } from "../../routes/pages/components/command.tsx";
import { Icon } from "../../routes/pages/components/icon.tsx";
import { leadName } from "../../routes/pages/components/lead_name.tsx";
import { callApi } from "../shared/api.ts";
import { announce } from "../shared/copy.ts";
import { useEventSource } from "../shared/use_event_source.ts";

export interface FirstStepsProps {
  flow: { id: string; name: string; published: boolean };
  /** Calls its webhook from a terminal; null where it has none. */
  command: string | null;
}

/** What leads to a first execution: publish, send a lead, watch. What has begun is seen at once. */
export function FirstSteps({ flow, command }: FirstStepsProps): JSX.Element {
  const first = useFirstExecution();
  const published = flow.published || first !== null;
  return (
    <section aria-labelledby="first-steps">
      <h2 id="first-steps" class="mb-2">First steps</h2>
      <ol class="card divide-y divide-line">
        <FirstStep number={1} done={published} title="Look at the workflow and publish it">
          <p>
            <a class="link" href={`/workflow/${flow.id}`}>{flow.name}</a>{" "}
            {published ? "is live." : "is a draft: open it and press Publish."}
          </p>
        </FirstStep>
        <FirstStep number={2} done={first !== null} title="Send it a lead">
          {command === null
            ? <p class="text-soft">It has no webhook.</p>
            : <Command label="curl command" text={command} />}
          <p class="text-soft">
            {published ? null : "It answers once the workflow is published. "}
            {command === null ? "Start it by hand: press Run" : "Without a terminal: press Run"}{" "}
            beside it under <a class="link" href="/workflow">Workflows</a>.
          </p>
        </FirstStep>
        <FirstStep number={3} done={false} title="Watch it run">
          {first === null ? <WhatWillBeSeen /> : <Begun first={first} />}
        </FirstStep>
      </ol>
    </section>
  );
}

function WhatWillBeSeen(): JSX.Element {
  return (
    <p>
      It shows up here as soon as it begins, and live under{" "}
      <a class="link" href="/executions">Executions</a>; its mail lies in the{" "}
      <a class="link" href="/outbox">Outbox</a>.
    </p>
  );
}

function Begun({ first }: { first: ExecutionSummary }): JSX.Element {
  return (
    <p class="flex flex-wrap items-center gap-x-4 gap-y-2">
      <a class="button" data-kind="primary" href={`/executions/${encodeURIComponent(first.id)}`}>
        <Icon name="play" size={14} /> Watch {first.lead ? leadName(first.lead) : first.workflowName}
      </a>
      <a class="link" href="/outbox">Read its mail</a>
      <a class="link" href="/">Show the dashboard</a>
    </p>
  );
}

function FirstStep(
  props: { number: number; done: boolean; title: string; children: ComponentChildren },
): JSX.Element {
  return (
    <li class="flex gap-3 p-3">
      <span class="step-number" data-done={props.done ? "" : undefined}>
        {props.done ? <Icon name="check" size={14} label="Done" /> : props.number}
      </span>
      <div class="grid min-w-0 flex-1 grid-cols-1 gap-2">
        <h3 class="font-medium">{props.title}</h3>
        {props.children}
      </div>
    </li>
  );
}

/** The newest execution as soon as there is one; from then on nothing is asked for any more. */
function useFirstExecution(): ExecutionSummary | null {
  const [first, setFirst] = useState<ExecutionSummary | null>(null);
  const reading = useRef(false);
  const read = async (): Promise<void> => {
    if (reading.current) return;
    reading.current = true;
    const answer = await callApi<Page<ExecutionSummary>>("GET", "/api/monitoring/executions?limit=1");
    reading.current = false;
    const [newest] = answer.ok ? answer.data.items : [];
    if (!newest) return;
    setFirst(newest);
    announce(document, `${newest.workflowName} has begun`);
  };
  useEventSource(first === null ? "/api/monitoring/stream?busy=skip" : null, {
    lastEventId: null,
    // The stream begins now: what began since the page was drawn is read once.
    onOpen: () => void read(),
    onEvents: () => void read(),
  });
  return first;
}
