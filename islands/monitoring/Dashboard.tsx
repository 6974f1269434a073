import type { ComponentChildren, JSX } from "preact";
import { useMemo } from "preact/hooks";
import { Donut } from "../../routes/pages/components/chart_donut.tsx";
import type { LineLook } from "../../routes/pages/components/chart_lines.tsx";
import { ErrorCard } from "../../routes/pages/components/error_card.tsx";
import {
  aboutWords,
  countWords,
  intervalOf,
  intervalWords,
  isQuiet,
  viewQuery,
} from "../../routes/pages/components/metric_words.ts";
import type { DashboardView } from "../../routes/pages/components/metric_words.ts";
import { ConnectionBar } from "./ConnectionBar.tsx";
import { DashboardFilter } from "./DashboardFilter.tsx";
import { causeHref, CauseTable, PointTable, WorkflowTable } from "./DashboardTables.tsx";
import { DashboardTiles } from "./DashboardTiles.tsx";
import { LineChart } from "./LineChart.tsx";
import { LiveMark } from "./LiveMark.tsx";
import { useMetrics } from "./use_metrics.ts";
import type { Shown } from "./use_metrics.ts";

export interface DashboardProps {
  /** The first picture, as the server drew it. */
  first: Shown;
  view: DashboardView;
  workflows: { id: string; name: string }[];
}

const TREND: readonly LineLook[] = [
  { name: "Completed", status: "completed" },
  { name: "Failed", status: "failed", dashed: true },
];
const DURATIONS: readonly LineLook[] = [
  { name: "Typical (median)", status: "running" },
  { name: "Slowest 5 %", status: "waiting", dashed: true },
];

/** What ran, how it went and how long it took: live, by workflow and time. */
export function Dashboard({ first, view, workflows }: DashboardProps): JSX.Element {
  const { shown, state, problem } = useMetrics(first, view);
  const { metrics, zone } = shown;
  const parts = { shown, view };
  return (
    <div class="grid grid-cols-1 gap-4">
      <div class="flex flex-wrap items-center gap-3">
        <DashboardFilter view={view} workflows={workflows} zone={zone} time={metrics} />
        <span class="ml-auto">
          <LiveMark state={state} />
        </span>
      </div>
      {problem ? <ErrorCard problem={problem} /> : null}
      <DashboardTiles {...parts} />
      {isQuiet(metrics.totals) ? <Quiet view={view} /> : <Charts {...parts} />}
      {metrics.workflows.length === 0 ? null : (
        <section aria-labelledby="by-workflow">
          <h2 id="by-workflow" class="mb-2">Workflows</h2>
          <WorkflowTable {...parts} />
        </section>
      )}
      <ConnectionBar state={state} />
    </div>
  );
}

interface PartsProps {
  shown: Shown;
  view: DashboardView;
}

function Charts({ shown, view }: PartsProps): JSX.Element {
  const { metrics, drawn, zone, now } = shown;
  const { points, errors } = metrics;
  const timeOf = useMemo(() => (index: number) => intervalWords(metrics, index, zone), [metrics, zone]);
  const zoom = (from: number, to: number): void => {
    const part = { from: intervalOf(metrics, from).from, to: intervalOf(metrics, to).to };
    location.assign(`/?${viewQuery({ ...view, range: null, ...part })}`);
  };
  return (
    <>
      <div class="grid grid-cols-1 gap-4 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <Card title="Executions over time">
          <LineChart
            label="Executions over time"
            drawn={drawn.trend}
            looks={TREND}
            timeOf={timeOf}
            valueOf={(line, index) => countWords(points[index]?.[line === 0 ? "success" : "failed"] ?? 0)}
            onZoom={zoom}
          />
          <PointTable shown={shown} view={view} />
        </Card>
        <Card title="Failures by cause">
          {errors.length === 0 ? <p class="py-6 text-center text-soft">Nothing failed in this time.</p> : (
            <>
              <Donut
                slices={drawn.slices}
                total={metrics.totals.failed}
                name="failed"
                hrefOf={({ cause }) =>
                  causeHref(metrics, view, cause === null ? undefined : errors[cause], now)}
              />
              <CauseTable shown={shown} view={view} />
            </>
          )}
        </Card>
      </div>
      <Card title="How long they took">
        <LineChart
          label="How long executions took"
          drawn={drawn.durations}
          looks={DURATIONS}
          timeOf={timeOf}
          valueOf={(line, index) => aboutWords(points[index]?.[line === 0 ? "p50" : "p95"] ?? null)}
          onZoom={zoom}
        />
      </Card>
    </>
  );
}

function Card({ title, children }: { title: string; children: ComponentChildren }): JSX.Element {
  return (
    <section class="card min-w-0 p-4" aria-label={title}>
      <h2 class="mb-2">{title}</h2>
      {children}
    </section>
  );
}

function Quiet({ view }: { view: DashboardView }): JSX.Element {
  return (
    <div class="empty">
      <p class="text-soft">Nothing ran in this time.</p>
      {view.range === "30d"
        ? null
        : (
          <a class="button" href={`/?${viewQuery({ ...view, range: "30d", from: "", to: "" })}`}>
            Look at the last 30 days
          </a>
        )}
    </div>
  );
}
