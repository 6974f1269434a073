import type { JSX } from "preact";
import { localInput, RANGE_WORDS, viewQuery } from "../../routes/pages/components/metric_words.ts";
import type { DashboardView } from "../../routes/pages/components/metric_words.ts";

interface DashboardFilterProps {
  view: DashboardView;
  workflows: readonly { id: string; name: string }[];
  /** By whose clock the own time is written. */
  zone: string;
  /** What is shown now: an own time begins with it. */
  time: { from: string; to: string };
}

/** Time and workflow, as links and a form: the view is an address, with scripts and without. */
export function DashboardFilter(props: DashboardFilterProps): JSX.Element {
  const { view, workflows } = props;
  return (
    <div class="flex flex-wrap items-center gap-x-4 gap-y-2">
      <nav class="tabs mb-0" aria-label="Time">
        {RANGE_WORDS.map(([range, short, long]) => (
          <a
            key={range}
            href={`/?${viewQuery({ ...view, range, from: "", to: "" })}`}
            aria-current={view.range === range ? "page" : undefined}
            title={long}
          >
            {short}
          </a>
        ))}
      </nav>
      <form method="get" action="/" aria-label="Workflows">
        <Kept view={view} />
        <label class="sr-only" for="dashboard-workflow">Workflow</label>
        <select
          id="dashboard-workflow"
          name="workflowId"
          class="input max-w-64"
          onChange={(event) => event.currentTarget.form?.requestSubmit()}
        >
          <option value="" selected={view.workflowId === ""}>All workflows</option>
          {workflows.map(({ id, name }) => (
            <option key={id} value={id} selected={id === view.workflowId}>{name}</option>
          ))}
        </select>
        <noscript>
          <button type="submit" class="button ml-2">Show</button>
        </noscript>
      </form>
      <OwnTime {...props} />
    </div>
  );
}

/** The time of the view stays when the workflow is changed. */
function Kept({ view }: { view: DashboardView }): JSX.Element {
  const kept = [...viewQuery({ ...view, workflowId: "" })];
  return <>{kept.map(([name, value]) => <input key={name} type="hidden" name={name} value={value} />)}</>;
}

function OwnTime({ view, zone, time }: DashboardFilterProps): JSX.Element {
  return (
    <details open={view.range === null}>
      <summary class="button">Other time</summary>
      <form method="get" action="/" class="mt-2 flex flex-wrap items-end gap-2" aria-label="Other time">
        {view.workflowId === "" ? null : <input type="hidden" name="workflowId" value={view.workflowId} />}
        <input type="hidden" name="timezone" value={zone} />
        {(["from", "to"] as const).map((name) => (
          <div key={name} class="field">
            <label for={`dashboard-${name}`}>{`${name === "from" ? "From" : "To"} (${zone})`}</label>
            <input
              id={`dashboard-${name}`}
              name={name}
              class="input"
              type="datetime-local"
              required={name === "from"}
              value={localInput(time[name], zone)}
            />
          </div>
        ))}
        <button type="submit" class="button">Show</button>
      </form>
    </details>
  );
}
