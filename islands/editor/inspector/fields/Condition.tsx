import type { JSX } from "preact";
import { conditionWords } from "../../../../engine/core/condition_words.ts";
import type { Json } from "../../../../engine/schemas/json.ts";
import { Icon } from "../../../../routes/pages/components/icon.tsx";
import { below, unknownKeys } from "../config_tree.ts";
import { type ControlProps, type FormScope, idOf } from "../form_scope.ts";
import { conditionProblemsAt, type Problem } from "../local_problems.ts";
import { isObject, wordOf } from "../schema.ts";
import { useRowKeys } from "../typing.ts";
import { Chooser } from "./Choice.tsx";
import { ConditionRow } from "./ConditionRow.tsx";
import { groupOf, holdsOn, isGroupNode, newTerm, withGroup } from "./condition_model.ts";
import { OtherFields } from "./ObjectFields.tsx";
import { moveByKeys, moved, RowTools } from "./RowTools.tsx";

const DEEPEST = 8;

/** A condition as rows of comparisons and groups of them, the sentence that they make, and what they say of the sample. */
export function ConditionControl({ form, path, schema, value, required }: ControlProps): JSX.Element {
  const isAbsent = value === undefined && !required && path !== "";
  if (isAbsent) {
    if (form.readOnly) return <p class="hint">None</p>;
    return (
      <button
        type="button"
        class="button insp-add"
        onClick={() => form.set(path, { all: [newTerm()] }, "once")}
      >
        <Icon name="plus" size={14} /> Add a condition
      </button>
    );
  }
  const words = conditionWords(value);
  return (
    <div class="insp-condition">
      <Group
        form={form}
        path={path}
        value={value ?? {}}
        depth={1}
        description={wordOf(schema, "description")}
        problems={conditionProblemsAt(value)}
        place=""
      />
      {words
        ? (
          <p class="insp-sentence">
            {words} <Verdict value={value ?? {}} form={form} />
          </p>
        )
        : null}
      {!required && path !== "" && !form.readOnly
        ? (
          <button type="button" class="button insp-add" onClick={() => form.set(path, undefined, "once")}>
            Remove the condition
          </button>
        )
        : null}
      {path === ""
        ? <OtherFields form={form} path={path} value={value} keys={unknownKeys(schema, value, "condition")} />
        : null}
    </div>
  );
}

/** Whether it holds on the sample: colour, sign and word. */
function Verdict({ value, form }: { value: Json; form: FormScope }): JSX.Element | null {
  const result = holdsOn(value, form.sample);
  if (!result) return null;
  return (
    <span class="badge" data-tone={result.pass ? "good" : "bad"}>
      <Icon name={result.pass ? "check" : "x"} size={12} /> {result.pass ? "true" : "false"} on the sample
    </span>
  );
}

interface GroupProps {
  form: FormScope;
  path: string;
  value: Json;
  depth: number;
  description: string | undefined;
  problems: ReadonlyMap<string, Problem>;
  /** Below the condition, as `problems` counts. */
  place: string;
  /** Of the group within its group. */
  tools?: JSX.Element | null;
}

function Group(props: GroupProps): JSX.Element {
  const { form, path, value, depth } = props;
  const group = groupOf(value);
  const { key, members } = group;
  const rows = useRowKeys(members.length);
  const id = `${idOf(form.nodeId, path)}-${key}`;
  const set = (next: Json[]): void => form.set(path, withGroup(value, { key, members: next }), "once");
  const move = (from: number, to: number): void => {
    rows.move(from, to);
    set(moved(members, from, to));
  };
  return (
    <div class="insp-group" data-depth={depth}>
      <div class="insp-group-head">
        <span id={`${id}-label`} class="sr-only">How many of the comparisons have to hold</span>
        <Chooser
          id={id}
          options={[{ value: "all", label: "All" }, { value: "any", label: "Any" }]}
          chosen={key}
          disabled={form.readOnly}
          onChoose={(word) =>
            form.set(path, withGroup(value, { key: word === "any" ? "any" : "all", members }), "once")}
        />
        <span class="hint flex-1">of these {key === "all" ? "hold" : "holds"}</span>
        {props.tools}
      </div>
      {members.map((member, i) => (
        <div
          key={rows.keys[i]}
          class="insp-term-row"
          onKeyDown={(event) =>
            moveByKeys(event, { index: i, count: members.length, onMove: (to) => move(i, to) })}
        >
          <Member
            {...props}
            member={member}
            at={below(path, `${key}.${i}`)}
            in={below(props.place, `${key}.${i}`)}
            tools={form.readOnly ? null : (
              <RowTools
                name={isGroupNode(member) ? `group ${i + 1}` : `comparison ${i + 1}`}
                index={i}
                count={members.length}
                onMove={(to) => move(i, to)}
                onRemove={() => {
                  rows.remove(i);
                  set(members.filter((_, at) => at !== i));
                }}
              />
            )}
          />
        </div>
      ))}
      {form.readOnly ? null : (
        <div class="insp-group-foot">
          <button type="button" class="button insp-add" onClick={() => set([...members, newTerm()])}>
            <Icon name="plus" size={14} /> Comparison
          </button>
          {depth < DEEPEST
            ? (
              <button
                type="button"
                class="button insp-add"
                onClick={() => set([...members, { [key === "all" ? "any" : "all"]: [newTerm()] }])}
              >
                <Icon name="plus" size={14} /> Group
              </button>
            )
            : null}
        </div>
      )}
    </div>
  );
}

function Member(
  props: GroupProps & { member: Json; at: string; in: string; tools: JSX.Element | null },
): JSX.Element {
  const { member, at, form } = props;
  if (isGroupNode(member)) {
    return <Group {...props} path={at} value={member} depth={props.depth + 1} place={props.in} />;
  }
  return (
    <ConditionRow
      form={form}
      path={at}
      term={isObject(member) ? member : {}}
      description={props.description}
      problem={props.problems.get(props.in)}
      tools={props.tools}
    />
  );
}
