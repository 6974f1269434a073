import type { JSX } from "preact";
import type { WorkflowSummary } from "../../engine/schemas/workflow.ts";
import { Badge } from "../../routes/pages/components/badge.tsx";
import { Icon } from "../../routes/pages/components/icon.tsx";
import { Copyable } from "../../routes/pages/components/id.tsx";
import { Time } from "../../routes/pages/components/time.tsx";

/** What the person's role may do with a line; the rest is not offered. */
export interface MayDo {
  publish: boolean;
  run: boolean;
  delete: boolean;
}

interface WorkflowRowProps {
  row: WorkflowSummary;
  publicUrl: string;
  may: MayDo;
  busy: boolean;
  onPublish: () => void;
  onRun: () => void;
  onDelete: () => void;
}

/** One line of the workflow list. */
export function WorkflowRow(props: WorkflowRowProps): JSX.Element {
  const { row, publicUrl } = props;
  return (
    <tr>
      <td class="sm:w-[32%]">
        <a class="link break-words" href={`/workflow/${row.id}`}>{row.name}</a>
      </td>
      <td data-label="Live">
        <LiveBadge row={row} />
      </td>
      <td class="max-w-64" data-label="Webhook">
        {row.webhooks.map((path) => (
          <Copyable key={path} value={`${publicUrl}${path}`} text={path} label="webhook address" />
        ))}
      </td>
      <td class="text-soft whitespace-nowrap" data-label="Updated">
        <Time at={row.updatedAt} />
      </td>
      <td class="sm:w-0">
        <RowActions {...props} />
      </td>
    </tr>
  );
}

function RowActions({ row, may, busy, onPublish, onRun, onDelete }: WorkflowRowProps): JSX.Element {
  return (
    <div class="flex items-center justify-end gap-2 max-sm:justify-start max-sm:pt-1">
      {may.publish && (row.version === null || row.draftChanged)
        ? (
          <button
            type="button"
            class="button"
            disabled={busy}
            onClick={onPublish}
            aria-label={`Publish ${row.name}`}
          >
            {busy ? "Publishing …" : "Publish"}
          </button>
        )
        : null}
      {may.run
        ? (
          <button
            type="button"
            class="button"
            disabled={row.version === null}
            title={row.version === null ? "Publish it first" : undefined}
            onClick={onRun}
            aria-label={`Run ${row.name}`}
          >
            <Icon name="play" size={14} /> Run
          </button>
        )
        : null}
      <details class="menu" data-menu>
        <summary class="icon-button" role="button" aria-label={`More for ${row.name}`}>
          <Icon name="more" />
        </summary>
        <div class="menu-items">
          <a class="menu-item" href={`/workflow/${row.id}/export`} download>
            <Icon name="download" /> Export JSON
          </a>
          {may.delete
            ? (
              <button type="button" class="menu-item" onClick={onDelete}>
                <Icon name="trash" /> Delete …
              </button>
            )
            : null}
        </div>
      </details>
    </div>
  );
}

/** What is live, and whether the draft has gone further. */
function LiveBadge({ row }: { row: Pick<WorkflowSummary, "version" | "draftChanged"> }): JSX.Element {
  if (row.version === null) return <Badge>draft only</Badge>;
  return (
    <span class="inline-flex flex-wrap gap-1">
      <Badge tone="good">v{row.version} live</Badge>
      {row.draftChanged ? <Badge tone="warn">draft changed</Badge> : null}
    </span>
  );
}
