import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Icon } from "../../../routes/pages/components/icon.tsx";
import { type Choice, useEditor } from "../editor_context.ts";
import { type Command, commandsFor, ranked } from "./commands.ts";

const SHOWN = 60;

/** One list for everything by keyboard: what to add, where to go, what to do. Beside the pointer it offers nodes only. */
export function Chooser({ choice, onClose }: { choice: Choice; onClose(): void }): JSX.Element {
  const editor = useEditor();
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const dialog = useRef<HTMLDialogElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const all = useMemo(() => commandsFor(editor, choice.place), []);
  const found = ranked(all, text).slice(0, SHOWN);
  const chosen = Math.min(at, found.length - 1);

  useEffect(() => dialog.current?.showModal(), []);
  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [chosen, text]);

  const run = (command: Command | undefined): void => {
    if (!command) return;
    dialog.current?.close();
    command.run();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step) {
      event.preventDefault();
      setAt((chosen + step + found.length) % Math.max(1, found.length));
    } else if (event.key === "Enter") {
      event.preventDefault();
      run(found[chosen]);
    }
  };
  const label = choice.place ? "Which node?" : "What to do?";
  return (
    <dialog
      ref={dialog}
      class="chooser"
      aria-label={label}
      data-beside={choice.at ? "" : undefined}
      style={choice.at ? beside(choice.at) : undefined}
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && dialog.current?.close()}
    >
      <input
        class="chooser-input"
        type="text"
        role="combobox"
        aria-expanded="true"
        aria-controls="chooser-list"
        aria-activedescendant={found[chosen] ? `choose-${chosen}` : undefined}
        aria-label={label}
        placeholder={choice.place ? "Search nodes" : "Add, go to, connect, publish …"}
        autocomplete="off"
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <ul id="chooser-list" role="listbox" aria-label={label} ref={list}>
        {found.map((command, index) => (
          <li
            key={command.id}
            id={`choose-${index}`}
            role="option"
            aria-selected={index === chosen}
            data-category={command.category}
            onPointerMove={() => setAt(index)}
            onClick={() => run(command)}
          >
            <span class="node-icon">
              <Icon name={command.icon} size={16} />
            </span>
            <span class="min-w-0 flex-1">
              <span class="block truncate">{command.label}</span>
              {command.hint
                ? <span class="block truncate text-soft text-[0.8125rem]">{command.hint}</span>
                : null}
            </span>
            {command.keys ? <kbd class="kbd">{command.keys}</kbd> : null}
          </li>
        ))}
        {found.length ? null : <li class="text-soft px-3 py-2">Nothing found</li>}
      </ul>
    </dialog>
  );
}

/** Near the pointer, and inside the window. */
function beside({ x, y }: { x: number; y: number }): { left: string; top: string } {
  const [width, height] = [340, 420];
  return {
    left: `${Math.max(8, Math.min(x, innerWidth - width - 8))}px`,
    top: `${Math.max(8, Math.min(y, innerHeight - height - 8))}px`,
  };
}
