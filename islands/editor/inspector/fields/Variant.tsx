import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { Json, JsonObject } from "../../../../engine/schemas/json.ts";
import type { ControlProps } from "../form_scope.ts";
import {
  blankOf,
  type Branch,
  branchOf,
  isObject,
  propertiesOf,
  type Schema,
  type Variant,
  variantOf,
  wordOf,
} from "../schema.ts";
import { Chooser } from "./Choice.tsx";
import { ObjectFields } from "./ObjectFields.tsx";

/** One of several shapes: which one, and its fields. What was filled in comes back with the shape it belongs to. */
export function VariantControl({ form, path, schema, value, required, aria }: ControlProps): JSX.Element {
  const { root } = form.places;
  const variant = variantOf(schema, root) ?? { key: "", branches: [] };
  const current = value ?? schema.default;
  const branch = branchOf(variant, current);
  const left = useRef(new Map<Json, JsonObject>()).current;
  const choose = (text: string): void => {
    if (branch && isObject(value)) left.set(branch.value, value);
    const next = variant.branches.find((one) => String(one.value) === text);
    const before = next ? left.get(next.value) : undefined;
    form.set(path, next ? before ?? changedTo(next, variant, { value, root }) : undefined, "once");
  };
  const id = `${aria.id}-kind`;
  const isOptional = !required && schema.default === undefined && path !== "";
  return (
    <div class={path === "" ? "insp-fields" : "insp-box"}>
      <div class="insp-field">
        <label id={`${id}-label`} for={id} class="sr-only">{wordOf(schema, "title") ?? "Kind"}</label>
        <Chooser
          id={id}
          options={variant.branches.map((one) => ({ value: String(one.value), label: one.title }))}
          chosen={branch ? String(branch.value) : ""}
          disabled={form.readOnly}
          {...(isOptional ? { none: "Not set" } : {})}
          onChoose={choose}
        />
      </div>
      {branch
        ? (
          <ObjectFields
            key={String(branch.value)}
            form={form}
            path={path}
            schema={branch.schema}
            value={current}
            without={[variant.key]}
          />
        )
        : null}
    </div>
  );
}

/** The value as the other shape: what both have stays, what it needs begins empty. */
function changedTo(
  branch: Branch,
  variant: Variant,
  from: { value: Json | undefined; root: Schema },
): JsonObject {
  const blank = blankOf(branch.schema, from.root);
  const known = propertiesOf(branch.schema).map(([name]) => name);
  const kept = Object.entries(isObject(from.value) ? from.value : {}).filter(([name]) =>
    known.includes(name) && name !== variant.key
  );
  return { [variant.key]: branch.value, ...isObject(blank) ? blank : {}, ...Object.fromEntries(kept) };
}
