import type { JSX } from "preact";
import type { Json } from "../../../engine/schemas/json.ts";
import type { View } from "../../../engine/schemas/node.ts";
import type { Issue } from "../../../engine/schemas/workflow.ts";
import type { Places } from "./config_tree.ts";
import type { Readable } from "./readable.ts";
import type { Schema } from "./schema.ts";

/** What the team has that a config may name. */
export interface Resources {
  /** Null: not known yet, or not to be known by this person. */
  secrets: { name: string; hosts: string[]; from: "team" | "environment" }[] | null;
  workflows: { id: string; name: string }[];
}

/** All that a field of one node's form needs beside its own value. */
export interface FormScope {
  nodeId: string;
  places: Places;
  readOnly: boolean;
  sample: View;
  /** On whose clock its times are, where the form or else the workflow names one. */
  timezone: string;
  readables: readonly Readable[];
  resources: Resources;
  issuesAt(path: string): readonly Issue[];
  /** Undefined takes the key away. Typing is one step of undo for a field; what is `once` is a step of its own. */
  set(path: string, value: Json | undefined, once?: "once"): void;
  /** Draws a field of any kind: containers draw their parts by it. */
  draw(field: FieldProps): JSX.Element;
}

export interface FieldProps {
  form: FormScope;
  path: string;
  schema: Schema;
  value: Json | undefined;
  required: boolean;
  /** Said instead of the schema's title. */
  label?: string;
  /** The label is only spoken: something beside it says it already. */
  quiet?: boolean;
}

/** What a control gets from the field around it. */
export interface ControlProps extends FieldProps {
  /** Resolved. */
  schema: Schema;
  /** Ties the control to its label, hint and problems. */
  aria: ControlAttributes;
}

export interface ControlAttributes {
  id: string;
  /** Where no label stands beside it. */
  "aria-label"?: string;
  "aria-describedby"?: string;
  "aria-invalid"?: "true";
}

/** The id of the control of a field: unique in the page, also where several islands count alike. */
export function idOf(nodeId: string, path: string): string {
  return `field-${nodeId}-${path.replaceAll(/[^\w.-]/g, (char) => `_${char.charCodeAt(0)}`) || "@config"}`;
}

export function attributesOf(id: string, has: { hint: boolean; problem: boolean }): ControlAttributes {
  const described = [has.hint ? `${id}-hint` : "", has.problem ? `${id}-problem` : ""].filter(Boolean).join(
    " ",
  );
  return {
    id,
    ...(described ? { "aria-describedby": described } : {}),
    ...(has.problem ? { "aria-invalid": "true" as const } : {}),
  };
}
