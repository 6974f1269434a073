import type { JSX } from "preact";
import { CronPicker } from "../../../scheduling/CronPicker.tsx";
import type { ControlProps } from "../form_scope.ts";
import { emptied, textIn } from "./Text.tsx";

/** A cron expression with presets, its fields, what it means and when it comes next on the schedule's clock. */
export function CronControl({ form, path, value, required, aria }: ControlProps): JSX.Element {
  return (
    <CronPicker
      id={aria.id}
      cron={textIn(value)}
      timezone={form.timezone}
      few={3}
      readOnly={form.readOnly}
      describedBy={aria["aria-describedby"]}
      isTold={aria["aria-invalid"] !== undefined}
      onCron={(next) => form.set(path, emptied(next, required))}
    />
  );
}
