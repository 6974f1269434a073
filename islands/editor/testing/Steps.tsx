import type { JSX } from "preact";
import { memo } from "preact/compat";
import { useMemo, useRef } from "preact/hooks";
import type { Simulated } from "../../../engine/schemas/simulation.ts";
import { Icon } from "../../../routes/pages/components/icon.tsx";
import { STATUS_LOOK } from "../../../routes/pages/components/status_chip.tsx";
import { dryRunDays, type DryRunLine, dryRunSummary } from "../../workflow/dry_run_lines.ts";
import { NOTHING } from "../canvas/flow_elements.ts";
import { viewerZone } from "../../shared/viewer_zone.ts";
import { useEditor } from "../editor_context.ts";
import { CallQuestion } from "./CallQuestion.tsx";
import type { TestRun } from "./use_test_run.ts";

/** The result of a test: how it ended, what it still asks, and its steps in the order of time. */
export function Steps(
  { run, onDecide }: { run: TestRun; onDecide(how: "call" | "stub"): void },
): JSX.Element {
  const { result, asks } = run;
  const editor = useEditor();
  const latest = useRef(editor);
  latest.current = editor;
  const choose = useMemo(() => (nodeId: string): void => {
    // The focus stays in the list: the next step is one key away.
    latest.current.select(() => ({ ...NOTHING, nodes: new Set([nodeId]) }));
    latest.current.show(nodeId);
  }, []);
  return (
    <div class="grid grid-cols-1 gap-2">
      {asks.length > 0 ? <CallQuestion asks={asks} onDecide={onDecide} /> : null}
      <Summary result={result} />
      <Days result={result} chosen={editor.selection.nodes} onChoose={choose} />
    </div>
  );
}

function Summary({ result }: { result: Simulated }): JSX.Element {
  const { lead, timezone, notes, kept, endedAs } = result;
  const zone = viewerZone();
  return (
    <div>
      <p class="font-medium" data-ended={endedAs} role="status">{dryRunSummary(result)}</p>
      <p class="text-soft">
        {lead ? `For ${lead.name === lead.email ? lead.email : `${lead.name}, ${lead.email}`}. ` : ""}
        {timezone === zone
          ? `Times as in ${zone}.`
          : `Times as on your clock, in ${zone}; the workflow reckons in ${timezone}, which each shows when pointed at.`}
      </p>
      {kept.length > 0
        ? (
          <p>
            <a class="link" href="/outbox">
              {kept.length === 1 ? "1 mail is in the outbox" : `${kept.length} mails are in the outbox`}
            </a>
            , marked test.
          </p>
        )
        : null}
      {notes.map((note) => <p key={note} class="text-soft">{note}.</p>)}
    </div>
  );
}

interface DaysProps {
  result: Simulated;
  chosen: ReadonlySet<string>;
  onChoose(nodeId: string): void;
}

/** Drawn anew only when something in it changes: hundreds of lines would cost whoever types in a field. */
const Days = memo(function Days({ result, chosen, onChoose }: DaysProps): JSX.Element {
  const days = useMemo(() => dryRunDays(result, viewerZone()), [result]);
  return (
    <>
      {days.map(({ day, lines }) => (
        <div key={day ?? ""}>
          <h3 class="mb-1 text-sm font-medium text-soft">{day ?? "Not reached"}</h3>
          <ol class="grid grid-cols-1 gap-px">
            {lines.map((line, index) => (
              <Line key={index} line={line} chosen={chosen.has(line.nodeId)} onChoose={onChoose} />
            ))}
          </ol>
        </div>
      ))}
    </>
  );
});

function Line(
  { line, chosen, onChoose }: { line: DryRunLine; chosen: boolean; onChoose(nodeId: string): void },
): JSX.Element {
  const { nodeId, time, exact, status, text, why } = line;
  const look = status && STATUS_LOOK[status];
  return (
    <li data-step={nodeId}>
      <button
        type="button"
        class="step-line"
        aria-current={chosen ? "true" : undefined}
        onClick={() => onChoose(nodeId)}
      >
        <span class="text-soft tabular-nums" title={exact}>{time}</span>
        <span class="grid h-5 place-items-center text-status" data-status={status ?? "pending"}>
          <Icon name={look?.icon ?? "zap"} size={14} />
        </span>
        <span class="min-w-0">
          {look ? <span class="sr-only">{`${look.word}: `}</span> : null}
          <span class={status === null || status === "skipped" || status === "pending" ? "text-soft" : ""}>
            {text}
          </span>
          {why ? <span class="block text-soft">{why}</span> : null}
        </span>
      </button>
    </li>
  );
}
