import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Command } from "../../../routes/pages/components/command.tsx";
import { curlFor, hookCallOf } from "../../../routes/pages/components/curl.ts";
import { Icon } from "../../../routes/pages/components/icon.tsx";
import { later } from "../../shared/later.tsx";
import { useEditor } from "../editor_context.ts";

const Migration = later(async () => (await import("../../workflow/Migration.tsx")).Migration);

interface PublishedProps {
  version: number;
  /** Executions of older versions may be under way. */
  older: boolean;
  onDone(): void;
}

/** A version is live: how to try it, and what becomes of executions that began before. */
export function Published({ version, older, onDone }: PublishedProps): JSX.Element {
  const { draft, types, publicUrl, workflowId } = useEditor();
  const done = useRef<HTMLButtonElement>(null);
  // The button that was pressed is gone; whoever works by keyboard goes on here.
  useEffect(() => done.current?.focus(), []);
  const calls = draft.document.nodes.flatMap(({ type, data }) => {
    const call = types.of(type)?.kind === "trigger" ? hookCallOf(data.config) : null;
    return call ? [call] : [];
  });
  return (
    <div class="publish">
      <p class="notice" data-tone="good" role="status">
        <Icon name="check" size={18} class="mt-0.5" />
        <span>Version {version} is live: whatever starts from now on runs it.</span>
      </p>
      {calls.map((call) => (
        <section key={call.path} class="grid grid-cols-1 gap-2" aria-label={`Try /hooks/${call.path}`}>
          <h3>Try it from a terminal</h3>
          <Command text={curlFor(publicUrl, call)} label="curl command" />
        </section>
      ))}
      {older ? <Migration workflowId={workflowId} version={version} /> : null}
      <div class="publish-act">
        <a class="link" href={`/executions?workflowId=${encodeURIComponent(workflowId)}`}>Its executions</a>
        <button ref={done} type="button" class="button" data-kind="primary" onClick={onDone}>Done</button>
      </div>
    </div>
  );
}
