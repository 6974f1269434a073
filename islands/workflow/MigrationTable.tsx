import type { JSX } from "preact";
import type { RunningNode, RunningVersion } from "../../engine/schemas/mending.ts";
import { Table } from "../../routes/pages/components/table.tsx";
import { numberWords } from "../monitoring/bulk_words.ts";
import { movableWords } from "./migration_model.ts";

/** By version and node: how many stand there, how many of them can move, and why the others cannot. */
export function MigrationTable({ items }: { items: readonly RunningVersion[] }): JSX.Element {
  return (
    <Table label="Executions by version and node" heads={["Version", "Stands on", "Executions", "Can move"]}>
      {items.flatMap(({ version, nodes }) =>
        nodes.map((node) => (
          <tr key={`${version} ${node.nodeId}`} data-node={node.nodeId}>
            <td data-label="Version" class="tabular-nums">{version}</td>
            <td data-label="Stands on">
              <span class="min-w-0 break-words">
                {node.label}{" "}
                {node.label === node.nodeId ? null : <span class="mono text-soft">{node.nodeId}</span>}
              </span>
            </td>
            <td data-label="Executions" class="tabular-nums">{numberWords(node.count)}</td>
            <td data-label="Can move">
              <div class="min-w-0">
                <span class="tabular-nums">{movableWords(node)}</span>
                <Reasons node={node} />
              </div>
            </td>
          </tr>
        ))
      )}
    </Table>
  );
}

function Reasons({ node: { reasons } }: { node: RunningNode }): JSX.Element | null {
  if (reasons.length === 0) return null;
  return (
    <ul class="grid gap-1 text-sm text-soft">
      {reasons.map(({ text, count, executionId }) => (
        <li key={text} class="min-w-0 break-words">
          {`${numberWords(count)}: ${text} — `}
          <a class="link mono" href={`/executions/${encodeURIComponent(executionId)}`}>
            {`…${executionId.slice(-6)}`}
          </a>
        </li>
      ))}
    </ul>
  );
}
