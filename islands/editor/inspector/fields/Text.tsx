import type { JSX } from "preact";
import type { Json } from "../../../../engine/schemas/json.ts";
import { encodingAt } from "../config_tree.ts";
import type { ControlAttributes, ControlProps } from "../form_scope.ts";
import { kindOf } from "../kinds.ts";
import { limitOf, type Schema, wordOf } from "../schema.ts";
import { useTyping } from "../typing.ts";
import { TemplateInput } from "./TemplateInput.tsx";

/** What an emptied text field leaves behind: an optional one is gone, as if it had never been filled in. */
export function emptied(text: string, required: boolean): Json | undefined {
  return text === "" && !required ? undefined : text;
}

/** The value as it stands in an input; what is no text is shown as JSON. */
export function textIn(value: Json | undefined): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** One line or several, with variables where the field is a template. */
export function TextControl({ form, path, schema, value, required, aria }: ControlProps): JSX.Element {
  const encoding = encodingAt(form.places, path);
  const lines = kindOf(schema, form.places.root, false) === "multiline";
  const onText = (text: string): void => form.set(path, emptied(text, required));
  const placeholder = usualOf(schema);
  if (encoding !== null) {
    return (
      <TemplateInput
        form={form}
        aria={aria}
        text={textIn(value)}
        encoding={encoding}
        lines={lines}
        {...placeholder}
        description={wordOf(schema, "description")}
        onText={onText}
      />
    );
  }
  return lines
    ? <PlainArea aria={aria} text={textIn(value)} readOnly={form.readOnly} onText={onText} />
    : (
      <PlainInput
        aria={aria}
        text={textIn(value)}
        readOnly={form.readOnly}
        {...placeholder}
        onText={onText}
      />
    );
}

/** What is taken where nothing is said, shown in the empty field. */
function usualOf({ default: usual }: Schema): { placeholder?: string } {
  return typeof usual === "string" && usual !== "" ? { placeholder: usual } : {};
}

interface PlainProps {
  aria: ControlAttributes;
  text: string;
  readOnly: boolean;
  placeholder?: string;
  inputMode?: "numeric" | "decimal";
  onText(text: string): void;
}

export function PlainInput(
  { aria, text, readOnly, placeholder, inputMode, onText }: PlainProps,
): JSX.Element {
  const typing = useTyping(text, onText);
  return (
    <input
      {...aria}
      {...typing}
      class="input nodrag"
      readOnly={readOnly}
      placeholder={placeholder}
      inputMode={inputMode}
      autoComplete="off"
      spellcheck={false}
    />
  );
}

function PlainArea({ aria, text, readOnly, onText }: PlainProps): JSX.Element {
  const typing = useTyping(text, onText);
  return (
    <textarea {...aria} {...typing} class="input insp-area nodrag nowheel" readOnly={readOnly} rows={3} />
  );
}

/** A number; what is typed and is none yet is kept as it is, and said to be none. */
export function NumberControl({ form, path, schema, value, required, aria }: ControlProps): JSX.Element {
  const fallback = schema.default;
  return (
    <PlainInput
      aria={aria}
      text={textIn(value)}
      readOnly={form.readOnly}
      inputMode={schema.type === "integer" && (limitOf(schema, "minimum") ?? -1) >= 0 ? "numeric" : "decimal"}
      {...(typeof fallback === "number" ? { placeholder: String(fallback) } : {})}
      onText={(text) => form.set(path, numberIn(text, required))}
    />
  );
}

/** The number that a text says, the text itself where it says none, undefined for an emptied field. */
export function numberIn(text: string, required: boolean): Json | undefined {
  const trimmed = text.trim();
  if (trimmed === "") return required ? "" : undefined;
  const number = Number(trimmed);
  return Number.isFinite(number) ? number : text;
}
