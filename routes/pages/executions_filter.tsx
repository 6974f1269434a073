import type { JSX } from "preact";
import { ExecutionFilter, LISTED_STATUSES, NODE_STATUSES } from "../../engine/schemas/execution.ts";
import type { Issue, WorkflowSummary } from "../../engine/schemas/workflow.ts";
import { causeInWords, readCause } from "../../engine/core/cause.ts";
import { parseMoment } from "../../engine/core/zone.ts";
import { Icon } from "./components/icon.tsx";
import { localInput } from "./components/metric_words.ts";
import { STATUS_LOOK } from "./components/status_chip.tsx";

/** The filters as they stand in the address: texts, empty when absent. `from` and `to` are ISO 8601 UTC. */
export interface AddressFilter {
  workflowId: string;
  status: string;
  error: string;
  /** Of a card in the inbox. */
  cause: string;
  leadId: string;
  nodeId: string;
  nodeStatus: string;
  timeOf: string;
  from: string;
  to: string;
  q: string;
}

const NAMES = [
  ...[
    "workflowId",
    "status",
    "error",
    "cause",
    "leadId",
    "nodeId",
    "nodeStatus",
    "timeOf",
    "from",
    "to",
    "q",
  ] as const,
];
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const MINUTE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/;
const MINUTE_MS = 60_000;

/**
 * Reads the filters of an address; what is not acceptable becomes an issue and is left out. Days and times without an
 * offset are by the zone's clock.
 */
export function readFilter(query: URLSearchParams, zone = "UTC"): {
  address: AddressFilter;
  filter: ExecutionFilter;
  issues: Issue[];
} {
  const text = (name: string): string => query.get(name)?.trim() ?? "";
  const address = {
    workflowId: text("workflowId"),
    status: text("status"),
    error: text("error"),
    cause: text("cause"),
    leadId: text("leadId"),
    nodeId: text("nodeId"),
    nodeStatus: text("nodeStatus"),
    timeOf: text("timeOf"),
    from: momentOf(text("from"), zone, "first"),
    to: momentOf(text("to"), zone, "last"),
    q: text("q"),
  };
  const issues: Issue[] = [];
  const filter: ExecutionFilter = {};
  for (const name of NAMES) {
    if (address[name] === "") continue;
    const read = ExecutionFilter.safeParse({ [name]: address[name] });
    if (read.success) Object.assign(filter, read.data);
    else issues.push(issueOf(name, address[name]));
  }
  // A node is one of a workflow, and a standing one at a node.
  if (filter.workflowId === undefined) delete filter.nodeId;
  if (filter.nodeId === undefined) delete filter.nodeStatus;
  return { address, filter, issues };
}

/** A day or minute is inside its end: "to 3 March" means with all that ran on 3 March. */
function momentOf(text: string, zone: string, part: "first" | "last"): string {
  const start = parseMoment(text, zone);
  if (start === null) return text;
  const end = DAY.test(text)
    ? parseMoment(`${text}T23:59:59.999`, zone) ?? start
    : MINUTE.test(text)
    ? start + MINUTE_MS - 1
    : start;
  return new Date(part === "first" ? start : end).toISOString();
}

function issueOf(path: (typeof NAMES)[number], value: string): Issue {
  const accepted = {
    status: LISTED_STATUSES.join(", "),
    timeOf: "created, ended",
    from: "a moment such as 2026-11-20T09:00, or a day",
    to: "a moment such as 2026-11-20T09:00, or a day",
    q: "at most 200 characters",
    error: "at most 300 characters",
    cause: "a cause of the inbox",
    workflowId: "the id of a workflow",
    leadId: "the id of a lead",
    nodeId: "the id of a node",
    nodeStatus: NODE_STATUSES.join(", "),
  };
  return { path, message: `"${value.slice(0, 80)}" is not accepted`, accepted: accepted[path] };
}

/** The address's query for the filters that are set. */
export function queryOf(filter: Partial<AddressFilter>): Record<string, string> {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== ""));
}

interface FilterFormProps {
  address: AddressFilter;
  workflows: readonly WorkflowSummary[];
  /** Name of the lead that is filtered by, if it is known. */
  leadName: string | null;
  /** By whose clock times are shown and read. */
  zone: string;
}

const RARE = ["workflowId", "error", "cause", "from", "to", "timeOf", "leadId", "nodeId"] as const;

