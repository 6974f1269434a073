import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { encodingAt } from "../config_tree.ts";
import type { ControlProps } from "../form_scope.ts";
import { typeInto, useTyping } from "../typing.ts";
import { insertion, templateCompletion } from "./completions.ts";
import { tokensOf } from "./highlight.ts";
import { PreviewLine } from "./Preview.tsx";
import { useCompletion } from "./Suggestions.tsx";
import { emptied, textIn } from "./Text.tsx";

const INDENT = "  ";
/** Beyond it, colours would cost more than a keystroke may. */
const MOST_COLOURED = 20_000;

/** Code with line numbers and colours. Tab indents; Escape makes the next Tab leave the field. */
export function CodeControl({ form, path, value, required, aria }: ControlProps): JSX.Element {
  const typing = useTyping(textIn(value), (text) => form.set(path, emptied(text, required)));
  const [leaving, setLeaving] = useState(false);
  const encoding = encodingAt(form.places, path);
  const field = useRef<HTMLTextAreaElement>(null);
  const completion = useCompletion(`${aria.id}-list`, {
    label: "Variables and filters",
    onPick: (item, at) => {
      const target = field.current;
      if (target) typeInto(target, insertion(item, target.value, at), at.from, at.to);
      completion.close();
    },
  });
  const code = typing.value;
  const lines = code.split("\n").length;
  const onKeyDown = (event: KeyboardEvent & { currentTarget: HTMLTextAreaElement }): void => {
    if (completion.onKeyDown(event)) return;
    if (event.key === "Escape") {
      setLeaving(true);
      event.stopPropagation();
      return;
    }
    const { selectionStart: from, selectionEnd: to, value: text } = event.currentTarget;
    if (event.key === "Tab" && !leaving && !form.readOnly && !event.shiftKey) {
      event.preventDefault();
      typeInto(event.currentTarget, INDENT, from, to);
    } else if (event.key === "Enter" && !form.readOnly && !event.isComposing) {
      event.preventDefault();
      const indent = /^[ \t]*/.exec(text.slice(text.lastIndexOf("\n", from - 1) + 1, from))?.[0] ?? "";
      typeInto(event.currentTarget, `\n${indent}`, from, to);
    }
    if (event.key !== "Shift") setLeaving(false);
  };
  return (
    <>
      <div class="insp-code nowheel">
        <pre class="insp-code-lines" aria-hidden="true">
          {Array.from({ length: lines }, (_, i) => i + 1).join("\n")}
        </pre>
        <div class="insp-code-text">
          <pre aria-hidden="true">
            {code.length > MOST_COLOURED
              ? code
              : tokensOf(code, encoding === "html" ? "html" : "javascript").map(({ kind, text }, i) =>
                kind === "plain" ? text : <span key={i} data-token={kind}>{text}</span>
              )}
            {"\n"}
          </pre>
          <textarea
            {...aria}
            {...(encoding === null ? {} : completion.attributes)}
            {...typing}
            class="nodrag"
            spellcheck={false}
            autoCapitalize="off"
            autoComplete="off"
            readOnly={form.readOnly}
            ref={field}
            onInput={(event) => {
              typing.onInput(event);
              const { value, selectionStart } = event.currentTarget;
              if (encoding !== null) {
                completion.show(templateCompletion(value, selectionStart, form.readables));
              }
            }}
            onKeyDown={onKeyDown}
            onBlur={() => {
              typing.onBlur();
              completion.close();
            }}
          />
        </div>
      </div>
      {completion.list}
      <PreviewLine value={code} encoding={encoding} sample={form.sample} />
      <p class="hint">Tab indents; Escape, then Tab leaves the field.</p>
    </>
  );
}
