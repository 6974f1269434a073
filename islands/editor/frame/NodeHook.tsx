import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { HookState } from "../../../engine/schemas/hook.ts";
import { ErrorCard } from "../../../routes/pages/components/error_card.tsx";
import { HookReport } from "../../../routes/pages/components/hook_report.tsx";
import { type Answer, callApi } from "../../shared/api.ts";
import { useEditor } from "../editor_context.ts";
import { Section } from "../inspector/Section.tsx";

/** Above the form of a webhook: what came lately, and why it was not let in. */
export function NodeHook({ nodeId }: { nodeId: string }): JSX.Element {
  const { workflowId, draft } = useEditor();
  // What is drawn is known there once it is saved.
  const path = useRef<unknown>(undefined);
  const drawn = draft.document.nodes.find(({ id }) => id === nodeId);
  if (draft.state.kind === "saved") path.current = drawn?.data.config.path;
  const [answer, setAnswer] = useState<Answer<{ items: HookState[] }> | null>(null);
  const [busy, setBusy] = useState(false);
  async function look(isWanted: () => boolean = () => true): Promise<void> {
    setBusy(true);
    const came = await callApi<{ items: HookState[] }>(
      "GET",
      `/api/workflow/${encodeURIComponent(workflowId)}/webhooks`,
    );
    if (!isWanted()) return;
    setAnswer(came);
    setBusy(false);
  }
  useEffect(() => {
    let here = true;
    void look(() => here);
    return () => {
      here = false;
    };
  }, [nodeId, draft.live.version, path.current]);
  const hooks = answer?.ok ? answer.data.items.filter((hook) => hook.nodeId === nodeId) : [];
  return (
    <Section title="Live">
      {answer === null
        ? <p class="text-soft" role="status">Looking …</p>
        : answer.ok
        ? hooks.length
          ? hooks.map((hook) => <HookReport key={hook.path} hook={hook} />)
          : <p class="text-soft">It listens as soon as it has a path and the workflow is published.</p>
        : <ErrorCard problem={answer.problem} />}
      <button
        type="button"
        class="button mt-2 justify-self-start"
        aria-disabled={busy}
        onClick={() => busy || void look()}
      >
        {busy ? "Looking …" : "Look again"}
      </button>
    </Section>
  );
}
