import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import type { Json } from "../../../../engine/schemas/json.ts";
import { encodingAt } from "../config_tree.ts";
import type { ControlAttributes, ControlProps } from "../form_scope.ts";
import { type JsonType, typeOf, typesOf, wordOf } from "../schema.ts";
import { JsonText } from "./JsonText.tsx";
import { PreviewLine } from "./Preview.tsx";
import { TemplateInput } from "./TemplateInput.tsx";
import { emptied, numberIn, PlainInput, textIn } from "./Text.tsx";

type Mode = "text" | "number" | "boolean" | "json";

const MODES: { readonly [mode in Mode]: { label: string; types: readonly JsonType[]; blank: Json } } = {
  text: { label: "Text", types: ["string"], blank: "" },
  number: { label: "Number", types: ["number"], blank: 0 },
  boolean: { label: "Yes or no", types: ["boolean"], blank: true },
  json: { label: "JSON", types: ["array", "object", "null"], blank: [] },
};
const ORDER: readonly Mode[] = ["text", "number", "boolean", "json"];

/** Which control shows such a value; a text while there is none. */
export function modeOf(value: Json | undefined): Mode {
  const type = value === undefined ? "string" : typeOf(value);
  return ORDER.find((mode) => MODES[mode].types.includes(type)) ?? "json";
}

/** A value of which a person says the kind: text (which may be a template), number, yes or no, or any JSON. */
export function ValueControl(props: ControlProps): JSX.Element {
  const { form, path, schema, value, aria, label } = props;
  const takes = typesOf(schema, form.places.root);
  const modes = ORDER.filter((mode) => MODES[mode].types.some((type) => takes.has(type)));
  const left = useRef(new Map<Mode, Json>()).current;
  // While somebody writes, a JSON text that is a number for a moment must not become another control.
  const [held, setHeld] = useState<Mode | null>(null);
  const mode = held ?? modeOf(value);
  const choose = (next: Mode): void => {
    if (value !== undefined) left.set(mode, value);
    setHeld(next);
    form.set(path, left.get(next) ?? carried(value, next, takes), "once");
  };
  return (
    <div
      class="insp-value"
      onFocusIn={() => setHeld((now) => now ?? mode)}
      onFocusOut={() => setHeld(null)}
    >
      <div class="insp-value-control">
        <ValueInput {...props} mode={mode} />
      </div>
      {modes.length > 1 || !modes.includes(mode)
        ? (
          <select
            class="input nodrag insp-mode"
            aria-label={`${label}: kind`}
            id={`${aria.id}-kind`}
            value={mode}
            disabled={form.readOnly}
            onInput={(event) => {
              const next = ORDER.find((one) => one === event.currentTarget.value);
              if (next) choose(next);
            }}
          >
            {[...new Set([...modes, mode])].map((one) => (
              <option key={one} value={one}>{MODES[one].label}</option>
            ))}
          </select>
        )
        : null}
      {mode === "json"
        ? <PreviewLine value={value} encoding={encodingAt(form.places, path)} sample={form.sample} />
        : null}
    </div>
  );
}

function ValueInput(
  { form, path, schema, value, required, aria, mode }: ControlProps & { mode: Mode },
): JSX.Element {
  const encoding = encodingAt(form.places, path);
  const { readOnly } = form;
  const onText = (text: string): void => form.set(path, emptied(text, required));
  switch (mode) {
    case "number":
      return (
        <NumberInput
          aria={aria}
          value={value}
          readOnly={readOnly}
          onNumber={(one) => form.set(path, one)}
        />
      );
    case "boolean":
      return (
        <select
          {...aria}
          class="input nodrag"
          value={String(value)}
          disabled={readOnly}
          onInput={(event) => form.set(path, event.currentTarget.value === "true", "once")}
        >
          <option value="true">Yes</option>
          <option value="false">No</option>
        </select>
      );
    case "json":
      return (
        <JsonText
          aria={aria}
          value={value}
          readOnly={readOnly}
          onValue={(next) => form.set(path, next === undefined && required ? null : next)}
        />
      );
    default:
      return encoding === null
        ? <PlainInput aria={aria} text={textIn(value)} readOnly={readOnly} onText={onText} />
        : (
          <TemplateInput
            form={form}
            aria={aria}
            text={textIn(value)}
            encoding={encoding}
            lines={wordOf(schema, "format") === "multiline"}
            description={wordOf(schema, "description")}
            onText={onText}
          />
        );
  }
}

interface NumberInputProps {
  aria: ControlAttributes;
  value: Json | undefined;
  readOnly: boolean;
  onNumber(value: number): void;
}

/** Only numbers leave it: a text would make another kind of value of it. */
function NumberInput({ aria, value, readOnly, onNumber }: NumberInputProps): JSX.Element {
  return (
    <PlainInput
      aria={aria}
      text={textIn(value)}
      readOnly={readOnly}
      inputMode="decimal"
      onText={(text) => {
        const number = numberIn(text, false);
        if (typeof number === "number") onNumber(number);
      }}
    />
  );
}

/** The value as the other kind where that means something: a text that is JSON, a number as text. */
function carried(value: Json | undefined, mode: Mode, takes: ReadonlySet<JsonType>): Json {
  const blank = mode === "json" && !takes.has("array") ? {} : MODES[mode].blank;
  if (value === undefined || value === "") return blank;
  if (mode === "text") return typeof value === "object" ? JSON.stringify(value) : String(value);
  if (typeof value !== "string") return mode === "json" ? value : blank;
  try {
    const parsed: Json = JSON.parse(value);
    return modeOf(parsed) === mode ? parsed : blank;
  } catch {
    return blank;
  }
}
