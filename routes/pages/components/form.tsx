import type { ComponentChildren, JSX } from "preact";

interface FieldProps {
  /** Of the input, so that label, hint and error belong to it. */
  id: string;
  label: string;
  hint?: ComponentChildren;
  error?: string | undefined;
  children: ComponentChildren;
}

/** A labelled control with its hint and its error beside it (`<id>-hint`, `<id>-error`). */
export function Field({ id, label, hint, error, children }: FieldProps): JSX.Element {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children}
      {hint ? <p class="hint" id={`${id}-hint`}>{hint}</p> : null}
      {error ? <p class="field-error" id={`${id}-error`} role="alert">{error}</p> : null}
    </div>
  );
}

/** Attributes that tie a control to its field's hint and error. */
export function fieldAttributes(
  id: string,
  state: { hint?: boolean; error?: string | undefined },
): { id: string; "aria-describedby"?: string; "aria-invalid"?: "true" } {
  const described = [state.hint ? `${id}-hint` : "", state.error ? `${id}-error` : ""].filter(Boolean).join(
    " ",
  );
  return {
    id,
    ...(described ? { "aria-describedby": described } : {}),
    ...(state.error ? { "aria-invalid": "true" as const } : {}),
  };
}
