import type { JSX } from "preact";
import { Command } from "../../../routes/pages/components/command.tsx";
import { curlFor, hookCallOf } from "../../../routes/pages/components/curl.ts";
import { Copyable } from "../../../routes/pages/components/id.tsx";
import { useEditor } from "../editor_context.ts";

/** Every trigger with an address of its own, and a command that calls it. */
export function Starts(): JSX.Element | null {
  const { draft, types, publicUrl } = useEditor();
  const calls = draft.document.nodes.flatMap(({ id, type, data }) => {
    const call = types.of(type)?.kind === "trigger" ? hookCallOf(data.config) : null;
    return call ? [{ id, call }] : [];
  });
  if (calls.length === 0) return null;
  return (
    <section class="grid grid-cols-1 gap-3">
      <h3 class="font-medium">{calls.length === 1 ? "Webhook" : "Webhooks"}</h3>
      {draft.live.version === null
        ? <p class="text-soft">Answers as soon as the workflow is published.</p>
        : null}
      {calls.map(({ id, call }) => (
        <div key={id} class="grid grid-cols-1 gap-2">
          <Copyable value={`${publicUrl}/hooks/${call.path}`} label="webhook address" />
          <Command text={curlFor(publicUrl, call)} label="curl command" />
        </div>
      ))}
    </section>
  );
}
