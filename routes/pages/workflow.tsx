import type { JSX } from "preact";
import { portsOf } from "../../engine/core/check_node.ts";
import { windowInWords } from "../../engine/core/window.ts";
import type { Issue, Workflow, WorkflowNode } from "../../engine/schemas/workflow.ts";
import { Rules } from "../../islands/workflow/Rules.tsx";
import { WorkflowActions } from "../../islands/workflow/WorkflowActions.tsx";
import type { WorkflowActionsProps } from "../../islands/workflow/WorkflowActions.tsx";
import { Command } from "./components/command.tsx";
import { Empty } from "./components/empty.tsx";
import { IssueList } from "./components/error_card.tsx";
import { Graph, readableScale } from "./components/graph.tsx";
import { drawGraph } from "./components/graph_model.ts";
import { Icon } from "./components/icon.tsx";
import { Copyable } from "./components/id.tsx";
import { Island } from "./components/island.tsx";
import { NodeDetails } from "./components/node_details.tsx";
import { Refusals } from "./components/refusals.tsx";
import { Time } from "./components/time.tsx";
import { curlFor, hookCallOf } from "./curl.ts";
import { type PageContext, type PageDeps, userOf } from "./deps.ts";
import { renderPage } from "./page.tsx";

/** `/workflow/:id`: the draft as it is drawn, one node's details (`?node=`), and how to call it. */
export async function showWorkflow(c: PageContext, deps: PageDeps, workflow: Workflow): Promise<Response> {
  const { id, name, version, draftChanged } = workflow;
  const asked = c.req.query("node");
  const selected = workflow.nodes.find((node) => node.id === asked) ?? null;
  return await renderPage(
    c,
    deps,
    {
      title: name,
      nav: "workflow",
      crumbs: [{ label: "Workflows", href: "/workflow" }],
      wide: true,
    },
    (
      <>
        <Island
          name="workflow/WorkflowActions"
          component={WorkflowActions}
          props={{ id, name, version, draftChanged, dryRun: dryRunOf(c, deps, workflow) }}
        />
        <p class="mb-4 text-soft">
          {workflow.settings.description ? `${workflow.settings.description} · ` : ""}
          Changed <Time at={workflow.updatedAt} />
          {workflow.publishedAt
            ? (
              <>
                , published <Time at={workflow.publishedAt} />
              </>
            )
            : null}
        </p>
        {workflow.issues.length ? <DraftIssues issues={workflow.issues} /> : null}
        <div class="grid grid-cols-1 items-start gap-5 lg:grid-cols-[minmax(0,1fr)_24rem]">
          <Drawing deps={deps} workflow={workflow} selected={selected} />
          <div class="grid grid-cols-1 gap-5">
            {selected
              ? <NodeDetails node={selected} graph={workflow} types={deps.engine.nodeTypes()} />
              : null}
            <Island
              name="workflow/Rules"
              component={Rules}
              props={{
                id,
                revision: workflow.revision,
                settings: workflow.settings,
                mayEdit: deps.can(userOf(c).role, "workflow.edit"),
              }}
            />
            <SendWindow settings={workflow.settings} />
            <Refusals refusals={await deps.engine.workflows.refusals(id)} />
            <Hooks workflow={workflow} publicUrl={deps.engine.publicUrl()} />
            <a class="link justify-self-start" href={`/executions?workflowId=${id}`}>Its executions</a>
          </div>
        </div>
      </>
    ),
  );
}

/** What the dry run's dialog needs of the draft; null for whoever may not run. */
function dryRunOf(c: PageContext, deps: PageDeps, workflow: Workflow): WorkflowActionsProps["dryRun"] {
  if (workflow.nodes.length === 0 || !deps.can(userOf(c).role, "execution.start")) return null;
  const types = deps.engine.nodeTypes();
  const people = workflow.nodes.flatMap((node) => {
    const type = types.find((one) => one.type === node.type);
    if (type?.category !== "people") return [];
    const outcomes = portsOf(type, node.data.config).map((port) => port.id);
    return [{ nodeId: node.id, label: node.data.label || type.title, outcomes }];
  });
  return { graph: drawGraph(workflow, types), people };
}

function Drawing(props: { deps: PageDeps; workflow: Workflow; selected: WorkflowNode | null }): JSX.Element {
  const { deps, workflow, selected } = props;
  if (workflow.nodes.length === 0) {
    return (
      <Empty icon="workflow" action={<a class="button" href="/workflow">Back to the list</a>}>
        This workflow has no nodes: import one that has.
      </Empty>
    );
  }
  const graph = drawGraph(workflow, deps.engine.nodeTypes());
  return (
    <section class="card min-w-0 overflow-auto" aria-label="Drawing" tabIndex={0}>
      <Graph
        graph={graph}
        label={workflow.name}
        selected={selected?.id ?? null}
        hrefOf={(nodeId) => `/workflow/${workflow.id}?node=${encodeURIComponent(nodeId)}#node`}
        scale={readableScale(graph.box, { width: 900, height: 900 })}
      />
    </section>
  );
}

/** When steps that reach a person start; nothing while they start at any time. */
function SendWindow({ settings }: { settings: Workflow["settings"] }): JSX.Element | null {
  const { sendWindow, timezone } = settings;
  if (!sendWindow) return null;
  return (
    <section class="grid grid-cols-1 gap-2" aria-label="Send window">
      <h2>Send window</h2>
      <p>
        Reaches people{" "}
        {windowInWords(sendWindow, timezone)}. At other times such steps are held, and what led to them is
        decided anew when it opens.
      </p>
    </section>
  );
}

function DraftIssues({ issues }: { issues: readonly Issue[] }): JSX.Element {
  return (
    <div class="notice mb-4" data-tone="warn">
      <Icon name="alert" size={18} class="mt-0.5" />
      <div class="min-w-0">
        <p class="font-medium">The draft cannot be published yet</p>
        <IssueList issues={[...issues]} />
      </div>
    </div>
  );
}

/** Each webhook with its address and a command that calls it. */
function Hooks({ workflow, publicUrl }: { workflow: Workflow; publicUrl: string }): JSX.Element | null {
  const calls = workflow.nodes.filter(({ type }) => type === "trigger_webhook").flatMap(({ id, data }) => {
    const call = hookCallOf(data.config);
    return call ? [{ id, call }] : [];
  });
  if (calls.length === 0) return null;
  return (
    <section class="grid grid-cols-1 gap-3">
      <h2>{calls.length === 1 ? "Webhook" : "Webhooks"}</h2>
      {workflow.version === null
        ? <p class="text-soft">Answers as soon as the workflow is published.</p>
        : null}
      {calls.map(({ id, call }) => (
        <div key={id} class="grid grid-cols-1 gap-2">
          <Copyable value={`${publicUrl}/hooks/${call.path}`} label="webhook address" />
          <Command text={curlFor(publicUrl, call)} label="curl command" />
        </div>
      ))}
    </section>
  );
}
