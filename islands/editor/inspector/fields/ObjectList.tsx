import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { Icon } from "../../../../routes/pages/components/icon.tsx";
import type { Json } from "../../../../engine/schemas/json.ts";
import { below } from "../config_tree.ts";
import { type ControlProps, idOf } from "../form_scope.ts";
import { blankOf, isObject, limitOf, propertiesOf, resolve, type Schema } from "../schema.ts";
import { useRowKeys } from "../typing.ts";
import { Problems } from "../Problems.tsx";
import { moveByKeys, moved, RowTools } from "./RowTools.tsx";
import { textIn } from "./Text.tsx";

/** A list of objects: names and values beside each other, anything larger as a card for each. */
export function ObjectsControl(props: ControlProps): JSX.Element {
  const { form, path, schema, value, required, label = "" } = props;
  const list = Array.isArray(value) ? value : [];
  const rows = useRowKeys(list.length);
  const whole = useRef<HTMLDivElement>(null);
  const item = isObject(schema.items) ? resolve(schema.items, form.places.root) : {};
  const keep = required || (limitOf(schema, "minItems") ?? 0) > 0 || schema.default !== undefined;
  const set = (next: Json[]): void => form.set(path, next.length === 0 && !keep ? undefined : next, "once");
  const add = (): void => {
    set([...list, blankOf(item, form.places.root)]);
    // The new row is drawn in this turn's commit; its first field is where typing goes on.
    requestAnimationFrame(() => focusRow(whole.current, list.length));
  };
  const move = (from: number, to: number): void => {
    rows.move(from, to);
    set(moved(list, from, to));
  };
  const isPair = isNameAndValue(item);
  const isFull = list.length >= (limitOf(schema, "maxItems") ?? Infinity);
  return (
    <div class="insp-rows" ref={whole}>
      {list.map((each, i) => (
        <div
          key={rows.keys[i]}
          class={isPair ? "insp-name-value" : "insp-card"}
          data-row={i}
          onKeyDown={(event) =>
            moveByKeys(event, { index: i, count: list.length, onMove: (to) => move(i, to) })}
        >
          <Row {...props} item={item} each={each} index={i} isPair={isPair} />
          {form.readOnly ? null : (
            <RowTools
              name={`${label} ${textIn(nameOf(each)) || i + 1}`}
              index={i}
              count={list.length}
              {...(isPair ? {} : { onMove: (to) => move(i, to) })}
              onRemove={() => {
                rows.remove(i);
                set(list.filter((_, at) => at !== i));
              }}
            />
          )}
        </div>
      ))}
      {form.readOnly || isFull
        ? null
        : (
          <button type="button" class="button insp-add" aria-label={`Add to ${label}`} onClick={add}>
            <Icon name="plus" size={14} /> Add
          </button>
        )}
    </div>
  );
}

interface RowProps extends ControlProps {
  item: Schema;
  each: Json;
  index: number;
  isPair: boolean;
}

function Row({ form, path, label, item, each, index, isPair }: RowProps): JSX.Element {
  const place = below(path, index);
  if (!isPair) {
    const name = textIn(nameOf(each));
    return (
      <>
        <div class="insp-card-title">{name || `${label} ${index + 1}`}</div>
        {form.draw({
          form,
          path: place,
          schema: item,
          value: each,
          required: true,
          label: `${label} ${index + 1}`,
          quiet: true,
        })}
      </>
    );
  }
  return (
    <>
      {propertiesOf(item).map(([key, schema]) =>
        form.draw({
          form,
          path: below(place, key),
          schema,
          value: isObject(each) ? each[key] : undefined,
          required: true,
          label: `${label} ${index + 1}: ${key}`,
          quiet: true,
        })
      )}
      <Problems id={`${idOf(form.nodeId, place)}-problem`} problems={form.issuesAt(place)} />
    </>
  );
}

function isNameAndValue(item: Schema): boolean {
  const names = propertiesOf(item).map(([name]) => name);
  return names.length === 2 && names.includes("name") && names.includes("value");
}

function nameOf(each: Json): Json | undefined {
  return isObject(each) ? each.name ?? each.label ?? each.title ?? each.id : undefined;
}

function focusRow(whole: HTMLElement | null, index: number): void {
  whole?.querySelector(`:scope > [data-row="${index}"]`)
    ?.querySelector<HTMLElement>("input:not([disabled]), textarea, select")?.focus();
}
