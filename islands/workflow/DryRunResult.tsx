import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Simulated } from "../../engine/schemas/simulation.ts";
import type { DrawnGraph } from "../../routes/pages/components/graph_model.ts";
import { Icon } from "../../routes/pages/components/icon.tsx";
import { STATUS_LOOK } from "../../routes/pages/components/status_chip.tsx";
import { GraphPane } from "../monitoring/GraphPane.tsx";
import { dryRunDays, dryRunSummary, paintedSteps } from "./dry_run_lines.ts";
import type { DryRunLine } from "./dry_run_lines.ts";

interface DryRunResultProps {
  result: Simulated;
  workflowId: string;
  graph: DrawnGraph;
  onBack(): void;
}

/** What would happen, day by day, beside the graph painted with it. */
export function DryRunResult({ result, workflowId, graph, onBack }: DryRunResultProps): JSX.Element {
  const [selected, setSelected] = useState<string | null>(null);
  const heading = useRef<HTMLParagraphElement>(null);
  // The button that had the focus is gone: what it brought is where to go on.
  useEffect(() => heading.current?.focus(), []);
  const { lead, timezone, notes, endedAs } = result;
  return (
    <div class="grid gap-4">
      <div class="flex flex-wrap items-start gap-3">
        <div class="min-w-0 flex-1 basis-64">
          <p ref={heading} tabIndex={-1} class="font-medium outline-none" data-ended={endedAs}>
            {dryRunSummary(result)}
          </p>
          <p class="text-soft">
            {lead ? `For ${lead.name === lead.email ? lead.email : `${lead.name}, ${lead.email}`}. ` : ""}
            Times as in {timezone}. Nothing was stored, and nothing was sent.
          </p>
          {notes.map((note) => <p key={note} class="text-soft">{note}.</p>)}
        </div>
        <button type="button" class="button" onClick={onBack}>Change and run again</button>
      </div>
      <div class="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]">
        <Days result={result} selected={selected} />
        <GraphPane
          graph={graph}
          label="Dry run"
          steps={paintedSteps(result)}
          now={Date.parse(result.endedAt)}
          selected={selected}
          focus={null}
          hrefOf={(nodeId) => `/workflow/${workflowId}?node=${encodeURIComponent(nodeId)}#node`}
          onSelect={setSelected}
        />
      </div>
    </div>
  );
}

function Days({ result, selected }: { result: Simulated; selected: string | null }): JSX.Element {
  const list = useRef<HTMLElement>(null);
  useEffect(() => {
    list.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
  }, [selected]);
  return (
    <section
      ref={list}
      class="card max-h-[36rem] min-w-0 overflow-y-auto p-4"
      aria-label="What would happen"
      tabIndex={0}
    >
      {dryRunDays(result).map(({ day, lines }) => (
        <div key={day ?? ""} class="mb-3 last:mb-0">
          <h3 class="mb-1 text-sm font-medium text-soft">{day ?? "Not reached"}</h3>
          <ol class="grid gap-px">
            {lines.map((line, index) => (
              <li
                key={index}
                data-step={line.nodeId}
                aria-current={selected === line.nodeId ? "true" : undefined}
                class={`grid grid-cols-[3rem_1rem_minmax(0,1fr)] gap-x-2 rounded-control px-1 py-1 ${
                  selected === line.nodeId ? "bg-accent-soft" : ""
                }`}
              >
                <Line line={line} />
              </li>
            ))}
          </ol>
        </div>
      ))}
    </section>
  );
}

function Line({ line }: { line: DryRunLine }): JSX.Element {
  const { time, status, text, why, body } = line;
  const look = status && STATUS_LOOK[status];
  const quiet = status === null || status === "skipped" || status === "pending";
  return (
    <>
      <span class="text-soft tabular-nums">{time}</span>
      <span class="grid h-5 place-items-center text-status" data-status={status ?? "pending"}>
        <Icon name={look?.icon ?? "zap"} size={14} />
      </span>
      <div class="min-w-0 break-words">
        {look ? <span class="sr-only">{`${look.word}: `}</span> : null}
        <span class={quiet ? "text-soft" : "font-medium"}>{text}</span>
        {why ? <p class="text-soft">{why}</p> : null}
        {body
          ? (
            <details>
              <summary class="cursor-pointer text-soft underline">What it says</summary>
              <pre class="mt-1 max-h-60 overflow-auto rounded-control bg-sunken p-2 text-sm whitespace-pre-wrap">{body}</pre>
            </details>
          )
          : null}
      </div>
    </>
  );
}
