import type { JSX } from "preact";
import type { Json } from "../../../engine/schemas/json.ts";
import { JsonTree } from "../../../routes/pages/components/json_tree.tsx";

/** What went into a step and what came out; a copied path reads the output in another node. */
export function Bodies(
  { nodeId, input, output }: { nodeId: string; input: Json; output: Json },
): JSX.Element {
  return (
    <div class="step-bodies">
      <Body name="Input" value={input} path="" />
      <Body name="Output" value={output} path={`steps.${nodeId}.output`} />
    </div>
  );
}

function Body({ name, value, path }: { name: string; value: Json; path: string }): JSX.Element {
  return (
    <section aria-label={name} class="min-w-0">
      <h4 class="text-soft">{name}</h4>
      {value === null ? <p class="text-soft">None</p> : <JsonTree value={value} path={path} />}
    </section>
  );
}
