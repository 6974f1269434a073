import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Json } from "../../../../engine/schemas/json.ts";
import { encodingAt } from "../config_tree.ts";
import type { ControlAttributes, ControlProps } from "../form_scope.ts";
import { PreviewLine } from "./Preview.tsx";

/** Any JSON as text; it counts as soon as it is JSON. */
export function JsonControl({ form, path, value, required, aria }: ControlProps): JSX.Element {
  return (
    <>
      <JsonText
        aria={aria}
        value={value}
        readOnly={form.readOnly}
        onValue={(next) => form.set(path, next === undefined && required ? null : next)}
      />
      <PreviewLine value={value} encoding={encodingAt(form.places, path)} sample={form.sample} />
    </>
  );
}

interface JsonTextProps {
  aria: ControlAttributes;
  value: Json | undefined;
  readOnly: boolean;
  onValue(value: Json | undefined): void;
}

/** A text area for JSON. What is no JSON yet stays as it was typed, with the reason, and the last value counts. */
export function JsonText({ aria, value, readOnly, onValue }: JsonTextProps): JSX.Element {
  const [typed, setTyped] = useState<string | null>(null);
  const text = typed ?? (value === undefined ? "" : JSON.stringify(value, null, 2));
  const problem = jsonProblem(text);
  const describedBy = [aria["aria-describedby"], problem ? `${aria.id}-json` : undefined].filter(Boolean)
    .join(" ");
  return (
    <>
      <textarea
        {...aria}
        {...(problem ? { "aria-invalid": "true" as const } : {})}
        {...(describedBy ? { "aria-describedby": describedBy } : {})}
        class="input insp-area mono nodrag nowheel"
        rows={Math.min(14, Math.max(3, text.split("\n").length + 1))}
        spellcheck={false}
        readOnly={readOnly}
        value={text}
        onFocus={() => setTyped((before) => before ?? text)}
        onInput={(event) => {
          const next = event.currentTarget.value;
          setTyped(next);
          if (next.trim() === "") onValue(undefined);
          else if (jsonProblem(next) === null) onValue(JSON.parse(next));
        }}
        // What is no JSON is not thrown away when the focus goes.
        onBlur={() => setTyped((before) => before !== null && jsonProblem(before) ? before : null)}
      />
      {problem
        ? <p id={`${aria.id}-json`} class="field-error" role="status">{problem} — the last value counts.</p>
        : null}
    </>
  );
}

/** Why the text is no JSON, with the line where there are several; null when it is, or is empty. */
export function jsonProblem(text: string): string | null {
  if (text.trim() === "") return null;
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    const reason = error instanceof Error ? error.message : "";
    const at = /position (\d+)/.exec(reason)?.[1];
    if (at === undefined) return "This is no JSON: it ends too early or something is missing";
    const line = text.slice(0, Number(at)).split("\n").length;
    return text.includes("\n")
      ? `This is no JSON in line ${line}`
      : `This is no JSON at character ${Number(at) + 1}`;
  }
}
