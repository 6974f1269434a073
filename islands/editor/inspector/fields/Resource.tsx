import type { JSX } from "preact";
import { Icon } from "../../../../routes/pages/components/icon.tsx";
import { missingWords } from "../../document/secrets.ts";
import type { ControlProps } from "../form_scope.ts";
import { isObject } from "../schema.ts";
import { Chooser } from "./Choice.tsx";
import { textIn } from "./Text.tsx";

/** One of the team's secrets by its name; the value itself is never here. */
export function SecretControl(
  { form, path, schema, value: said, required, aria }: ControlProps,
): JSX.Element {
  const value = said ?? schema.default;
  const secrets = form.resources.secrets ?? [];
  const isReference = schema.type === "object";
  const name = textIn(isReference ? (isObject(value) ? value.secret : undefined) : value);
  const isMissing = value !== undefined && form.resources.secrets !== null &&
    !secrets.some((one) => one.name === name);
  const options = secrets.map(({ name, hosts, from }) => ({
    value: name,
    label: [
      name,
      ...hosts.length > 0 ? [hosts.join(", ")] : [],
      ...from === "environment" ? ["from the environment"] : [],
    ].join(" — "),
  }));
  const refer = (text: string): { secret: string } | string => isReference ? { secret: text } : text;
  return (
    <>
      <Chooser
        id={aria.id}
        aria={aria}
        options={options}
        chosen={name}
        disabled={form.readOnly}
        none={secrets.length === 0 ? "No secrets yet" : "Choose a secret …"}
        onChoose={(text) => form.set(path, text === "" && !required ? undefined : refer(text), "once")}
      />
      {isMissing
        ? (
          <p class="flex items-start gap-1.5 text-status" data-tone="bad">
            <Icon name="alert" size={14} /> {missingWords(name)}
          </p>
        )
        : null}
      <a class="link insp-aside" href="/settings/secrets" target="_blank">
        {secrets.length === 0 ? "Add a secret" : "Secrets"} <Icon name="external" size={12} />
      </a>
    </>
  );
}

/** One of the team's workflows. */
export function WorkflowControl({ form, path, value, required, aria }: ControlProps): JSX.Element {
  const id = textIn(value);
  return (
    <>
      <Chooser
        id={aria.id}
        aria={aria}
        options={form.resources.workflows.map((one) => ({ value: one.id, label: one.name }))}
        chosen={id}
        disabled={form.readOnly}
        none={form.resources.workflows.length === 0 ? "No other workflow yet" : "Choose a workflow …"}
        onChoose={(next) => form.set(path, next === "" && !required ? undefined : next, "once")}
      />
      {form.resources.workflows.some((one) => one.id === id)
        ? (
          <a class="link insp-aside" href={`/workflow/${id}`} target="_blank">
            Open it <Icon name="external" size={12} />
          </a>
        )
        : null}
    </>
  );
}
