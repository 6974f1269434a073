import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { below, unknownKeys } from "../config_tree.ts";
import type { ControlProps, FormScope } from "../form_scope.ts";
import { isObject, isRequired, propertiesOf, type Schema, wordOf } from "../schema.ts";
import type { Json } from "../../../../engine/schemas/json.ts";
import { humanize } from "../schema.ts";

/** So many fields are drawn in any case; of more, those that are optional and empty wait behind "More". */
const MANY = 4;

/** The fields of an object below the config. */
export function ObjectControl({ form, path, schema, value, required }: ControlProps): JSX.Element {
  const fields = <ObjectFields form={form} path={path} schema={schema} value={value} />;
  if (path === "") return fields;
  return (
    <div class="insp-box">
      {fields}
      {!required && value !== undefined && !form.readOnly
        ? (
          <button type="button" class="button" onClick={() => form.set(path, undefined, "once")}>
            Remove
          </button>
        )
        : null}
    </div>
  );
}

interface ObjectFieldsProps {
  form: FormScope;
  path: string;
  schema: Schema;
  value: Json | undefined;
  /** Fields that something else draws. */
  without?: readonly string[];
}

/** Each field of the object, and what the object has beside them. */
export function ObjectFields({ form, path, schema, value, without = [] }: ObjectFieldsProps): JSX.Element {
  const members = isObject(value) ? value : {};
  const fields = propertiesOf(schema).filter(([name, one]) =>
    !without.includes(name) && one.const === undefined
  );
  // Decided once: a field that is emptied must not vanish under the hands of whoever is typing.
  const [folded] = useState(() =>
    new Set(
      fields.length <= MANY
        ? []
        : fields.filter(([name, one]) =>
          members[name] === undefined && !isRequired(schema, name) && one.default === undefined
        ).map(([name]) => name),
    )
  );
  const draw = ([name, one]: [string, Schema]): JSX.Element =>
    form.draw({
      form,
      path: below(path, name),
      schema: one,
      value: members[name],
      required: isRequired(schema, name),
    });
  const more = fields.filter(([name]) => folded.has(name));
  return (
    <>
      {fields.filter(([name]) => !folded.has(name)).map(draw)}
      {more.length > 0
        ? (
          <details
            class="insp-more"
            open={more.some(([name]) => form.issuesAt(below(path, name)).length > 0)}
          >
            <summary>
              More: {more.map(([name, one]) => wordOf(one, "title") ?? humanize(name)).join(", ")}
            </summary>
            <div class="insp-fields">{more.map(draw)}</div>
          </details>
        )
        : null}
      <OtherFields form={form} path={path} value={value} keys={unknownKeys(schema, value, "object")} />
    </>
  );
}

interface OtherFieldsProps {
  form: FormScope;
  path: string;
  value: Json | undefined;
  keys: readonly string[];
}

/** What the config has and its schema does not know: shown as JSON and kept until a person takes it away. */
export function OtherFields({ form, path, value, keys }: OtherFieldsProps): JSX.Element | null {
  if (keys.length === 0 || !isObject(value)) return null;
  return (
    <div class="insp-other" role="group" aria-label="Other">
      <div class="insp-label">Other</div>
      <p class="hint">Not known to this kind of step. It is kept as it is.</p>
      {keys.map((key) => (
        <div key={key} class="insp-row">
          {form.draw({
            form,
            path: below(path, key),
            schema: {},
            value: value[key],
            required: true,
            label: key,
          })}
          {form.readOnly ? null : (
            <button
              type="button"
              class="button"
              aria-label={`Remove ${key}`}
              onClick={() => form.set(below(path, key), undefined, "once")}
            >
              Remove
            </button>
          )}
        </div>
      ))}
    </div>
  );
}
