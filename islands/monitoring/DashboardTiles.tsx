import type { JSX } from "preact";
import { Icon } from "../../routes/pages/components/icon.tsx";
import {
  aboutWords,
  changeOf,
  changeOfShare,
  countWords,
  executionsHref,
  shareWords,
  tookWords,
} from "../../routes/pages/components/metric_words.ts";
import type { Change, DashboardView } from "../../routes/pages/components/metric_words.ts";
import type { Shown } from "./use_metrics.ts";

/** The four figures, each with its change against the time before, each a way to what it counts. */
export function DashboardTiles({ shown, view }: { shown: Shown; view: DashboardView }): JSX.Element {
  const { metrics, now } = shown;
  const { totals, previous } = metrics;
  const active = new URLSearchParams({
    status: "active",
    ...(view.workflowId ? { workflowId: view.workflowId } : {}),
  });
  const average = totals.avgDuration === null ? null : `${tookWords(totals.avgDuration)} on average`;
  return (
    <div class="tiles">
      <Tile
        name="Executions"
        value={countWords(totals.executions)}
        note="started"
        change={changeOf(totals.executions, previous.executions)}
        href={executionsHref(metrics, view, {}, now)}
      />
      <Tile
        name="Success rate"
        value={shareWords(totals.successRate)}
        note={totals.successRate === null
          ? "none has ended"
          : `${countWords(totals.success)} completed, ${countWords(totals.failed)} failed`}
        change={changeOfShare(totals.successRate, previous.successRate)}
        better="up"
        href={executionsHref(metrics, view, { status: "failed", ended: true }, now)}
      />
      <Tile
        name="Typical duration"
        value={aboutWords(totals.p50)}
        note={totals.p50 === null ? "none has ended" : "half took less; waits included"}
        title={average}
        change={changeOf(totals.p50, previous.p50)}
        better="down"
        href={executionsHref(metrics, view, { status: "completed", ended: true }, now)}
      />
      <Tile
        name="Active now"
        value={countWords(totals.active)}
        note="queued, running or waiting"
        change={changeOf(totals.active, previous.active)}
        href={`/executions?${active}`}
      />
    </div>
  );
}

interface TileProps {
  name: string;
  value: string;
  note: string;
  /** More of it, on hover and for screen readers. */
  title?: string | null;
  /** Null: there is nothing to compare with. */
  change: Change | null;
  /** Which way is good; absent: neither. */
  better?: "up" | "down";
  href: string;
}

function Tile({ name, value, note, title, change, better, href }: TileProps): JSX.Element {
  return (
    <a class="card tile" href={href} title={title ?? undefined}>
      <span class="text-soft">{name}</span>
      <span class="flex flex-wrap items-baseline gap-x-2">
        <span class="tile-value">{value}</span>
        {change ? <ChangeMark change={change} better={better} /> : null}
      </span>
      <span class="text-sm text-soft">{note}</span>
      {title ? <span class="sr-only">{title}</span> : null}
    </a>
  );
}

const SPOKEN = { up: "more than before: ", down: "less than before: ", same: "" } as const;

function ChangeMark(
  { change, better }: { change: Change; better: "up" | "down" | undefined },
): JSX.Element {
  const { direction, words } = change;
  const tone = direction === "same" || !better ? "plain" : direction === better ? "good" : "warn";
  return (
    <span class="inline-flex items-center gap-0.5 text-sm text-status" data-tone={tone}>
      {direction === "same"
        ? null
        : <Icon name={direction === "up" ? "chevron-up" : "chevron-down"} size={13} class="self-center" />}
      <span class="sr-only">{SPOKEN[direction]}</span>
      {words}
    </span>
  );
}
