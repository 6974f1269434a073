import type { JSX } from "preact";
import type { Json } from "../../../engine/schemas/json.ts";
import { Icon } from "./icon.tsx";

interface JsonTreeProps {
  value: Json;
  /** Path of `value`, such as `steps.mail.output`: what "copy path" of a part begins with. */
  path?: string;
  /** Levels that start open. */
  open?: number;
}

/** JSON as a tree that folds; each part copies its path or its value. Works without JavaScript but for copying. */
export function JsonTree({ value, path = "", open = 2 }: JsonTreeProps): JSX.Element {
  return (
    <div class="json">
      <Part value={value} path={path} name={null} open={open} />
    </div>
  );
}

function Part(props: { value: Json; path: string; name: string | null; open: number }): JSX.Element {
  const { value, name } = props;
  const entries = entriesOf(value);
  if (!entries || entries.length === 0) {
    return (
      <div class="json-row">
        <Name name={name} />
        <Scalar value={value} />
        <Copies value={value} path={props.path} />
      </div>
    );
  }
  return (
    <div class="json-group">
      <details open={props.open > 0}>
        <summary class="json-row">
          <Icon name="chevron-right" size={12} class="json-fold" />
          <Name name={name} />
          <span class="text-faint">{sizeOf(value, entries.length)}</span>
        </summary>
        <div class="json-parts">
          {entries.map(([key, part]) => (
            <Part key={key} value={part} path={join(props.path, key)} name={key} open={props.open - 1} />
          ))}
        </div>
      </details>
      <Copies value={value} path={props.path} />
    </div>
  );
}

function Name({ name }: { name: string | null }): JSX.Element | null {
  return name === null ? null : <span class="json-name">{name}</span>;
}

function Scalar({ value }: { value: Json }): JSX.Element {
  const kind = value === null ? "null" : typeof value;
  return <span class="json-value" data-kind={kind}>{JSON.stringify(value)}</span>;
}

function Copies({ value, path }: { value: Json; path: string }): JSX.Element {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  return (
    <span class="json-copies">
      {path
        ? (
          <button type="button" class="json-copy" data-copy={path} aria-label={`Copy path ${path}`}>
            path
          </button>
        )
        : null}
      <button
        type="button"
        class="json-copy"
        data-copy={text}
        aria-label={`Copy value${path ? ` of ${path}` : ""}`}
      >
        copy
      </button>
    </span>
  );
}

function entriesOf(value: Json): [string, Json][] | null {
  if (Array.isArray(value)) return value.map((part, index) => [String(index), part]);
  return value !== null && typeof value === "object" ? Object.entries(value) : null;
}

function sizeOf(value: Json, count: number): string {
  return Array.isArray(value) ? `[${count}]` : `{${count}}`;
}

function join(path: string, key: string): string {
  return path ? `${path}.${key}` : key;
}
