import type { JSX } from "preact";
import type { NodeStatus } from "../../engine/schemas/execution.ts";
import type { Funnel as Counted, FunnelNode } from "../../engine/schemas/metrics.ts";
import { countWords, shareWords } from "../../routes/pages/components/metric_words.ts";
import { Table } from "../../routes/pages/components/table.tsx";
import { useFunnel } from "./use_funnel.ts";

/** Where in a node an execution stands, and how its part of the bar is painted. */
const PARTS = [
  { what: "passed", status: "completed", head: "Passed" },
  { what: "active", status: "running", head: "Under way" },
  { what: "waiting", status: "waiting", head: "Waiting" },
  { what: "failed", status: "failed", head: "Failed" },
] as const;

/** How many executions of one workflow came how far, node by node; each number leads to exactly these. */
export function Funnel({ first }: { first: Counted }): JSX.Element {
  const { workflowId, nodes } = useFunnel(first);
  const most = Math.max(1, ...nodes.map(({ entered }) => entered));
  const goals = nodes.some(({ converted }) => converted !== null);
  const heads = ["Step", "Entered", "Of all", ...PARTS.map(({ head }) => head)];
  return (
    <section aria-labelledby="funnel">
      <h2 id="funnel">Funnel</h2>
      <p class="mb-2 text-soft">
        How far the executions that are stored came, whenever they began
        {goals ? "; converted: those who passed a step and reached a goal." : "."}
      </p>
      <Table label="Funnel" heads={goals ? [...heads, "Converted"] : heads}>
        {nodes.map((node) => <Row key={node.nodeId} {...{ node, workflowId, most, goals }} />)}
      </Table>
    </section>
  );
}

interface RowProps {
  node: FunnelNode;
  workflowId: string;
  /** Those of the node with the most. */
  most: number;
  goals: boolean;
}

function Row({ node, workflowId, most, goals }: RowProps): JSX.Element {
  const hrefOf = (what: NodeStatus): string =>
    `/executions?${new URLSearchParams({ workflowId, nodeId: node.nodeId, nodeStatus: what })}`;
  return (
    <tr>
      <th scope="row" class="break-words">
        <a
          class="link"
          href={`/workflow/${encodeURIComponent(workflowId)}?node=${encodeURIComponent(node.nodeId)}`}
        >
          {node.label || node.type}
        </a>
      </th>
      <Count label="Entered" count={node.entered} href={hrefOf("entered")} />
      <td data-label="Of all" class="min-w-40">
        <Bar node={node} most={most} />
      </td>
      {PARTS.map(({ what, head }) => (
        <Count
          key={what}
          label={head}
          count={node[what]}
          href={hrefOf(what)}
        />
      ))}
      {goals
        ? (
          <td data-label="Converted">
            {countWords(node.converted ?? 0)}
            {node.passed > 0
              ? <span class="text-soft">{` (${shareWords((node.converted ?? 0) / node.passed)})`}</span>
              : null}
          </td>
        )
        : null}
    </tr>
  );
}

/** As long as the share that came here; its parts are the columns beside it. */
function Bar({ node, most }: Pick<RowProps, "node" | "most">): JSX.Element {
  return (
    <span class="flex items-center gap-2">
      <span class="funnel-bar" aria-hidden="true">
        {PARTS.map(({ what, status }) =>
          node[what] === 0
            ? null
            : <span key={what} data-status={status} style={{ width: `${(node[what] * 100) / most}%` }} />
        )}
      </span>
      <span class="w-14 text-right text-sm tabular-nums text-soft">{shareWords(node.entered / most)}</span>
    </span>
  );
}

function Count({ label, count, href }: { label: string; count: number; href: string }): JSX.Element {
  return (
    <td data-label={label}>
      {count === 0 ? <span class="text-soft">0</span> : <a class="link" href={href}>{countWords(count)}</a>}
    </td>
  );
}
