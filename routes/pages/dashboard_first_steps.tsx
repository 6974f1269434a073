import type { ComponentChildren, JSX } from "preact";
import type { WorkflowSummary } from "../../engine/schemas/workflow.ts";
import { Command } from "./components/command.tsx";
import { curlFor } from "./components/curl.ts";
import { Empty } from "./components/empty.tsx";
import { Icon } from "./components/icon.tsx";

/** What leads to a first execution: publish, send a lead, watch. */
export function FirstSteps(
  { flows, publicUrl }: { flows: readonly WorkflowSummary[]; publicUrl: string },
): JSX.Element {
  const flow = flows.find(({ webhooks }) => webhooks.length > 0) ?? flows[0];
  if (!flow) {
    return (
      <Empty
        icon="workflow"
        action={<a class="button" data-kind="primary" href="/workflow">Import a workflow</a>}
      >
        No workflow yet: import one as JSON to begin.
      </Empty>
    );
  }
  const hook = flow.webhooks[0];
  const published = flow.version !== null;
  return (
    <section aria-labelledby="first-steps">
      <h2 id="first-steps" class="mb-2">First steps</h2>
      <ol class="card divide-y divide-line">
        <FirstStep number={1} done={published} title="Look at the workflow and publish it">
          <p>
            <a class="link" href={`/workflow/${flow.id}`}>{flow.name}</a> is {published ? "live" : "a draft"}.
          </p>
        </FirstStep>
        <FirstStep number={2} done={false} title="Send it a lead">
          {hook
            ? (
              <Command
                label="curl command"
                text={curlFor(publicUrl, {
                  path: hook.replace(/^\/hooks\//, ""),
                  method: "POST",
                  header: null,
                  signed: false,
                })}
              />
            )
            : <p class="text-soft">It has no webhook: press Run on its page.</p>}
        </FirstStep>
        <FirstStep number={3} done={false} title="Watch it run">
          <p>
            Every step shows up live under{" "}
            <a class="link" href="/executions">Executions</a>; its mail lies in the{" "}
            <a class="link" href="/outbox">Outbox</a>.
          </p>
        </FirstStep>
      </ol>
    </section>
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
