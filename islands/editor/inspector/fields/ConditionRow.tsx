import type { JSX } from "preact";
import { OP_WORDS } from "../../../../engine/core/condition_words.ts";
import { CONDITION_OPS } from "../../../../engine/schemas/condition_ops.ts";
import type { Json, JsonObject } from "../../../../engine/schemas/json.ts";
import { Icon } from "../../../../routes/pages/components/icon.tsx";
import { attributesOf, type FormScope, idOf } from "../form_scope.ts";
import { type Problem, shownProblems } from "../local_problems.ts";
import { Problems } from "../Problems.tsx";
import { holdsOn, isOp, valueIn, type ValueKind, valueKindOf, withField, withOp } from "./condition_model.ts";
import { PathInput } from "./Lookup.tsx";
import { TemplateInput } from "./TemplateInput.tsx";
import { textIn } from "./Text.tsx";
import { TextRows } from "./TextList.tsx";

interface ConditionRowProps {
  form: FormScope;
  path: string;
  term: JsonObject;
  description: string | undefined;
  problem: Problem | undefined;
  /** Moves it and takes it away. */
  tools: JSX.Element | null;
}

/** One comparison: what is compared, how, and with what; beneath it what lies there on the sample. */
export function ConditionRow(
  { form, path, term, description, problem, tools }: ConditionRowProps,
): JSX.Element {
  const id = idOf(form.nodeId, path);
  const kind = valueKindOf(term.op);
  const set = (key: string, value: Json): void => form.set(`${path}.${key}`, value);
  const isStarted = term.field !== "" && term.field !== undefined;
  // A row that was just added has nothing wrong with it yet.
  const problems = shownProblems(isStarted ? problem ?? null : null, form.issuesAt(path));
  const aria = attributesOf(id, { hint: false, problem: problems.length > 0 });
  return (
    <div class="insp-term">
      <PathInput
        form={form}
        aria={{ ...aria, "aria-label": "What is compared" }}
        text={textIn(term.field)}
        description={description}
        onText={(text) => set("field", text)}
        onPicked={(field) => {
          const next = withField(term, field, form.sample);
          if (next !== null) form.set(path, next, "once");
        }}
      />
      <div class="insp-compared" data-wide={["list", "range"].includes(kind) ? "" : undefined}>
        <select
          id={`${id}-op`}
          class="input nodrag"
          aria-label="How"
          value={textIn(term.op)}
          disabled={form.readOnly}
          onInput={(event) => {
            const op = event.currentTarget.value;
            if (isOp(op)) form.set(path, withOp(term, op), "once");
          }}
        >
          {isOp(term.op) ? null : <option value={textIn(term.op)}>{textIn(term.op) || "Choose …"}</option>}
          {CONDITION_OPS.map((op) => (
            <option key={op} value={op}>{op === "has_tag" ? "includes the tag" : OP_WORDS[op]}</option>
          ))}
        </select>
        <TermValue form={form} path={path} term={term} kind={kind} />
      </div>
      <div class="insp-term-foot">
        <Found term={term} form={form} />
        {tools}
      </div>
      <Problems id={`${id}-problem`} problems={problems} />
    </div>
  );
}

function TermValue(
  { form, path, term, kind }: { form: FormScope; path: string; term: JsonObject; kind: ValueKind },
): JSX.Element | null {
  const { value } = term;
  const id = `${idOf(form.nodeId, path)}-value`;
  if (kind === "none") return null;
  if (kind === "list" && (Array.isArray(value) || value === undefined)) {
    return (
      <TextRows
        id={id}
        label="Value"
        list={value ?? []}
        readOnly={form.readOnly}
        read={(text) => text}
        onList={(list, row) =>
          row === undefined ? form.set(`${path}.value`, list, "once") : form.set(`${path}.value`, list)}
      />
    );
  }
  const input = (
    part: Json | undefined,
    name: string,
    onPart: (next: Json) => void,
    suffix = "",
  ): JSX.Element => (
    <TemplateInput
      form={form}
      aria={{ id: `${id}${suffix}`, "aria-label": name }}
      text={textIn(part)}
      encoding="value"
      placeholder={PLACEHOLDERS[kind] ?? ""}
      onText={(text) => onPart(valueIn(text, kind, part))}
    />
  );
  if (kind !== "range") return input(value, "Compared with", (next) => form.set(`${path}.value`, next));
  const [low = "", high = ""] = Array.isArray(value) ? value : [value ?? ""];
  return (
    <div class="insp-range">
      {input(low, "From", (next) => form.set(`${path}.value`, [next, high]), "-low")}
      <span class="hint">and</span>
      {input(high, "To", (next) => form.set(`${path}.value`, [low, next]), "-high")}
    </div>
  );
}

const PLACEHOLDERS: { readonly [kind in ValueKind]?: string } = {
  number: "70",
  range: "0",
  date: "2026-12-01, or now",
  text: "A value",
};

/** What lies there on the sample, and whether the comparison holds. */
function Found({ term, form }: { term: JsonObject; form: FormScope }): JSX.Element | null {
  const result = holdsOn(term, form.sample);
  if (!result) return null;
  const shown = result.actual === null ? "nothing" : textIn(result.actual);
  return (
    <p class="insp-found" data-tone={result.pass ? "good" : "bad"}>
      <Icon name={result.pass ? "check" : "x"} size={12} label={result.pass ? "Holds" : "Does not hold"} />
      <span>{shown} on the sample</span>
    </p>
  );
}
