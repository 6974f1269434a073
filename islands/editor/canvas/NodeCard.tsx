import { Handle, type NodeProps, Position } from "@xyflow/react";
import type { JSX } from "preact";
import { memo } from "preact/compat";
import { Icon } from "../../../routes/pages/components/icon.tsx";
import { STATUS_LOOK } from "../../../routes/pages/components/status_chip.tsx";
import { useEditor } from "../editor_context.ts";
import { cardDrawn } from "../focus.ts";
import { type Card, portX } from "./cards.ts";
import type { CardNode } from "./flow_elements.ts";

/** One node on the canvas: what it is, what it will do, what became of it, and its ports. */
export const NodeCard = memo(function NodeCard({ data: { card } }: NodeProps<CardNode>): JSX.Element {
  const status = card.paint?.status ?? null;
  return (
    <div
      ref={cardDrawn}
      class="node-card"
      data-category={card.category}
      data-status={status ?? undefined}
      data-difference={card.difference ?? undefined}
      data-problems={card.problems.length ? "" : undefined}
    >
      <span class="node-icon">
        <Icon name={card.icon} size={16} />
      </span>
      <span class="node-words">
        <span class="node-label">
          {card.pinned ? <Icon name="pin" size={12} label="Pinned" /> : null} {card.label}
        </span>
        <span class="node-summary">{card.summary || card.title}</span>
        <LastLine card={card} />
      </span>
      <Entry card={card} />
      {card.ports.map((port, index) => <Port key={port.id} card={card} index={index} />)}
    </div>
  );
});

/** What matters most just now: what happened, what is wrong, how many are here, or what it waits for. */
function LastLine({ card }: { card: Card }): JSX.Element | null {
  const { paint, problems, merging, difference } = card;
  if (difference) {
    const { icon, tone, word } = DIFFERENCES[difference];
    return (
      <span class="node-line" data-tone={tone}>
        <Icon name={icon} size={13} /> {word}
      </span>
    );
  }
  if (paint) {
    const look = STATUS_LOOK[paint.status];
    return (
      <span class="node-line text-status">
        <Icon name={look.icon} size={13} />
        <span class="truncate">{paint.detail ? `${look.word} · ${paint.detail}` : look.word}</span>
      </span>
    );
  }
  if (problems.length) {
    return (
      <span class="node-line" data-tone="bad" title={problems.map(({ message }) => message).join("\n")}>
        <Icon name="alert" size={13} />
        <span class="truncate">
          {problems.length === 1 ? problems[0]?.message : `${problems.length} problems`}
        </span>
      </span>
    );
  }
  if (card.counts && card.counts.entered > 0) return <Counts card={card} />;
  if (!merging) return null;
  return (
    <span class="node-line">
      <Icon name="git-branch" size={13} />
      <span class="truncate">{merging}</span>
    </span>
  );
}

const DIFFERENCES = {
  added: { icon: "plus", tone: "good", word: "Added" },
  changed: { icon: "pencil", tone: "warn", word: "Changed" },
  removed: { icon: "x", tone: "bad", word: "Removed" },
} as const;

const SHOWN = [
  { what: "entered", icon: "arrow-right", status: "entered", words: "entered" },
  { what: "passed", icon: "check", status: "completed", words: "passed" },
  { what: "waiting", icon: "hourglass", status: "waiting", words: "waiting here" },
  { what: "failed", icon: "x", status: "failed", words: "failed" },
] as const;

/** How many executions passed, stand here and failed; each leads to them. */
function Counts({ card }: { card: Card }): JSX.Element {
  const { workflowId } = useEditor();
  return (
    <span class="node-line">
      {SHOWN.map(({ what, icon, status, words }) => {
        const count = card.counts?.[what] ?? 0;
        if (count === 0) return null;
        const query = new URLSearchParams({ workflowId, nodeId: card.id, nodeStatus: status });
        return (
          <a
            key={what}
            class="node-count nodrag"
            data-status={count ? status : undefined}
            href={`/executions?${query}`}
            title={`${count} ${words}`}
            aria-label={`${count} ${words}`}
          >
            <Icon name={icon} size={12} />
            {count}
          </a>
        );
      })}
    </span>
  );
}

/** Where edges end; while one is pulled it is as large as the card, and a trigger's says why not. */
function Entry({ card: { kind, width, height } }: { card: Card }): JSX.Element {
  return (
    <Handle
      type="target"
      id="in"
      position={Position.Top}
      data-never={kind === "trigger" ? "" : undefined}
      style={{ "--card-width": `${width}px`, "--card-height": `${height}px` }}
    />
  );
}

function Port({ card, index }: { card: Card; index: number }): JSX.Element {
  const port = card.ports[index];
  const left = portX(card, index);
  return (
    <>
      {card.ports.length > 1
        ? <span class="node-port" style={{ left: `${left}px` }}>{port?.label}</span>
        : null}
      <Handle
        type="source"
        id={port?.id ?? "out"}
        position={Position.Bottom}
        style={{ left: `${left}px` }}
        data-loose={card.loose.includes(port?.id ?? "") ? "" : undefined}
        title={port ? `${port.label}: press or pull for what comes next` : undefined}
      />
    </>
  );
}
