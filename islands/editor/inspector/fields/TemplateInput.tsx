import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { Icon } from "../../../../routes/pages/components/icon.tsx";
import type { Encoding } from "../../../../engine/schemas/node.ts";
import type { ControlAttributes, FormScope } from "../form_scope.ts";
import { type Readable, readablesNamed } from "../readable.ts";
import { typeInto, useTyping } from "../typing.ts";
import { insertion, templateCompletion } from "./completions.ts";
import { PreviewLine } from "./Preview.tsx";
import { useCompletion } from "./Suggestions.tsx";
import { VariablePicker } from "./VariablePicker.tsx";

type Field = HTMLInputElement | HTMLTextAreaElement;

interface TemplateInputProps {
  form: FormScope;
  aria: ControlAttributes;
  text: string;
  encoding: Encoding;
  /** Several lines. */
  lines?: boolean;
  mono?: boolean;
  placeholder?: string;
  /** May name what can be read here only. */
  description?: string | undefined;
  onText(text: string): void;
}

/** A text that may hold `{{ }}`: variables from a list or while typing, filters behind `|`, and what it becomes on the sample. */
export function TemplateInput(props: TemplateInputProps): JSX.Element {
  const { form, aria, text, encoding, lines, onText } = props;
  const field = useRef<Field>(null);
  const [picking, setPicking] = useState(false);
  const readables: readonly Readable[] = [
    ...readablesNamed(props.description, form.nodeId),
    ...form.readables,
  ];
  const typing = useTyping(text, onText);
  const completion = useCompletion(`${aria.id}-list`, {
    label: "Variables and filters",
    onPick: (item, at) => {
      const target = field.current;
      if (target) typeInto(target, insertion(item, target.value, at), at.from, at.to);
      completion.close();
    },
  });
  const look = (target: Field): void =>
    completion.show(templateCompletion(target.value, target.selectionStart ?? 0, readables));
  const attributes = {
    ...aria,
    ...completion.attributes,
    ...typing,
    class: `input nodrag nowheel insp-template${lines ? " insp-area" : ""}${props.mono ? " mono" : ""}`,
    readOnly: form.readOnly,
    placeholder: props.placeholder,
    autoComplete: "off",
    onInput: (event: { currentTarget: Field }): void => {
      typing.onInput(event);
      look(event.currentTarget);
    },
    onKeyDown: (event: KeyboardEvent): void => void completion.onKeyDown(event),
    onBlur: (): void => {
      typing.onBlur();
      completion.close();
    },
  };
  const insert = (path: string): void => {
    const target = field.current;
    setPicking(false);
    if (!target) return;
    typeInto(
      target,
      `{{ ${path} }}`,
      target.selectionStart ?? target.value.length,
      target.selectionEnd ?? target.value.length,
    );
    completion.close();
  };
  return (
    <div class="insp-template-frame">
      {lines
        ? (
          <textarea
            {...attributes}
            ref={(element) => void (field.current = element)}
            rows={Math.min(14, Math.max(3, typing.value.split("\n").length + 1))}
          />
        )
        : <input {...attributes} ref={(element) => void (field.current = element)} spellcheck={false} />}
      {form.readOnly ? null : (
        <button
          type="button"
          class="icon-button insp-variables"
          aria-label="Insert a variable"
          title="Insert a variable"
          aria-expanded={picking}
          onClick={() => setPicking(!picking)}
        >
          <Icon name="braces" size={14} />
        </button>
      )}
      {completion.list}
      {picking
        ? (
          <VariablePicker
            id={`${aria.id}-variables`}
            readables={readables}
            onPick={insert}
            onClose={() => {
              setPicking(false);
              field.current?.focus();
            }}
          />
        )
        : null}
      <PreviewLine value={typing.value} encoding={encoding} sample={form.sample} />
    </div>
  );
}
