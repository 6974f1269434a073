import type { JSX } from "preact";
import { Icon } from "../../../routes/pages/components/icon.tsx";
import { useEditor } from "../editor_context.ts";
import type { Ask } from "./request.ts";

/** Before a test calls other programs it asks; until then they are taken to have answered 200 and {}. */
export function CallQuestion(
  { asks, onDecide }: { asks: readonly Ask[]; onDecide(how: "call" | "stub"): void },
): JSX.Element {
  const { goTo, mayEditDraft } = useEditor();
  const one = asks.length === 1;
  return (
    <div class="notice" data-tone="warn" role="group" aria-label="Calls to other programs">
      <Icon name="globe" size={18} class="mt-0.5 shrink-0" />
      <div class="min-w-0 flex-1">
        <p class="font-medium">
          {`${one ? "1 node" : `${asks.length} nodes`} would call other programs. ${
            one ? "It was" : "They were"
          } not called: here ${one ? "it answers" : "they answer"} 200 with {}.`}
        </p>
        <ul>
          {asks.map(({ nodeId, label, method, url }) => (
            <li key={nodeId} class="break-words">
              <button type="button" class="link" onClick={() => goTo(nodeId)}>{label}</button>
              <span class="mono text-soft">{` ${method} ${url}`}</span>
            </li>
          ))}
        </ul>
        <div class="mt-2 flex flex-wrap gap-2">
          {mayEditDraft
            ? <button type="button" class="button" onClick={() => onDecide("call")}>Call really</button>
            : null}
          <button type="button" class="button" onClick={() => onDecide("stub")}>{"Use 200 {}"}</button>
        </div>
        <p class="mt-1 text-soft">To give another answer, select the node and pin what it puts out.</p>
      </div>
    </div>
  );
}
