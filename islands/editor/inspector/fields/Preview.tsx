import type { JSX } from "preact";
import { compileConfig, renderConfig } from "../../../../engine/core/config.ts";
import type { Json } from "../../../../engine/schemas/json.ts";
import type { Encoding, View } from "../../../../engine/schemas/node.ts";

/** What a value of a config becomes on a sample. `plain`: it holds no template. */
export type Preview =
  | { kind: "plain" }
  | { kind: "broken"; message: string }
  | { kind: "rendered"; value: Json; warnings: string[] };

const FIELD = "value";
const MOST_SHOWN = 1_000;

/** Renders a value exactly as the engine will: a text, or JSON whose texts are templates. */
export function previewOf(value: Json | undefined, encoding: Encoding | null, sample: View): Preview {
  if (value === undefined || encoding === null) return { kind: "plain" };
  const { compiled, problems } = compileConfig({ [FIELD]: value }, { [FIELD]: encoding });
  const [problem] = problems;
  if (problem) return { kind: "broken", message: problem.message };
  if (!compiled.slots) return { kind: "plain" };
  try {
    const { config, warnings } = renderConfig(compiled, sample);
    return { kind: "rendered", value: config[FIELD] ?? null, warnings: warnings.map(withoutField) };
  } catch (error) {
    return { kind: "broken", message: withoutField(error instanceof Error ? error.message : String(error)) };
  }
}

function withoutField(text: string): string {
  return text.replace(/^value(\.[^:]*)?: /, "");
}

interface PreviewLineProps {
  value: Json | undefined;
  encoding: Encoding | null;
  sample: View;
}

/** The value on the sample, beneath its field, with what is missing there. Nothing for a text without templates. */
export function PreviewLine({ value, encoding, sample }: PreviewLineProps): JSX.Element | null {
  const preview = previewOf(value, encoding, sample);
  if (preview.kind !== "rendered") return null;
  const text = typeof preview.value === "string" ? preview.value : JSON.stringify(preview.value, null, 1);
  return (
    <div class="insp-preview">
      <output class="insp-preview-text" aria-label="On the sample">
        {text === "" ? <i>nothing</i> : text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text}
      </output>
      {preview.warnings.map((warning) => <p key={warning} class="insp-warning">{warning} on the sample</p>)}
    </div>
  );
}
