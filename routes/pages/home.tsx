import { Hono } from "hono";
import type { ComponentChildren, JSX } from "preact";
import type { ExecutionSummary } from "../../engine/schemas/execution.ts";
import type { InboxItem } from "../../engine/schemas/inbox.ts";
import type { WorkflowSummary } from "../../engine/schemas/workflow.ts";
import { Command } from "./components/command.tsx";
import { Empty } from "./components/empty.tsx";
import { ExecutionLines } from "./components/execution_lines.tsx";
import { Icon } from "./components/icon.tsx";
import { Time } from "./components/time.tsx";
import { curlFor } from "./components/curl.ts";
import type { PageDeps, PageEnv } from "./deps.ts";
import { renderPage } from "./page.tsx";

const SHOWN = 8;

/** `/`: the first steps until something has run, then what needs a person and what ran last. */
export function homePages(deps: PageDeps): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  pages.get("/", async (c) => {
    const { workflows, executions, inbox } = deps.engine;
    const [flows, recent, todo] = await Promise.all([
      workflows.list({ limit: 20 }),
      executions.list({ limit: SHOWN }),
      inbox.list({ limit: 5 }),
    ]);
    const first = recent.items.length === 0;
    return await renderPage(
      c,
      deps,
      { title: "Start", nav: "home" },
      (
        <div class="grid max-w-4xl grid-cols-1 gap-8">
          {first ? <FirstSteps flows={flows.items} publicUrl={deps.engine.publicUrl()} /> : null}
          <Section title="Needs you" more={{ href: "/inbox", label: "Inbox" }}>
            {todo.items.length
              ? <TodoLines items={todo.items} />
              : <p class="text-soft">Nothing needs you now.</p>}
          </Section>
          {first ? null : <Recent items={recent.items} />}
        </div>
      ),
    );
  });
  return pages;
}

function Section(
  props: { title: string; more: { href: string; label: string }; children: ComponentChildren },
): JSX.Element {
  return (
    <section>
      <div class="mb-2 flex items-baseline gap-3">
        <h2 class="flex-1">{props.title}</h2>
        <a class="link text-sm" href={props.more.href}>{props.more.label}</a>
      </div>
      {props.children}
    </section>
  );
}

function Recent({ items }: { items: readonly ExecutionSummary[] }): JSX.Element {
  return (
    <Section title="Recent executions" more={{ href: "/executions", label: "All executions" }}>
      <ExecutionLines items={items} />
    </Section>
  );
}

function TodoLines({ items }: { items: readonly InboxItem[] }): JSX.Element {
  return (
    <ul class="card divide-y divide-line">
      {items.map((item) => (
        <li key={item.id} class="flex flex-wrap items-baseline gap-x-3 px-3 py-2">
          <a class="link min-w-0 flex-1 basis-56 break-words" href="/inbox">{item.title}</a>
          <span class="text-soft">
            {item.workflowName} · <Time at={item.dueAt ?? item.createdAt} />
          </span>
        </li>
      ))}
    </ul>
  );
}

function FirstSteps(
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