/** The filters as a form that works without JavaScript: a view is an address, and can be shared. */
export function FilterForm({ address, workflows, leadName, zone }: FilterFormProps): JSX.Element {
  const rare = RARE.some((name) => address[name] !== "");
  const any = rare || address.q !== "" || address.status !== "";
  return (
    <form method="get" action="/executions" class="mb-4 grid gap-3" role="search" aria-label="Executions">
      <div class="flex flex-wrap items-end gap-2">
        <div class="field min-w-40 flex-1 sm:max-w-72">
          <label for="q">Search</label>
          <input
            id="q"
            name="q"
            class="input"
            type="search"
            maxLength={200}
            value={address.q}
            placeholder="Lead, workflow, id, text in inputs and outputs"
          />
        </div>
        <StatusSelect value={address.status} />
        <button type="submit" class="button sm:min-h-9">
          <Icon name="search" size={15} /> Filter
        </button>
        {any ? <a class="button sm:min-h-9" href="/executions">Clear</a> : null}
      </div>
      <details open={rare}>
        <summary class="inline-flex min-h-11 items-center sm:min-h-8 gap-1 text-soft hover:text-ink">
          <Icon name="chevron-down" size={14} /> More filters
        </summary>
        <div class="mt-2 flex flex-wrap items-end gap-2">
          <WorkflowSelect value={address.workflowId} workflows={workflows} />
          <ErrorField value={address.error} />
          <CauseField value={address.cause} />
          <TimeFields address={address} zone={zone} />
          <LeadField address={address} leadName={leadName} />
          <NodeField address={address} />
        </div>
      </details>
    </form>
  );
}

function StatusSelect({ value }: { value: string }): JSX.Element {
  return (
    <div class="field min-w-36">
      <label for="status">Status</label>
      <select id="status" name="status" class="input">
        <option value="">Any</option>
        {LISTED_STATUSES.map((status) => (
          <option key={status} value={status} selected={status === value}>
            {status === "active" ? "Active (not ended)" : STATUS_LOOK[status].word}
          </option>
        ))}
      </select>
    </div>
  );
}

function WorkflowSelect(
  { value, workflows }: { value: string; workflows: readonly WorkflowSummary[] },
): JSX.Element {
  const known = value === "" || workflows.some((one) => one.id === value);
  return (
    <div class="field min-w-48 sm:max-w-72">
      <label for="workflowId">Workflow</label>
      <select id="workflowId" name="workflowId" class="input">
        <option value="">Any</option>
        {known ? null : <option value={value} selected>{value}</option>}
        {workflows.map((one) => (
          <option key={one.id} value={one.id} selected={one.id === value}>{one.name}</option>
        ))}
      </select>
    </div>
  );
}

function ErrorField({ value }: { value: string }): JSX.Element {
  return (
    <div class="field min-w-48">
      <label for="error">Error</label>
      <input
        id="error"
        name="error"
        class="input"
        maxLength={300}
        value={value}
        placeholder="401, http_503 or a host"
      />
    </div>
  );
}

/** Comes from a card of the inbox, and is taken off here. */
function CauseField({ value }: { value: string }): JSX.Element | null {
  const cause = readCause(value);
  if (cause === null) return null;
  return (
    <label class="flex min-h-11 items-center gap-2 sm:min-h-9">
      <input type="checkbox" name="cause" value={value} checked />
      In the inbox for {causeInWords(cause)}
    </label>
  );
}

function TimeFields({ address, zone }: { address: AddressFilter; zone: string }): JSX.Element {
  return (
    <>
      <div class="field">
        <label for="timeOf">Time of</label>
        <select id="timeOf" name="timeOf" class="input">
          <option value="">Creation</option>
          <option value="ended" selected={address.timeOf === "ended"}>End</option>
        </select>
      </div>
      <input type="hidden" name="timezone" value={zone} />
      {(["from", "to"] as const).map((name) => (
        <div key={name} class="field">
          <label for={name}>{`${name === "from" ? "From" : "To"} (${zone})`}</label>
          <input
            id={name}
            name={name}
            class="input"
            type="datetime-local"
            value={localInput(address[name], zone)}
          />
        </div>
      ))}
    </>
  );
}

/** A lead is chosen by coming from its page; here the filter is shown and can be taken off. */
function LeadField(
  { address, leadName }: { address: AddressFilter; leadName: string | null },
): JSX.Element | null {
  if (address.leadId === "") return null;
  const without = new URLSearchParams(queryOf({ ...address, leadId: "" }));
  return (
    <p class="flex min-h-9 items-center gap-2">
      <input type="hidden" name="leadId" value={address.leadId} />
      <span>Lead: {leadName ?? address.leadId}</span>
      <a class="icon-button" href={`/executions?${without}`} aria-label="Take the lead's filter off">
        <Icon name="x" size={14} />
      </a>
    </p>
  );
}

/** A node is chosen on the canvas, by its count; here the filter is shown and can be taken off. */
function NodeField({ address }: { address: AddressFilter }): JSX.Element | null {
  if (address.nodeId === "") return null;
  const without = new URLSearchParams(queryOf({ ...address, nodeId: "", nodeStatus: "" }));
  return (
    <p class="flex min-h-9 items-center gap-2">
      <input type="hidden" name="nodeId" value={address.nodeId} />
      <input type="hidden" name="nodeStatus" value={address.nodeStatus} />
      <span>Step: {address.nodeId}, {address.nodeStatus || "entered"}</span>
      <a class="icon-button" href={`/executions?${without}`} aria-label="Take the step's filter off">
        <Icon name="x" size={14} />
      </a>
    </p>
  );
}
