import { render } from "preact";
import type { JSX, TargetedKeyboardEvent } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../../routes/pages/components/icon.tsx";
import { readPages, searchTargets, targetsFor } from "./jump_targets.ts";
import type { Target } from "./jump_targets.ts";

/** Typing rests so long before the server is asked. */
const REST_MS = 150;
const LIST = "jump-list";

/** Opens the dialog, once; it is gone again when it is closed. */
export function openJump(root: Document): void {
  if (root.getElementById("jump") !== null || root.querySelector("dialog[open]") !== null) return;
  const place = root.createElement("div");
  root.body.append(place);
  const close = (): void => {
    render(null, place);
    place.remove();
  };
  render(<Jump pages={readPages(root)} onClose={close} />, place);
}

function Jump({ pages, onClose }: { pages: readonly Target[]; onClose(): void }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const found = useFound(text);
  const targets = targetsFor(text, pages, found);
  useEffect(() => dialog.current?.showModal(), []);
  const go = (target: Target | undefined): void => {
    if (target) location.assign(target.href);
  };
  const onKeyDown = (event: TargetedKeyboardEvent<HTMLInputElement>): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && targets.length > 0) {
      setAt((before) => (Math.min(before, targets.length - 1) + step + targets.length) % targets.length);
    } else if (event.key === "Enter") go(targets[at] ?? targets[0]);
    else return;
    event.preventDefault();
  };
  const active = Math.min(at, targets.length - 1);
  return (
    <dialog ref={dialog} id="jump" class="dialog mt-[12dvh] p-3" aria-label="Jump to" onClose={onClose}>
      <input
        class="input"
        type="text"
        inputMode="search"
        role="combobox"
        list={undefined}
        aria-label="Page, workflow or lead"
        aria-expanded="true"
        aria-controls={LIST}
        aria-activedescendant={active < 0 ? undefined : `jump-${active}`}
        placeholder="Page, workflow or lead"
        autocomplete="off"
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <ul id={LIST} role="listbox" aria-label="Found" class="mt-2 grid max-h-[50dvh] overflow-y-auto">
        {targets.map((target, index) => (
          <Line
            key={target.href}
            target={target}
            id={`jump-${index}`}
            active={index === active}
            onChoose={() => go(target)}
          />
        ))}
      </ul>
    </dialog>
  );
}

interface LineProps {
  target: Target;
  id: string;
  active: boolean;
  onChoose(): void;
}

function Line({ target, id, active, onChoose }: LineProps): JSX.Element {
  const line = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (active) line.current?.scrollIntoView({ block: "nearest" });
  }, [active]);
  return (
    <li
      ref={line}
      id={id}
      role="option"
      aria-selected={active}
      class={`jump-line${active ? " bg-sunken" : ""}`}
      onClick={onChoose}
    >
      <Icon name={target.icon} size={16} class="text-soft" />
      <span class="min-w-0 flex-1 truncate">{target.name}</span>
      <span class="max-w-[45%] truncate text-sm text-soft">{target.kind}</span>
    </li>
  );
}

/** What the server finds for the text, once typing rests; an answer that comes late is nobody's. */
function useFound(text: string): readonly Target[] {
  const [found, setFound] = useState<readonly Target[]>([]);
  useEffect(() => {
    let wanted = true;
    if (text.trim() === "") setFound([]);
    else {
      const timer = setTimeout(async () => {
        const targets = await searchTargets(text.trim());
        if (wanted) setFound(targets);
      }, REST_MS);
      return () => {
        wanted = false;
        clearTimeout(timer);
      };
    }
  }, [text]);
  return found;
}
