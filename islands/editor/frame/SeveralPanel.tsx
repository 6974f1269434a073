import type { JSX } from "preact";
import { Icon } from "../../../routes/pages/components/icon.tsx";
import type { Actions } from "../editor_context.ts";
import { useEditor } from "../editor_context.ts";

const ALIGN: readonly { how: Parameters<Actions["align"]>[0]; words: string }[] = [
  { how: "left", words: "Left" },
  { how: "centre", words: "Centre" },
  { how: "right", words: "Right" },
  { how: "top", words: "Top" },
  { how: "middle", words: "Middle" },
  { how: "bottom", words: "Bottom" },
];
const SPREAD: typeof ALIGN = [
  { how: "distribute-x", words: "Evenly across" },
  { how: "distribute-y", words: "Evenly down" },
];

/** Several elements: what can be done with all of them. */
export function SeveralPanel(): JSX.Element {
  const { selection, actions, mayEdit } = useEditor();
  const count = selection.nodes.size + selection.notes.size;
  return (
    <div class="inspector panel">
      <h2>{count} selected</h2>
      {mayEdit
        ? (
          <>
            <section class="grid gap-2">
              <h3 class="text-soft">Align</h3>
              <Buttons of={ALIGN} columns="grid-cols-3" />
              <Buttons of={SPREAD} columns="grid-cols-2" />
            </section>
            <div class="flex flex-wrap gap-2">
              <button type="button" class="button" onClick={() => void actions.tidy()}>
                <Icon name="layout" /> Tidy up
              </button>
              <button type="button" class="button" onClick={() => actions.addNote("group")}>
                <Icon name="square-dashed" /> Group
              </button>
              <button type="button" class="button" onClick={actions.duplicate}>
                <Icon name="copy" /> Duplicate
              </button>
              <button type="button" class="button" data-kind="danger" onClick={actions.remove}>
                <Icon name="trash" /> Delete
              </button>
            </div>
          </>
        )
        : null}
      <p class="text-soft">Ctrl+C copies them, also into another workflow or as text.</p>
    </div>
  );
}

function Buttons({ of, columns }: { of: typeof ALIGN; columns: string }): JSX.Element {
  const { actions } = useEditor();
  return (
    <div class={`grid ${columns} gap-2`}>
      {of.map(({ how, words }) => (
        <button
          key={how}
          type="button"
          class="button"
          onClick={() => actions.align(how)}
        >
          {words}
        </button>
      ))}
    </div>
  );
}
