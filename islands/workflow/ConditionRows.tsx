import type { JSX } from "preact";
import { OP_WORDS } from "../../engine/core/condition_words.ts";
import { CONDITION_OPS } from "../../engine/schemas/condition_ops.ts";
import { Icon } from "../../routes/pages/components/icon.tsx";
import { NEW_TERM, takesValue } from "./end_values.ts";
import type { EndValues, TermValues } from "./end_values.ts";
import { AddRow } from "./Rows.tsx";

interface ConditionRowsProps {
  id: string;
  path: string;
  rule: EndValues;
  issueOf(path: string): string | undefined;
  onChange(part: Partial<EndValues>): void;
}

/** A condition as rows of field, operator and value, of which all or any must hold. */
export function ConditionRows(props: ConditionRowsProps): JSX.Element {
  const { id, path, rule, onChange } = props;
  const { terms, how } = rule;
  return (
    <div class="grid gap-2">
      {terms.length > 1
        ? (
          <label class="flex flex-wrap items-center gap-2">
            And only if
            <select
              class="input w-auto"
              value={how}
              onInput={(e) => onChange({ how: e.currentTarget.value === "any" ? "any" : "all" })}
            >
              <option value="all">all of these hold</option>
              <option value="any">any of these holds</option>
            </select>
          </label>
        )
        : terms.length === 1
        ? <p>And only if</p>
        : null}
      {terms.map((term, at) => (
        <TermRow
          key={at}
          {...props}
          id={`${id}-term-${at}`}
          path={`${path}.${how}.${at}`}
          term={term}
          onTerm={(next) => onChange({ terms: next ? terms.with(at, next) : terms.toSpliced(at, 1) })}
        />
      ))}
      <AddRow
        label={terms.length === 0 ? "Add a condition" : "Add another"}
        onAdd={() => onChange({ terms: [...terms, NEW_TERM] })}
      />
    </div>
  );
}

interface TermRowProps extends ConditionRowsProps {
  term: TermValues;
  onTerm(term: TermValues | null): void;
}

function TermRow({ id, path, term, issueOf, onTerm }: TermRowProps): JSX.Element {
  const issue = ["field", "op", "value"].map((part) => issueOf(`${path}.${part}`)).find(Boolean) ??
    issueOf(path);
  const invalid = issue ? { "aria-invalid": "true" as const, "aria-describedby": `${id}-error` } : {};
  return (
    <div class="grid gap-1">
      <div class="flex flex-wrap items-center gap-2" role="group" aria-label="Comparison">
        <input
          {...invalid}
          class="input min-w-32 flex-1"
          aria-label="Field"
          placeholder="lead.score"
          value={term.field}
          onInput={(e) => onTerm({ ...term, field: e.currentTarget.value })}
        />
        <select
          class="input w-auto"
          aria-label="How"
          value={term.op}
          onInput={(e) => {
            const op = CONDITION_OPS.find((each) => each === e.currentTarget.value);
            if (op) onTerm({ ...term, op });
          }}
        >
          {CONDITION_OPS.map((op) => (
            <option key={op} value={op}>{op === "has_tag" ? "include the tag" : OP_WORDS[op]}</option>
          ))}
        </select>
        {takesValue(term.op)
          ? (
            <input
              {...invalid}
              class="input min-w-24 flex-1"
              aria-label="Value"
              placeholder={term.op === "between" ? "10, 20" : "70"}
              value={term.value}
              onInput={(e) => onTerm({ ...term, value: e.currentTarget.value })}
            />
          )
          : null}
        <button type="button" class="icon-button" aria-label="Remove comparison" onClick={() => onTerm(null)}>
          <Icon name="x" size={16} />
        </button>
      </div>
      {issue ? <p class="field-error" id={`${id}-error`} role="alert">{issue}</p> : null}
    </div>
  );
}
