import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { Icon } from "../../../../routes/pages/components/icon.tsx";
import type { Json } from "../../../../engine/schemas/json.ts";
import { below } from "../config_tree.ts";
import { type ControlProps, idOf } from "../form_scope.ts";
import { isObject, limitOf, resolve, typesOf } from "../schema.ts";
import { useRowKeys } from "../typing.ts";
import { moveByKeys, moved, RowTools } from "./RowTools.tsx";
import { numberIn, PlainInput, textIn } from "./Text.tsx";

/** A list of texts or numbers, one in a row. */
export function TextsControl({ form, path, schema, value, required, label = "" }: ControlProps): JSX.Element {
  const keep = required || (limitOf(schema, "minItems") ?? 0) > 0 || schema.default !== undefined;
  const items = isObject(schema.items) ? resolve(schema.items, form.places.root) : {};
  const isNumber = typesOf(items, form.places.root).has("number");
  return (
    <TextRows
      id={idOf(form.nodeId, path)}
      idOfRow={(index) => idOf(form.nodeId, below(path, index))}
      label={label}
      list={Array.isArray(value) ? value : []}
      most={limitOf(schema, "maxItems") ?? Infinity}
      readOnly={form.readOnly}
      read={(text) => isNumber ? numberIn(text, true) ?? "" : text}
      onList={(list, row) =>
        row === undefined
          ? form.set(path, list.length === 0 && !keep ? undefined : list, "once")
          : form.set(below(path, row), list[row])}
    />
  );
}

interface TextRowsProps {
  id: string;
  idOfRow?(index: number): string;
  label: string;
  list: readonly Json[];
  most?: number;
  readOnly: boolean;
  placeholder?: string;
  read?(text: string): Json;
  /** `row` is the one that was typed into; undefined when rows came, went or moved. */
  onList(list: Json[], row?: number): void;
}

/** Rows of text: Enter begins a new one, Backspace in an empty one takes it away, Alt and arrows move it. */
export function TextRows(props: TextRowsProps): JSX.Element {
  const { id, label, list, readOnly, onList, most = Infinity, read = (text) => text } = props;
  const rows = useRowKeys(list.length);
  const whole = useRef<HTMLDivElement>(null);
  const wanted = useRef<number | null>(null);
  useLayoutEffect(() => {
    if (wanted.current === null) return;
    const fields = whole.current?.querySelectorAll<HTMLInputElement>("input");
    fields?.[Math.max(0, Math.min(wanted.current, fields.length - 1))]?.focus();
    wanted.current = null;
  });
  const change = (next: Json[], focus?: number): void => {
    wanted.current = focus ?? null;
    onList(next);
  };
  const add = (): void => change([...list, ""], list.length);
  const remove = (index: number): void => {
    rows.remove(index);
    change(list.filter((_, at) => at !== index), index - 1);
  };
  const move = (from: number, to: number): void => {
    rows.move(from, to);
    change(moved(list, from, to), to);
  };
  const onKeyDown = (event: KeyboardEvent, index: number): void => {
    if (readOnly) return;
    moveByKeys(event, { index, count: list.length, onMove: (to) => move(index, to) });
    if (event.isComposing) return;
    if (event.key === "Enter" && list.length < most) {
      event.preventDefault();
      change([...list.slice(0, index + 1), "", ...list.slice(index + 1)], index + 1);
    } else if (event.key === "Backspace" && list[index] === "" && list.length > 1) {
      event.preventDefault();
      remove(index);
    }
  };
  return (
    <div class="insp-rows" ref={whole}>
      {list.map((each, i) => (
        <div
          key={rows.keys[i]}
          class="insp-text-row"
          onKeyDown={(event) => onKeyDown(event, i)}
        >
          <PlainInput
            aria={{ id: props.idOfRow?.(i) ?? `${id}-${i}`, "aria-label": `${label} ${i + 1}` }}
            text={textIn(each)}
            readOnly={readOnly}
            {...(props.placeholder ? { placeholder: props.placeholder } : {})}
            onText={(text) => onList(list.map((one, at) => at === i ? read(text) : one), i)}
          />
          {readOnly ? null : (
            <RowTools
              name={`${label} ${textIn(each) || i + 1}`}
              index={i}
              count={list.length}
              onMove={(to) => move(i, to)}
              onRemove={() => remove(i)}
            />
          )}
        </div>
      ))}
      {readOnly || list.length >= most
        ? null
        : (
          <button type="button" class="button insp-add" aria-label={`Add to ${label}`} onClick={add}>
            <Icon name="plus" size={14} /> Add
          </button>
        )}
    </div>
  );
}
