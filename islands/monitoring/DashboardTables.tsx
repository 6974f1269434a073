import type { JSX } from "preact";
import type { Metrics, MetricsError, MetricsRow } from "../../engine/schemas/metrics.ts";
import {
  aboutWords,
  countWords,
  executionsHref,
  intervalOf,
  intervalWords,
  shareWords,
} from "../../routes/pages/components/metric_words.ts";
import type { DashboardView } from "../../routes/pages/components/metric_words.ts";
import { Table } from "../../routes/pages/components/table.tsx";
import type { Shown } from "./use_metrics.ts";

interface TablesProps {
  shown: Shown;
  view: DashboardView;
}

/** Both line charts in numbers. */
export function PointTable({ shown, view }: TablesProps): JSX.Element {
  const { metrics, zone, now } = shown;
  const heads = ["Time", "Started", "Completed", "Failed", "Typical", "Slowest 5 %"];
  return (
    <AsTable>
      <Table label="Executions over time" heads={heads}>
        {metrics.points.map((point, index) => {
          const list = (filter: { status?: string; ended?: true }): string =>
            executionsHref(metrics, view, { ...filter, ...intervalOf(metrics, index) }, now);
          return (
            <tr key={point.timestamp}>
              <th scope="row">{intervalWords(metrics, index, zone)}</th>
              <Count label="Started" count={point.executions} href={list({})} />
              <Count
                label="Completed"
                count={point.success}
                href={list({ status: "completed", ended: true })}
              />
              <Count label="Failed" count={point.failed} href={list({ status: "failed", ended: true })} />
              <td data-label="Typical">{aboutWords(point.p50)}</td>
              <td data-label="Slowest 5 %">{aboutWords(point.p95)}</td>
            </tr>
          );
        })}
      </Table>
    </AsTable>
  );
}

/** Every cause, also those that have no slice of their own. */
export function CauseTable({ shown, view }: TablesProps): JSX.Element {
  const { metrics, now } = shown;
  return (
    <AsTable>
      <Table label="Failures by cause" heads={["Cause", "Failed"]}>
        {metrics.errors.map((error) => (
          <tr key={error.cause}>
            <th scope="row" class="break-words">{error.cause}</th>
            <Count label="Failed" count={error.count} href={causeHref(metrics, view, error, now)} />
          </tr>
        ))}
      </Table>
    </AsTable>
  );
}

/** The failed executions of one cause; of `other`, or without one, all that failed. */
export function causeHref(
  metrics: Metrics,
  view: DashboardView,
  cause: MetricsError | undefined,
  now: number,
): string {
  const { nodeType, code, status, host } = cause ?? { code: "other" };
  const words = [nodeType, code, status, host].filter((word) => word !== null && word !== undefined);
  const error = code === "other" ? {} : { error: words.join(" ") };
  return executionsHref(metrics, view, { status: "failed", ended: true, ...error }, now);
}

function AsTable({ children }: { children: JSX.Element }): JSX.Element {
  return (
    <details class="mt-2">
      <summary class="inline-flex min-h-11 items-center text-sm text-soft hover:text-ink sm:min-h-8">
        As a table
      </summary>
      <div class="mt-2 max-h-96 overflow-auto">{children}</div>
    </details>
  );
}

function Count(
  { label, count, href, minor }: { label: string; count: number; href: string; minor?: true },
): JSX.Element {
  return (
    <td data-label={label} data-minor={minor ? "" : undefined}>
      {count === 0 ? <span class="text-soft">0</span> : <a class="link" href={href}>{countWords(count)}</a>}
    </td>
  );
}

const HEADS = ["Workflow", "Executions", "Success", "Typical", "Slowest 5 %", "Waiting now", "Active now"];
const NEXT_HEAD = "Next schedule";

/** What each workflow did in this time, what it does now and, where something is scheduled, when it starts next. */
export function WorkflowTable({ shown, view }: TablesProps): JSX.Element {
  const { workflows } = shown.metrics;
  const scheduled = workflows.some(({ nextRunAt }) => nextRunAt !== null);
  return (
    <Table label="Workflows" heads={scheduled ? [...HEADS, NEXT_HEAD] : HEADS}>
      {workflows.map((row) => (
        <WorkflowRow key={row.workflowId} row={row} shown={shown} view={view} scheduled={scheduled} />
      ))}
    </Table>
  );
}

function WorkflowRow(
  { row, shown, view, scheduled }: TablesProps & { row: MetricsRow; scheduled: boolean },
): JSX.Element {
  const own = { ...view, workflowId: row.workflowId };
  const list = (filter: { status?: string; ended?: true }): string =>
    executionsHref(shown.metrics, own, filter, shown.now);
  const now = (status: string): string =>
    `/executions?${new URLSearchParams({ status, workflowId: row.workflowId })}`;
  return (
    <tr>
      <td class="break-words">
        <a class="link" href={`/workflow/${encodeURIComponent(row.workflowId)}`}>{row.name}</a>
      </td>
      <Count label="Executions" count={row.executions} href={list({})} />
      <td data-label="Success">
        {row.failed > 0
          ? (
            <a class="link" href={list({ status: "failed", ended: true })} title={`${row.failed} failed`}>
              {shareWords(row.successRate)}
            </a>
          )
          : <span>{shareWords(row.successRate)}</span>}
      </td>
      <td data-label="Typical" data-minor="" class="whitespace-nowrap">{aboutWords(row.p50)}</td>
      <td data-label="Slowest 5 %" data-minor="" class="whitespace-nowrap">{aboutWords(row.p95)}</td>
      <Count label="Waiting now" count={row.waiting} href={now("waiting")} />
      <Count label="Active now" count={row.active} href={now("active")} minor />
      {scheduled ? <NextRun row={row} shown={shown} /> : null}
    </tr>
  );
}

function NextRun({ row, shown }: { row: MetricsRow; shown: Shown }): JSX.Element {
  const at = row.nextRunAt;
  return (
    <td data-label={NEXT_HEAD} data-minor={at === null ? "" : undefined}>
      {at === null ? <span class="text-soft">none</span> : (
        <a class="link" href="/scheduling">
          <time dateTime={at}>{momentWords(at, shown)}</time>
        </a>
      )}
    </td>
  );
}

/** By the clock by which everything here is drawn: the time alone where it is within a day. */
function momentWords(at: string, { zone, now }: Shown): string {
  const soon = Date.parse(at) - now < 20 * 3_600_000;
  return new Intl.DateTimeFormat("en-GB", {
    ...(soon ? {} : { day: "numeric", month: "short" }),
    hour: "2-digit",
    minute: "2-digit",
    timeZone: zone,
  }).format(Date.parse(at));
}
