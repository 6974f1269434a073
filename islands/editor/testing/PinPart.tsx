import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Json } from "../../../engine/schemas/json.ts";
import type { Port } from "../../../engine/schemas/node.ts";
import type { SimulatedStep } from "../../../engine/schemas/simulation.ts";
import { Field } from "../../../routes/pages/components/form.tsx";
import { Icon } from "../../../routes/pages/components/icon.tsx";
import { parseTyped } from "../../workflow/workflow_calls.ts";
import { isJson } from "./json_shape.ts";
import type { Pin } from "./stored.ts";

interface PinPartProps {
  nodeId: string;
  ports: readonly Port[];
  pin: Pin | null;
  /** What it did in the last test. */
  step: SimulatedStep | null;
  onPin(pin: Pin | null): void;
}

/** What the node is taken to put out in every test, instead of being run. */
export function PinPart(props: PinPartProps): JSX.Element {
  const { pin, step, onPin } = props;
  const [editing, setEditing] = useState(false);
  if (editing) return <PinForm {...props} onClose={() => setEditing(false)} />;
  const ran = step !== null && step.status === "completed";
  return (
    <div class="flex flex-wrap items-center gap-2" role="group" aria-label="Pin">
      {pin
        ? (
          <span class="badge" data-tone="warn">
            <Icon name="pin" size={13} /> Pinned: tests do not run it
          </span>
        )
        : ran
        ? (
          <button type="button" class="button" onClick={() => onPin(pinOf(step))}>
            <Icon name="pin" size={14} /> Pin this output
          </button>
        )
        : null}
      <button type="button" class="button" onClick={() => setEditing(true)}>
        {pin ? "Edit the pin" : "Pin another output …"}
      </button>
      {pin ? <button type="button" class="button" onClick={() => onPin(null)}>Unpin</button> : null}
    </div>
  );
}

function pinOf({ output, port }: SimulatedStep): Pin {
  return port === null ? { output } : { output, port };
}

function PinForm(
  { nodeId, ports, pin, step, onPin, onClose }: PinPartProps & { onClose(): void },
): JSX.Element {
  const begun: Json = pin?.output ?? step?.output ?? {};
  const [text, setText] = useState(() => JSON.stringify(begun, null, 2));
  const [port, setPort] = useState(pin?.port ?? step?.port ?? ports[0]?.id ?? "out");
  const [error, setError] = useState<string | undefined>(undefined);
  const submit = (event: Event): void => {
    event.preventDefault();
    const typed = parseTyped(text);
    if (!typed.ok) return setError(typed.problem.detail);
    if (isJson(typed.data)) onPin({ output: typed.data, port });
    onClose();
  };
  const id = `pin-${nodeId}`;
  return (
    <form class="grid gap-2" onSubmit={submit} aria-label="Pin">
      <Field id={id} label="It puts out" error={error}>
        <textarea
          id={id}
          class="input mono"
          rows={5}
          spellcheck={false}
          value={text}
          aria-invalid={error ? "true" : undefined}
          onInput={(e) => setText(e.currentTarget.value)}
        />
      </Field>
      {ports.length > 1
        ? (
          <Field id={`${id}-port`} label="And leaves by">
            <select
              id={`${id}-port`}
              class="input"
              value={port}
              onInput={(e) => setPort(e.currentTarget.value)}
            >
              {ports.map((one) => <option key={one.id} value={one.id}>{one.label}</option>)}
            </select>
          </Field>
        )
        : null}
      <div class="flex gap-2">
        <button type="submit" class="button" data-kind="primary">Pin</button>
        <button type="button" class="button" onClick={onClose}>Cancel</button>
      </div>
    </form>
  );
}
