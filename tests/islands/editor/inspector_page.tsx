/** The inspector alone in a page, for the tests: a parent that keeps the document as the editor's shell does. */
import { h, render } from "preact";
import { useState } from "preact/hooks";
import type { JSX } from "preact";
import { Inspector, type InspectorProps } from "../../../islands/editor/inspector/Inspector.tsx";
import type { WorkflowNode } from "../../../engine/schemas/workflow.ts";

export type PageProps = Omit<InspectorProps, "onChange" | "onRenameId" | "onOpenNode">;

/** What the page and the test share: both sides name it `inspectorPage`. */
export interface InspectorPage {
  props: PageProps;
  node: WorkflowNode;
  keys: string[];
  renamed: string[];
  opened: string[];
  /** Shows other props, as the shell does on a click. */
  show(change: Partial<PageProps>): void;
}

declare global {
  var inspectorPage: InspectorPage;
}

function Shell(): JSX.Element {
  const [props, setProps] = useState(inspectorPage.props);
  inspectorPage.show = (change) => setProps((before) => ({ ...before, ...change }));
  inspectorPage.node = props.node;
  return h(Inspector, {
    ...props,
    onChange: (node, key) => {
      inspectorPage.keys.push(key);
      inspectorPage.node = node;
      setProps((before) => ({
        ...before,
        node,
        document: {
          ...before.document,
          nodes: before.document.nodes.map((one) => one.id === node.id ? node : one),
        },
      }));
    },
    onRenameId: (id) => void inspectorPage.renamed.push(id),
    onOpenNode: (id) => void inspectorPage.opened.push(id),
  });
}

const root = document.getElementById("root");
if (root) render(h(Shell, {}), root);
document.documentElement.dataset.ready = "";
