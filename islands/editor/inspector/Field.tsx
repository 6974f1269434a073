import type { ComponentChildren, JSX } from "preact";
import { encodingAt, isConditionAt } from "./config_tree.ts";
import { attributesOf, type ControlProps, type FieldProps, idOf } from "./form_scope.ts";
import { ChoiceControl, SwitchControl, TogglesControl } from "./fields/Choice.tsx";
import { CodeControl } from "./fields/Code.tsx";
import { ConditionControl } from "./fields/Condition.tsx";
import { DurationControl } from "./fields/Duration.tsx";
import { JsonControl } from "./fields/JsonText.tsx";
import { ObjectControl } from "./fields/ObjectFields.tsx";
import { ObjectsControl } from "./fields/ObjectList.tsx";
import { SecretControl, WorkflowControl } from "./fields/Resource.tsx";
import { LeadFieldControl, TimezoneControl } from "./fields/Lookup.tsx";
import { CronControl } from "./fields/Cron.tsx";
import { NumberControl, TextControl } from "./fields/Text.tsx";
import { TextsControl } from "./fields/TextList.tsx";
import { ValueControl } from "./fields/Value.tsx";
import { VariantControl } from "./fields/Variant.tsx";
import { WindowControl } from "./fields/WindowHours.tsx";
import { type FieldKind, isGroup, kindOf } from "./kinds.ts";
import { type Problem, problemOf, shownProblems } from "./local_problems.ts";
import { Problems } from "./Problems.tsx";
import { humanize, resolve, wordOf } from "./schema.ts";

const CONTROLS: { readonly [kind in FieldKind]: (props: ControlProps) => JSX.Element } = {
  condition: ConditionControl,
  variant: VariantControl,
  choice: ChoiceControl,
  switch: SwitchControl,
  number: NumberControl,
  text: TextControl,
  multiline: TextControl,
  code: CodeControl,
  cron: CronControl,
  "lead-field": LeadFieldControl,
  timezone: TimezoneControl,
  workflow: WorkflowControl,
  secret: SecretControl,
  duration: DurationControl,
  window: WindowControl,
  toggles: TogglesControl,
  texts: TextsControl,
  objects: ObjectsControl,
  object: ObjectControl,
  value: ValueControl,
  json: JsonControl,
};

/** One place of a config: its label, the control for its kind, its hint, and what is wrong with it. */
export function Field(props: FieldProps): JSX.Element {
  const { form, path, value, required } = props;
  const schema = resolve(props.schema, form.places.root);
  const kind = kindOf(schema, form.places.root, isConditionAt(form.places, path));
  const local = problemOf(value, { schema, kind, encoding: encodingAt(form.places, path) });
  // What concerns the config as a whole stands in the head.
  const problems = shownProblems(local, path === "" ? [] : form.issuesAt(path));
  const id = idOf(form.nodeId, path);
  const hint = wordOf(schema, "description");
  const label = props.label ?? wordOf(schema, "title") ?? humanize(path.slice(path.lastIndexOf(".") + 1));
  const Control = CONTROLS[kind];
  const aria = attributesOf(id, { hint: hint !== undefined && !props.quiet, problem: problems.length > 0 });
  return (
    <FieldFrame
      id={id}
      kind={kind}
      label={label}
      quiet={props.quiet === true || path === ""}
      optional={!required && schema.default === undefined && kind !== "switch"}
      hint={props.quiet ? undefined : hint}
      problems={problems}
      describedBy={aria["aria-describedby"]}
    >
      <Control {...props} schema={schema} label={label} aria={aria} />
    </FieldFrame>
  );
}

interface FrameProps {
  id: string;
  kind: FieldKind;
  label: string;
  quiet: boolean;
  optional: boolean;
  hint: string | undefined;
  problems: readonly Problem[];
  describedBy: string | undefined;
  children: ComponentChildren;
}

function FieldFrame(props: FrameProps): JSX.Element {
  const { id, kind, label, quiet, children } = props;
  const name = (
    <>
      {label} {props.optional && !quiet ? <span class="insp-optional">optional</span> : null}
    </>
  );
  const rest = (
    <>
      {props.hint ? <p class="hint" id={`${id}-hint`}>{props.hint}</p> : null}
      <Problems id={`${id}-problem`} problems={props.problems} />
    </>
  );
  const hidden = quiet ? "sr-only" : undefined;
  if (isGroup(kind)) {
    return (
      <div
        class="insp-field"
        role="group"
        id={id}
        tabIndex={-1}
        aria-labelledby={`${id}-label`}
        aria-describedby={props.describedBy}
        data-invalid={props.problems.length > 0 ? "" : undefined}
      >
        <div id={`${id}-label`} class={hidden ?? "insp-label"}>{name}</div>
        {children}
        {rest}
      </div>
    );
  }
  const label_ = <label for={id} id={`${id}-label`} class={hidden ?? "insp-label"}>{name}</label>;
  return (
    <div class="insp-field" data-kind={kind}>
      {kind === "switch" ? <div class="insp-switch-row">{label_}{children}</div> : <>{label_}{children}</>}
      {rest}
    </div>
  );
}
