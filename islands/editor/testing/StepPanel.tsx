import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { formatLocal } from "../../../engine/core/zone.ts";
import type { SimulatedStep } from "../../../engine/schemas/simulation.ts";
import { StatusChip } from "../../../routes/pages/components/status_chip.tsx";
import { viewerZone } from "../../shared/viewer_zone.ts";
import { exactThere, reasonWords } from "../../workflow/dry_run_lines.ts";
import { useEditor } from "../editor_context.ts";
import { Bodies } from "./Bodies.tsx";
import { PinPart } from "./PinPart.tsx";
import type { Kept } from "./use_kept.ts";
import type { TestRun } from "./use_test_run.ts";
import { WouldPart } from "./WouldPart.tsx";

interface StepPanelProps {
  nodeId: string;
  kept: Kept;
  run: TestRun | null;
}

/** The selected node in the test: what would be sent, what went in and out, and what it is pinned to. */
export function StepPanel({ nodeId, kept, run }: StepPanelProps): JSX.Element | null {
  const { cards } = useEditor();
  const card = cards.get(nodeId);
  const step = run?.result.steps.find((one) => one.nodeId === nodeId) ?? null;
  const zones = { timezone: run?.result.timezone ?? "UTC", zone: viewerZone() };
  const whole = useRef<HTMLElement>(null);
  useEffect(() => {
    // On a phone it stands below the steps that it was chosen from.
    if (step) whole.current?.scrollIntoView({ block: "nearest" });
  }, []);
  if (!card) return null;
  return (
    <section ref={whole} class="drawer-detail" aria-label={`Step ${card.label}`} tabIndex={0}>
      <header class="flex flex-wrap items-center gap-2">
        <h3 class="min-w-0 break-words">{card.label}</h3>
        {step ? <StatusChip status={step.status} text={reasonWords(step, zones) ?? ""} /> : null}
      </header>
      {step ? <Facts step={step} zones={zones} /> : <p class="text-soft">Not run yet.</p>}
      {step?.would ? <WouldPart would={step.would} /> : null}
      {step && step.warnings.length > 0
        ? (
          <ul class="notice" data-tone="warn" aria-label="Warnings">
            {step.warnings.map((warning) => <li key={warning}>{warning}</li>)}
          </ul>
        )
        : null}
      {card.kind === "trigger" ? null : (
        <PinPart
          key={JSON.stringify(kept.pins[nodeId] ?? null)}
          nodeId={nodeId}
          ports={card.ports}
          pin={kept.pins[nodeId] ?? null}
          step={step}
          onPin={(pin) => kept.pin(nodeId, pin)}
        />
      )}
      {step && step.status !== "pending"
        ? <Bodies nodeId={nodeId} input={step.input} output={step.output} />
        : null}
    </section>
  );
}

interface FactsProps {
  step: SimulatedStep;
  zones: { timezone: string; zone: string };
}

function Facts({ step, zones }: FactsProps): JSX.Element {
  const { at, port, attempts } = step;
  const facts = [
    at === null ? "Not reached" : formatLocal(Date.parse(at), zones.zone),
    attempts > 1 ? `${attempts} attempts` : "",
    port !== null && port !== "out" ? `left by ${port}` : "",
  ];
  const title = at === null ? undefined : exactThere(at, zones);
  return <p class="text-soft tabular-nums" title={title}>{facts.filter(Boolean).join(" · ")}</p>;
}
