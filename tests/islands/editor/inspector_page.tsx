/** The inspector alone in a page, for the tests: a parent that keeps the document as the editor's shell does. */
import { h, render } from "preact";
import { useState } from "preact/hooks";
import type { JSX } from "preact";
import { Inspector, type InspectorProps } from "../../../islands/editor/inspector/Inspector.tsx";
import type { WorkflowNode } from "../../../engine/schemas/workflow.ts";

export type PageProps = Omit<InspectorProps, "onChange" | "onRenameId" | "onOpenNode">;

declare global {
  interface Window {
    props: PageProps;
    /** What the tests look at. */
    seen: { node: WorkflowNode; keys: string[]; renamed: string[]; opened: string[] };
    /** Shows other props, as the shell does on a click. */
    show(change: Partial<PageProps>): void;
  }
}

function Shell(): JSX.Element {
  const [props, setProps] = useState(window.props);
  window.show = (change) => setProps((before) => ({ ...before, ...change }));
  window.seen.node = props.node;
  return h(Inspector, {
    ...props,
    onChange: (node, key) => {
      window.seen.keys.push(key);
      window.seen.node = node;
      setProps((before) => ({
        ...before,
        node,
        document: {
          ...before.document,
          nodes: before.document.nodes.map((one) => one.id === node.id ? node : one),
        },
      }));
    },
    onRenameId: (id) => void window.seen.renamed.push(id),
    onOpenNode: (id) => void window.seen.opened.push(id),
  });
}

window.seen = { node: window.props.node, keys: [], renamed: [], opened: [] };
const root = document.getElementById("root");
if (root) render(h(Shell, {}), root);
document.documentElement.dataset.ready = "";
