import type { JSX } from "preact";
import type { Issue, Workflow, WorkflowNode } from "../../engine/schemas/workflow.ts";
import type { HookState } from "../../engine/schemas/hook.ts";
import type { EditorProps } from "../../islands/editor/editor_props.ts";
import { rulesSentences } from "../../engine/core/rules_words.ts";
import { Command } from "./components/command.tsx";
import { curlFor, hookCallOf } from "./components/curl.ts";
import { IssueList } from "./components/error_card.tsx";
import { Graph, readableScale } from "./components/graph.tsx";
import { drawGraph } from "./components/graph_model.ts";
import { Icon } from "./components/icon.tsx";
import { Copyable } from "./components/id.tsx";
import { BrowserIsland } from "./components/island.tsx";
import { NodeDetails } from "./components/node_details.tsx";
import { HookReport } from "./components/hook_report.tsx";
import { Refusals } from "./components/refusals.tsx";
import { type PageAction, type PageContext, type PageDeps, userOf } from "./deps.ts";
import { renderPage } from "./page.tsx";

/**
 * `/workflow/:id`: the editor. Until it has come, and without scripts, the draft is drawn, with one node's details
 * (`?node=`) beside it.
 */
export async function showWorkflow(c: PageContext, deps: PageDeps, workflow: Workflow): Promise<Response> {
  const { id, name } = workflow;
  const asked = c.req.query("node");
  const selected = workflow.nodes.find((node) => node.id === asked) ?? null;
  const may = (action: PageAction): boolean => deps.can(userOf(c).role, action);
  const props: EditorProps = {
    workflow,
    mayEdit: may("workflow.edit"),
    mayPublish: may("workflow.publish"),
    mayRun: may("execution.start"),
    maySeeSecrets: may("secret.see"),
    selected: selected?.id ?? null,
    refusals: await deps.engine.workflows.refusals(id),
    publicUrl: deps.engine.publicUrl(),
  };
  const hooks = await deps.engine.triggers.hooks(id);
  return await renderPage(
    c,
    deps,
    { title: name, nav: "workflow", heading: null, full: true },
    (
      <BrowserIsland name="editor/Editor" props={props} class="editor-page">
        <Plan deps={deps} workflow={workflow} selected={selected} refusals={props.refusals} hooks={hooks} />
      </BrowserIsland>
    ),
  );
}

/** The draft as it is drawn, to be read. */
function Plan(
  { deps, workflow, selected, refusals, hooks }: {
    deps: PageDeps;
    workflow: Workflow;
    selected: WorkflowNode | null;
    refusals: EditorProps["refusals"];
    hooks: readonly HookState[];
  },
): JSX.Element {
  return (
    <div class="h-full overflow-auto p-4">
      <h1 class="mb-2">{workflow.name}</h1>
      {workflow.issues.length ? <DraftIssues issues={workflow.issues} /> : null}
      <div class="grid grid-cols-1 items-start gap-5 lg:grid-cols-[minmax(0,1fr)_24rem]">
        <Drawing deps={deps} workflow={workflow} selected={selected} />
        <div class="grid grid-cols-1 gap-5">
          {selected ? <NodeDetails node={selected} graph={workflow} types={deps.engine.nodeTypes()} /> : null}
          <RulesRead workflow={workflow} />
          <Refusals refusals={refusals} />
          <Hooks workflow={workflow} publicUrl={deps.engine.publicUrl()} />
          <WhatCame hooks={hooks} />
        </div>
      </div>
    </div>
  );
}

function Drawing(props: { deps: PageDeps; workflow: Workflow; selected: WorkflowNode | null }): JSX.Element {
  const { deps, workflow, selected } = props;
  if (workflow.nodes.length === 0) {
    return <p class="text-soft">Nothing is drawn yet.</p>;
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

/** The rules as sentences. */
function RulesRead({ workflow }: { workflow: Workflow }): JSX.Element {
  const nameOf = (id: string): string => workflow.nodes.find((node) => node.id === id)?.data.label || id;
  return (
    <section class="grid grid-cols-1 gap-2" aria-label="Rules">
      <h2>Rules</h2>
      <ul class="card grid gap-1 px-3 py-2">
        {rulesSentences(workflow.settings, nameOf).map((sentence) => <li key={sentence}>{sentence}</li>)}
      </ul>
    </section>
  );
}

/** Each webhook with its address and a command that calls it. */
function Hooks({ workflow, publicUrl }: { workflow: Workflow; publicUrl: string }): JSX.Element | null {
  const calls = workflow.nodes.flatMap(({ id, type, data }) => {
    const call = type === "trigger_webhook" ? hookCallOf(data.config) : null;
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

/** What came at each address, and why it was not let in. */
function WhatCame({ hooks }: { hooks: readonly HookState[] }): JSX.Element | null {
  if (hooks.length === 0) return null;
  return (
    <section class="grid grid-cols-1 gap-3" aria-labelledby="what-came">
      <h2 id="what-came">What came, and what was refused</h2>
      {hooks.map((hook) => <HookReport key={`${hook.nodeId} ${hook.path}`} hook={hook} />)}
    </section>
  );
}
