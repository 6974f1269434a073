import type { JSX } from "preact";
import type { Step } from "../../../engine/schemas/execution.ts";
import { fitText } from "./graph_text.ts";
import type { DrawnNode } from "./graph_model.ts";
import { CARD } from "./graph_size.ts";
import { Icon } from "./icon.tsx";
import { STATUS_LOOK } from "./status_chip.tsx";
import { cardText } from "./step_words.ts";

interface GraphCardProps {
  node: DrawnNode;
  /** Null: the plan is drawn, not an execution. */
  step: Step | null;
  now: number;
  selected: boolean;
  href: string;
  onSelect?(nodeId: string): void;
}

/** Hues of the categories: quiet beside the colours of the statuses. */
const CATEGORY_INK = new Map([
  ["triggers", "text-[light-dark(oklch(0.5_0.14_300),oklch(0.78_0.1_300))]"],
  ["messages", "text-[light-dark(oklch(0.5_0.1_235),oklch(0.78_0.08_235))]"],
  ["people", "text-[light-dark(oklch(0.52_0.13_350),oklch(0.79_0.1_350))]"],
  ["time", "text-[light-dark(oklch(0.5_0.09_75),oklch(0.79_0.08_75))]"],
  ["logic", "text-[light-dark(oklch(0.5_0.14_275),oklch(0.78_0.1_275))]"],
  ["data", "text-[light-dark(oklch(0.48_0.08_190),oklch(0.78_0.07_190))]"],
  ["code", "text-[light-dark(oklch(0.45_0.02_265),oklch(0.76_0.02_265))]"],
]);
const TEXT_ROOM = CARD.width - 62;

/** One node as a card that is a link to its step. */
export function GraphCard(props: GraphCardProps): JSX.Element {
  const { node, step, selected } = props;
  const status = step?.status ?? null;
  const quiet = status === "skipped" || status === "cancelled" || status === "pending";
  return (
    <a
      href={props.href}
      class="group outline-none"
      aria-current={selected ? "true" : undefined}
      data-node={node.id}
      data-status={status ?? undefined}
      onClick={(event) => {
        if (!props.onSelect || event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        props.onSelect(node.id);
      }}
    >
      <Ring node={node} selected={selected} />
      <rect
        x={node.x}
        y={node.y}
        width={CARD.width}
        height={CARD.height}
        rx="8"
        class={`${fillOf(status)} ${status && !quiet ? "stroke-status-line" : "stroke-line-strong"}`}
        stroke-width={status && !quiet ? 1.5 : 1}
        stroke-dasharray={status === "skipped" ? "4 3" : undefined}
      >
        <title>{[node.label, node.title, node.summary].filter(Boolean).join("\n")}</title>
      </rect>
      <CardText node={node} quiet={quiet} />
      {step ? <StatusLine node={node} step={step} now={props.now} /> : null}
    </a>
  );
}

/** Icon, label and what the node will do. */
function CardText({ node, quiet }: { node: DrawnNode; quiet: boolean }): JSX.Element {
  return (
    <>
      <g
        transform={`translate(${node.x + 12} ${node.y + 12})`}
        class={`pointer-events-none ${CATEGORY_INK.get(node.category) ?? ""}`}
      >
        <rect width="30" height="30" rx="6" class="fill-current opacity-10" />
        <g transform="translate(7 7)">
          <Icon name={node.icon} size={16} />
        </g>
      </g>
      <text
        x={node.x + 52}
        y={node.y + 24}
        font-size="14"
        class={`pointer-events-none font-semibold ${quiet ? "fill-soft" : "fill-ink"}`}
      >
        {fitText(node.label, TEXT_ROOM * 0.92, 14)}
      </text>
      <text x={node.x + 52} y={node.y + 41} font-size="12" class="pointer-events-none fill-soft">
        {fitText(node.summary || node.title, TEXT_ROOM, 12)}
      </text>
    </>
  );
}

function fillOf(status: Step["status"] | null): string {
  return status === "running" || status === "waiting" || status === "retrying" || status === "failed"
    ? "fill-status-soft"
    : "fill-surface";
}

function Ring({ node, selected }: { node: DrawnNode; selected: boolean }): JSX.Element {
  return (
    <rect
      x={node.x - 4}
      y={node.y - 4}
      width={CARD.width + 8}
      height={CARD.height + 8}
      rx="11"
      fill="none"
      stroke-width="2"
      class={selected
        ? "stroke-accent"
        : "stroke-transparent group-hover:stroke-line-strong group-focus-visible:stroke-accent"}
    />
  );
}

function StatusLine({ node, step, now }: { node: DrawnNode; step: Step; now: number }): JSX.Element {
  const look = STATUS_LOOK[step.status];
  const detail = cardText(step, now);
  return (
    <g transform={`translate(${node.x + 52} ${node.y + 50})`} class="pointer-events-none text-status">
      <g class={step.status === "running" ? "animate-pulse" : undefined}>
        <Icon name={look.icon} size={13} />
      </g>
      <text x="18" y="10.5" font-size="12" class="fill-current font-medium tabular-nums">
        {fitText(detail ? `${look.word} · ${detail}` : look.word, TEXT_ROOM - 18, 12)}
      </text>
    </g>
  );
}
