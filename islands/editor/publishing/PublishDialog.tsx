import type { JSX, RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Problem } from "../../../engine/schemas/problem.ts";
import type { Issue } from "../../../engine/schemas/workflow.ts";
import { ErrorCard } from "../../../routes/pages/components/error_card.tsx";
import { Field } from "../../../routes/pages/components/form.tsx";
import { Icon } from "../../../routes/pages/components/icon.tsx";
import { callApi } from "../../shared/api.ts";
import { Dialog } from "../../shared/Dialog.tsx";
import { setName } from "../document/edits.ts";
import { failWords } from "../document/secrets.ts";
import { useEditor } from "../editor_context.ts";
import { ProblemList } from "../frame/ProblemList.tsx";
import { unsavedWords } from "./publish_words.ts";
import { useMissingSecrets } from "../use_resources.ts";
import { NameField } from "./NameField.tsx";
import { PublishFacts } from "./PublishFacts.tsx";
import { Published } from "./Published.tsx";
import { unsaved, usePreview } from "./use_preview.ts";

/**
 * Before a version goes live: what keeps it from running, or what it begins and changes; then what it came to. It opens
 * with what the browser knows, and what only the server knows is filled in.
 */
export function PublishDialog({ problems }: { problems: readonly Issue[] }): JSX.Element {
  const { draft, review, lookAt } = useEditor();
  const [done, setDone] = useState<{ version: number; older: boolean } | null>(null);
  const open = review?.kind === "publish";
  useEffect(() => {
    if (!open) setDone(null);
  }, [open]);
  const next = (draft.live.version ?? 0) + 1;
  const title = done
    ? `Version ${done.version} is live`
    : problems.length
    ? "Not published yet"
    : `Publish version ${next}`;
  return (
    <Dialog open={open} title={title} onClose={() => open && lookAt(null)}>
      {done
        ? <Published {...done} onDone={() => lookAt(null)} />
        : <Before problems={problems} next={next} onPublished={setDone} />}
    </Dialog>
  );
}

interface BeforeProps {
  problems: readonly Issue[];
  next: number;
  onPublished(done: { version: number; older: boolean }): void;
}

function Before({ problems, next, onPublished }: BeforeProps): JSX.Element {
  const { draft, workflowId, lookAt } = useEditor();
  const { preview, problem, again } = usePreview();
  const [note, setNote] = useState("");
  const [name, setNameTyped] = useState("");
  const [refused, setRefused] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const found = problems.length ? problems : refused?.issues ?? preview?.issues ?? [];
  if (found.length) return <Hindered problems={found} onChosen={() => lookAt(null)} />;

  const publish = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    const called = name.trim();
    if (called) draft.edit("Rename", (doc) => setName(doc, called), "name");
    const answer = await draft.alone((revision) =>
      callApi<{ version: number }>("POST", `/api/workflow/${encodeURIComponent(workflowId)}/publish`, {
        body: { revision, ...(note.trim() ? { note: note.trim() } : {}) },
      })
    );
    setBusy(false);
    if (!answer) return setRefused(unsaved(unsavedWords(draft.state)));
    if (answer.ok) {
      const { version } = answer.data;
      onPublished({ version, older: version > 1 && preview?.running.total !== 0 });
      return draft.published(version);
    }
    setRefused(answer.problem);
    if (answer.problem.status !== 412) return;
    // Somebody saved in between: what is drawn is theirs too by now, so it is shown once more.
    await draft.refresh();
    again();
  };
  return (
    <form class="publish" onSubmit={publish}>
      <Lacking onChosen={() => lookAt(null)} />
      <PublishFacts preview={preview} problem={problem} next={next} />
      <NameField value={name} onTyped={setNameTyped} />
      <Field id="publish-note" label="Note" hint="What changed, for whoever reads the history. Optional.">
        <textarea
          id="publish-note"
          class="input"
          rows={2}
          maxLength={2_000}
          aria-describedby="publish-note-hint"
          value={note}
          onInput={(event) => setNote(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
            event.preventDefault();
            event.currentTarget.form?.requestSubmit();
          }}
        />
      </Field>
      {refused ? <ErrorCard problem={refused} /> : null}
      <div class="publish-act">
        <button type="submit" class="button" data-kind="primary" autofocus aria-disabled={busy}>
          <Icon name="upload" size={16} />
          {busy ? "Publishing …" : `Publish version ${next}`}
        </button>
      </div>
    </form>
  );
}

/** What nothing keeps from being published, and yet would fail. */
function Lacking({ onChosen }: { onChosen(): void }): JSX.Element | null {
  const missing = useMissingSecrets();
  const { ref, leave } = useLeaving(onChosen);
  if (!missing.length) return null;
  return (
    <div class="grid gap-2" role="group" aria-label="What would fail" ref={ref}>
      <p class="font-medium">It can go live, but {failWords(missing)}. Choose it to go there.</p>
      <ProblemList problems={missing} onChosen={leave} />
    </div>
  );
}

function Hindered({ problems, onChosen }: { problems: readonly Issue[]; onChosen(): void }): JSX.Element {
  const { ref, leave } = useLeaving(onChosen);
  return (
    <div class="grid gap-3" ref={ref}>
      <p>
        {problems.length === 1
          ? "One thing keeps it from running. Choose it to go where it is mended."
          : `${problems.length} things keep it from running. Choose one to go where it is mended.`}
      </p>
      <ProblemList problems={problems} onChosen={leave} />
    </div>
  );
}

function useLeaving(onChosen: () => void): { ref: RefObject<HTMLDivElement | null>; leave(): void } {
  const ref = useRef<HTMLDivElement | null>(null);
  const leave = (): void => {
    // At once: as long as a dialog is open, no field behind it takes the focus.
    ref.current?.closest("dialog")?.close();
    onChosen();
  };
  return { ref, leave };
}
