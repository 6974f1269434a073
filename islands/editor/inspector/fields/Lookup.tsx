import type { JSX } from "preact";
import { useMemo, useRef } from "preact/hooks";
import { formatLocal, isZone } from "../../../../engine/core/zone.ts";
import { offsetWords, zonesMatching } from "../../../shared/time_zones.ts";
import { encodingAt } from "../config_tree.ts";
import type { ControlAttributes, ControlProps, FormScope } from "../form_scope.ts";
import { readablesNamed } from "../readable.ts";
import { wordOf } from "../schema.ts";
import { typeInto, useTyping } from "../typing.ts";
import { insertion, otherPaths, pathCompletion, templateCompletion } from "./completions.ts";
import { PreviewLine } from "./Preview.tsx";
import { type Completion, useCompletion } from "./Suggestions.tsx";
import { emptied, textIn } from "./Text.tsx";

/** A time zone, found by a part of its name; says what time it is there. */
export function TimezoneControl({ form, path, value, required, aria }: ControlProps): JSX.Element {
  const text = textIn(value);
  const now = Date.now();
  const isTemplate = encodingAt(form.places, path) !== null;
  return (
    <LookupInput
      form={form}
      aria={aria}
      text={text}
      label="Time zones"
      placeholder="Such as Europe/Zurich"
      find={(typed, caret) =>
        isTemplate && typed.includes("{{") ? templateCompletion(typed, caret, form.readables) : {
          from: 0,
          to: typed.length,
          items: typed.trim() === text && isZone(text) ? [] : zonesMatching(typed, now),
        }}
      onText={(next) => form.set(path, emptied(next, required))}
    >
      {isZone(text) ? <p class="hint">{formatLocal(now, text)} there, {offsetWords(text, now)}</p> : null}
      <PreviewLine value={text} encoding={encodingAt(form.places, path)} sample={form.sample} />
    </LookupInput>
  );
}

/** A path to something that can be read here, mostly a field of the lead. */
export function LeadFieldControl({ form, path, schema, value, required, aria }: ControlProps): JSX.Element {
  return (
    <PathInput
      form={form}
      aria={aria}
      text={textIn(value)}
      description={wordOf(schema, "description")}
      onText={(text) => form.set(path, emptied(text, required))}
    />
  );
}

interface PathInputProps {
  form: FormScope;
  aria: ControlAttributes;
  text: string;
  description?: string | undefined;
  onText(text: string): void;
  /** A path was taken from the list. */
  onPicked?(path: string): void;
}

/** A path such as `lead.score`, completed while it is typed; a click on an empty field or a whole path opens the list. */
export function PathInput({ form, aria, text, description, onText, onPicked }: PathInputProps): JSX.Element {
  const readables = useMemo(
    () => [...readablesNamed(description, form.nodeId), ...form.readables],
    [description, form.nodeId, form.readables],
  );
  return (
    <LookupInput
      form={form}
      aria={aria}
      text={text}
      label="What can be compared"
      placeholder="lead.score"
      find={(typed, caret) => pathCompletion(typed, caret, readables)}
      findOthers={(whole) => otherPaths(whole, readables)}
      onText={onText}
      {...(onPicked ? { onPicked } : {})}
    />
  );
}

interface LookupInputProps extends PathInputProps {
  label: string;
  placeholder: string;
  find(typed: string, caret: number): Completion | null;
  /** What is offered instead of a text that stands there, when one clicks into it. */
  findOthers?(text: string): Completion | null;
  children?: JSX.Element | (JSX.Element | null)[] | null;
}

/** A line of text with a list of what it may be. */
function LookupInput(
  { form, aria, text, label, placeholder, find, findOthers, onText, onPicked, children }: LookupInputProps,
): JSX.Element {
  const field = useRef<HTMLInputElement>(null);
  const typing = useTyping(text, onText);
  const completion = useCompletion(`${aria.id}-list`, {
    label,
    onPick: (item, at) => {
      const target = field.current;
      if (!target) return;
      typeInto(target, insertion(item, target.value, at), at.from, at.to);
      completion.close();
      if (target.value === item.text) onPicked?.(item.text);
    },
  });
  const look = (target: HTMLInputElement): void =>
    completion.show(find(target.value, target.selectionStart ?? target.value.length));
  return (
    <div class="insp-template-frame">
      <input
        {...aria}
        {...completion.attributes}
        {...typing}
        ref={field}
        class="input nodrag mono"
        autoComplete="off"
        spellcheck={false}
        readOnly={form.readOnly}
        placeholder={placeholder}
        onInput={(event) => {
          typing.onInput(event);
          look(event.currentTarget);
        }}
        onKeyDown={(event) => {
          if (completion.onKeyDown(event)) return;
          if (event.key === "ArrowDown" && !form.readOnly) look(event.currentTarget);
        }}
        onClick={(event) => {
          if (form.readOnly) return;
          const { value } = event.currentTarget;
          if (value === "") look(event.currentTarget);
          else if (findOthers) completion.show(findOthers(value));
        }}
        onBlur={() => {
          typing.onBlur();
          completion.close();
        }}
      />
      {completion.list}
      {children}
    </div>
  );
}
