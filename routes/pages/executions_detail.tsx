import type { JSX } from "preact";
import type { Executions } from "../../engine/contract.ts";
import { EngineError } from "../../engine/errors.ts";
import type { Execution, ExecutionSummary } from "../../engine/schemas/execution.ts";
import type { Page } from "../../engine/schemas/problem.ts";
import { ExecutionView } from "../../islands/monitoring/ExecutionView.tsx";
import { executionAsText } from "./components/execution_text.ts";
import { TimeSpent, timeSpent } from "./components/time_spent.tsx";
import { ExecutionLines } from "./components/execution_lines.tsx";
import { bareEvent, bareExecution, summaryFor } from "../api/payload.ts";
import { drawGraph } from "./components/graph_model.ts";
import type { DrawnGraph } from "./components/graph_model.ts";
import { Island } from "./components/island.tsx";
import { executionTitle } from "./components/step_words.ts";
import type { Happened } from "./components/timeline_rows.ts";
import { requireAction, userOf } from "./deps.ts";
import type { PageContext, PageDeps } from "./deps.ts";
import { renderPage } from "./page.tsx";
import { knownZoneOf } from "./zone.ts";

/** Lines of the timeline that a page begins with; the newest ones of a longer history. */
const TIMELINE_LENGTH = 1_000;

/** `/executions/:id`; 404 by EngineError when there is none. `?step=` selects a step. */
export async function executionPage(c: PageContext, deps: PageDeps, id: string): Promise<Response> {
  requireAction(c, deps, "execution.see");
  const { role, email } = userOf(c);
  const bodies = deps.can(role, "payload.see");
  const found = await deps.engine.executions.get(id);
  const execution = bodies ? found : bareExecution(found);
  const [events, graph, children] = await Promise.all([
    newestEvents(deps.engine.executions, execution, bodies),
    graphOf(deps, execution),
    childrenOf(deps.engine.executions, id),
  ]);
  const [now, zone] = [Date.now(), knownZoneOf(c)];
  const spent = timeSpent(execution, now);
  return await renderPage(
    c,
    deps,
    {
      title: executionTitle(execution),
      nav: "executions",
      heading: null,
      crumbs: [{ label: "Executions", href: "/executions" }],
      wide: true,
    },
    <>
      <Island
        name="monitoring/ExecutionView"
        component={ExecutionView}
        props={{
          execution,
          events,
          graph,
          selected: c.req.query("step") ?? null,
          now: Date.now(),
          may: {
            cancel: deps.can(role, "execution.cancel"),
            retry: deps.can(role, "execution.retry"),
            replay: deps.can(role, "execution.replay"),
            bodies,
            answer: deps.can(role, "inbox.complete"),
            secrets: deps.can(role, "secret.see"),
            viewer: email,
          },
        }}
      />
      {spent ? <TimeSpent spent={spent} over={execution.endedAt !== null} /> : null}
      <Children
        page={{ ...children, items: children.items.map((one) => summaryFor(userOf(c), one)) }}
        zone={zone}
      />
      <p class="mt-6 flex flex-wrap items-center gap-4 print:hidden">
        <a
          class="link"
          href={`/workflow/${encodeURIComponent(execution.workflowId)}?${new URLSearchParams({
            execution: id,
          })}`}
        >
          Open in the editor
        </a>
        <button
          type="button"
          class="link"
          data-copy={executionAsText(execution, { now, zone }, deps.engine.publicUrl())}
          title="For a mail or a ticket; without inputs and outputs"
        >
          Copy as text
        </button>
      </p>
    </>,
  );
}

const CHILDREN_SHOWN = 100;
/** One look at a list is bounded by time; a page waits for so many of them at most. */
const LOOKS = 5;

/** The first rounds: a look that ended before it had found enough is followed by the next. */
async function childrenOf(executions: Executions, parentId: string): Promise<Page<ExecutionSummary>> {
  const items: ExecutionSummary[] = [];
  let cursor: string | undefined;
  for (let look = 0; look < LOOKS; look++) {
    const page = await executions.list({ parentId, limit: CHILDREN_SHOWN - items.length, cursor });
    items.push(...page.items);
    if (page.nextCursor === null) return { items, nextCursor: null };
    cursor = page.nextCursor;
    if (items.length >= CHILDREN_SHOWN) break;
  }
  return { items, nextCursor: cursor ?? null };
}

/** Rounds of its loops and workflows that it called, as they were when the page was made. */
function Children(
  { page, zone }: { page: Page<ExecutionSummary>; zone: string | null },
): JSX.Element | null {
  if (page.items.length === 0) return null;
  return (
    <section class="mt-6" aria-labelledby="children">
      <h2 id="children" class="mb-2 text-lg font-semibold">Child executions</h2>
      <ExecutionLines items={page.items} named="round" zone={zone} />
      {page.nextCursor === null
        ? null
        : <p class="mt-2 text-soft">{`The first ${page.items.length} are shown.`}</p>}
    </section>
  );
}

async function newestEvents(
  executions: Executions,
  execution: Execution,
  bodies: boolean,
): Promise<Happened[]> {
  const after = Math.max(0, execution.seq - TIMELINE_LENGTH);
  const events = await executions.events(execution.id, { after, limit: TIMELINE_LENGTH });
  // What happened since the picture was read comes by the stream, which repaints the picture too.
  const shown = events.filter(({ id }) => Number(id) <= execution.seq);
  return bodies ? shown : shown.map(({ id, event }) => ({ id, event: bareEvent(event) }));
}

/** The graph of the version that runs; null when the version is gone. */
async function graphOf(deps: PageDeps, execution: Execution): Promise<DrawnGraph | null> {
  try {
    const version = await deps.engine.workflows.version(execution.workflowId, execution.version);
    return drawGraph(version, deps.engine.nodeTypes());
  } catch (error) {
    if (error instanceof EngineError && error.status === 404) return null;
    throw error;
  }
}
