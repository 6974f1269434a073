import type { JSX } from "preact";
import { useMemo, useRef } from "preact/hooks";
import type { JsonObject } from "../../../engine/schemas/json.ts";
import type { WorkflowNode } from "../../../engine/schemas/workflow.ts";
import { drawnPaths, placeIssues, type Places, withValue } from "./config_tree.ts";
import type { FieldProps, FormScope } from "./form_scope.ts";
import type { InspectorProps } from "./Inspector.tsx";
import { readablesOf } from "./readable.ts";

/** Places beside the config that the inspector draws itself. */
const BESIDE = ["@label", "@retry", "@timeout"];

/** What the fields of a node's form share, and how an edit leaves it. */
export function useFormScope(
  props: InspectorProps,
  draw: (field: FieldProps) => JSX.Element,
): { form: FormScope; change(next: WorkflowNode, path: string, once?: "once"): void } {
  const { node, descriptor, document, descriptors, sample, issues } = props;
  // Two edits may come before the next drawing, such as a blur and a click: the second builds on the first.
  const newest = useRef(node);
  const given = useRef(node);
  const edits = useRef(0);
  if (given.current !== node) given.current = newest.current = node;
  const places: Places = useMemo(
    () => ({ root: descriptor.schema, templates: descriptor.templates, conditions: descriptor.conditions }),
    [descriptor],
  );
  const placed = useMemo(() => {
    const drawn = drawnPaths(descriptor.schema, node.data.config, places);
    return placeIssues(issues, node.id, [...drawn, ...BESIDE]);
  }, [issues, node, places]);
  const readables = useMemo(() => readablesOf({ node, document, descriptors, sample }), [
    node.id,
    document.nodes,
    document.edges,
    descriptors,
    sample,
  ]);
  const change = (next: WorkflowNode, path: string, once?: "once"): void => {
    if (props.readOnly) return;
    newest.current = next;
    const suffix = once === undefined ? "" : `#${++edits.current}`;
    props.onChange(next, `${node.id}.${path}${suffix}`);
  };
  const form: FormScope = {
    nodeId: node.id,
    places,
    readOnly: props.readOnly,
    sample,
    timezone: zoneOf(node.data.config) ?? document.settings.timezone ?? "UTC",
    readables,
    resources: props.resources,
    issuesAt: (path) => placed.get(path) ?? [],
    set: (path, value, once) => {
      const { current } = newest;
      const config = withValue(current.data.config, path, value);
      change({ ...current, data: { ...current.data, config } }, path, once);
    },
    draw,
  };
  return { form, change };
}

function zoneOf({ timezone }: JsonObject): string | null {
  return typeof timezone === "string" && timezone.trim() !== "" ? timezone.trim() : null;
}
