import type { JSX } from "preact";
import { Icon } from "../../../routes/pages/components/icon.tsx";
import { useEditor } from "../editor_context.ts";

/** On an empty canvas: what may start a workflow, each by one press. */
export function Beginning(): JSX.Element {
  const { types, actions } = useEditor();
  return (
    <section class="canvas-beginning" aria-labelledby="beginning">
      <h2 id="beginning">What starts it?</h2>
      <ul>
        {types.all.filter(({ kind }) => kind === "trigger").map((type) => (
          <li key={type.type}>
            <button
              type="button"
              class="beginning-choice"
              data-category={type.category}
              onClick={() => actions.add(type.type, { kind: "next" })}
            >
              <span class="node-icon">
                <Icon name={type.icon} size={16} />
              </span>
              <span>
                <strong>{type.title}</strong>
                <span>{type.description}</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
      <p>
        Or press <kbd class="kbd">/</kbd>, or drag a node here.
      </p>
    </section>
  );
}
