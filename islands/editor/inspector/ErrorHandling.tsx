import type { JSX } from "preact";
import { DURATION_UNITS, durationMs } from "../../../engine/schemas/duration_units.ts";
import type { Json } from "../../../engine/schemas/json.ts";
import type { RetryOverrides } from "../../../engine/schemas/retry.ts";
import type { WorkflowNode } from "../../../engine/schemas/workflow.ts";
import { idOf } from "./form_scope.ts";
import type { Issue } from "../../../engine/schemas/workflow.ts";
import { DurationInput } from "./fields/Duration.tsx";
import { numberIn, PlainInput, textIn } from "./fields/Text.tsx";
import { TextRows } from "./fields/TextList.tsx";
import { Problems } from "./Problems.tsx";
import { durationOfMs, policyOf, type Schedule, scheduleOf, withRetry, withTimeout } from "./retry_model.ts";
import { isObject } from "./schema.ts";

interface ErrorHandlingProps {
  node: WorkflowNode;
  /** Of the workflow. */
  retry: RetryOverrides | undefined;
  readOnly: boolean;
  /** What happens once no attempt is left. */
  failure: JSX.Element;
  issuesAt(path: string): readonly Issue[];
  onChange(next: WorkflowNode, path: string, once?: "once"): void;
}

/** How often a failed step is tried again, how long an attempt may take, and what happens then. */
export function ErrorHandling(props: ErrorHandlingProps): JSX.Element {
  const { node, readOnly, failure, onChange } = props;
  const label = `${idOf(node.id, "@timeout")}`;
  return (
    <div class="insp-fields">
      <RetryDrawing schedule={scheduleOf(policyOf(node, props.retry))} />
      <details class="insp-more" open={props.issuesAt("@retry").length > 0}>
        <summary>{node.data.retry ? "Retries, changed here" : "Change the retries"}</summary>
        <RetryFields {...props} />
      </details>
      <Problems id={`${idOf(node.id, "@retry")}-problem`} problems={props.issuesAt("@retry")} />
      <div class="insp-field" role="group" id={label} tabIndex={-1} aria-labelledby={`${label}-label`}>
        <div class="insp-label" id={`${label}-label`}>
          Time-out of the step <span class="insp-optional">optional</span>
        </div>
        <DurationInput
          id={label}
          label="Time-out of the step"
          value={node.data.timeout}
          unit="minutes"
          readOnly={readOnly}
          onValue={(value, once) => onChange(withTimeout(node, value), "@timeout", once)}
        />
        <p class="hint">An attempt that takes longer is stopped and counts as failed.</p>
        <Problems id={`${label}-problem`} problems={props.issuesAt("@timeout")} />
      </div>
      <div class="insp-field">
        <div class="insp-label">When it fails</div>
        {failure}
      </div>
    </div>
  );
}

/** The pauses before each retry, as upper bounds: each one is drawn by lot between nothing and its bound. */
export function RetryDrawing({ schedule }: { schedule: Schedule }): JSX.Element {
  if (schedule.total === null) return <p>A failed attempt is not repeated.</p>;
  return (
    <div class="insp-retries">
      <p>
        Tried again {schedule.pauses.length + schedule.more} times, after at most{" "}
        <b>
          {schedule.pauses.map((pause) => pause.words).join(" · ")}
          {schedule.more > 0 ? " …" : ""}
        </b>
      </p>
      <div class="insp-bars" aria-hidden="true">
        {schedule.pauses.map((pause, i) => (
          <span key={i} class="insp-bar" style={{ height: `${Math.max(8, Math.round(pause.share * 100))}%` }}>
            <span>{pause.words}</span>
          </span>
        ))}
        {schedule.more > 0 ? <span class="insp-bars-more">+ {schedule.more}</span> : null}
      </div>
      <p class="hint">
        Each pause is of random length up to its bound, {schedule.total} in all. A server's Retry-After wins.
      </p>
    </div>
  );
}

function RetryFields(
  { node, retry, readOnly, onChange }: ErrorHandlingProps,
): JSX.Element {
  const own = node.data.retry ?? {};
  const inherited = policyOf({ ...node, data: { ...node.data, retry: undefined } }, retry);
  const set = (key: keyof RetryOverrides, value: Json | undefined, once?: "once"): void =>
    onChange(withRetry(node, key, value), `@retry.${key}`, once);
  const id = (key: string): string => idOf(node.id, `@retry.${key}`);
  const number = (key: "maxRetries" | "backoffMultiplier", label: string): JSX.Element => (
    <div class="insp-field">
      <label class="insp-label" for={id(key)}>{label}</label>
      <PlainInput
        aria={{ id: id(key) }}
        text={textIn(own[key])}
        placeholder={String(inherited[key])}
        readOnly={readOnly}
        inputMode="decimal"
        onText={(text) => set(key, numberIn(text, false))}
      />
    </div>
  );
  const pause = (key: "backoffMs" | "maxBackoffMs", label: string): JSX.Element => (
    <div class="insp-field" role="group" id={id(key)} tabIndex={-1} aria-labelledby={`${id(key)}-label`}>
      <div class="insp-label" id={`${id(key)}-label`}>{label}</div>
      <DurationInput
        id={id(key)}
        label={label}
        value={own[key] === undefined
          ? undefined
          : typeof own[key] === "number"
          ? durationOfMs(own[key])
          : { value: own[key], unit: "seconds" }}
        fallback={durationOfMs(inherited[key])}
        readOnly={readOnly}
        onValue={(value, once) =>
          set(key, msOf(value), once)}
      />
    </div>
  );
  const list = (
    key: "retryableStatuses" | "retryableErrors",
    label: string,
    read: (text: string) => Json,
  ): JSX.Element => (
    <div class="insp-field" role="group" aria-labelledby={`${id(key)}-label`}>
      <div class="insp-label" id={`${id(key)}-label`}>{label}</div>
      {own[key] === undefined
        ? (
          <p class="hint">
            {inherited[key].join(", ")} {readOnly ? null : (
              <button
                type="button"
                class="link"
                onClick={() => set(key, [...inherited[key]], "once")}
              >
                Change
              </button>
            )}
          </p>
        )
        : (
          <TextRows
            id={id(key)}
            label={label}
            list={[...own[key]]}
            most={100}
            readOnly={readOnly}
            read={read}
            onList={(next, row) =>
              set(key, next.length === 0 ? undefined : next, row === undefined ? "once" : undefined)}
          />
        )}
    </div>
  );
  return (
    <div class="insp-fields">
      {number("maxRetries", "Retries at most")}
      {pause("backoffMs", "First pause, at most")}
      {number("backoffMultiplier", "Each pause times")}
      {pause("maxBackoffMs", "No pause longer than")}
      {list("retryableStatuses", "After these statuses", (text) => numberIn(text, true) ?? "")}
      {list("retryableErrors", "After these errors", (text) => text)}
    </div>
  );
}

function msOf(value: Json | undefined): Json | undefined {
  if (!isObject(value)) return undefined;
  const unit = DURATION_UNITS.find((one) => one === value.unit);
  return typeof value.value === "number" && unit ? durationMs({ value: value.value, unit }) : value.value;
}
