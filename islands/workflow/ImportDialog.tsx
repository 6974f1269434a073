import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Problem } from "../../engine/schemas/problem.ts";
import { ErrorCard } from "../../routes/pages/components/error_card.tsx";
import { Field } from "../../routes/pages/components/form.tsx";
import { Icon } from "../../routes/pages/components/icon.tsx";
import { Dialog } from "../shared/Dialog.tsx";
import { importWorkflow, parseTyped } from "./workflow_calls.ts";

const SHAPE = '{ "name": "…", "nodes": [ … ], "edges": [ … ] }';

/** Takes a workflow as JSON from a file, a drop or the clipboard; what is refused stands beside it. */
export function ImportDialog({ open, onClose }: { open: boolean; onClose: () => void }): JSX.Element {
  return (
    <Dialog open={open} title="Import a workflow" onClose={onClose}>
      <ImportForm />
    </Dialog>
  );
}

function ImportForm(): JSX.Element {
  const [text, setText] = useState("");
  const [fileName, setFileName] = useState("");
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);

  async function take(file: File | undefined): Promise<void> {
    if (!file) return;
    setText(await file.text());
    setFileName(file.name);
    setProblem(null);
  }
  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    const parsed = parseTyped(text);
    if (!parsed.ok) return setProblem(parsed.problem);
    setBusy(true);
    const answer = await importWorkflow(withName(parsed.data, fileName));
    if (answer.ok) return location.assign(`/workflow/${answer.data.id}`);
    setBusy(false);
    setProblem(answer.problem);
  }
  function drop(event: DragEvent): void {
    event.preventDefault();
    take(event.dataTransfer?.files[0]);
  }

  return (
    <form class="grid gap-4" onSubmit={submit} onDragOver={(e) => e.preventDefault()} onDrop={drop}>
      <Field id="import-file" label="File" hint="Or drop it here, or paste its text below.">
        <input
          id="import-file"
          class="input"
          type="file"
          accept=".json,application/json"
          aria-describedby="import-file-hint"
          onInput={(e) => take(e.currentTarget.files?.[0])}
        />
      </Field>
      <Field id="import-text" label="Workflow as JSON">
        <textarea
          id="import-text"
          class="input mono"
          rows={10}
          spellcheck={false}
          placeholder={SHAPE}
          value={text}
          onInput={(e) => setText(e.currentTarget.value)}
        />
      </Field>
      {problem ? <ErrorCard problem={problem} /> : null}
      <button
        type="submit"
        class="button justify-self-start"
        data-kind="primary"
        disabled={busy || !text.trim()}
      >
        <Icon name="upload" /> {busy ? "Importing …" : "Import"}
      </button>
    </form>
  );
}

/** A bare graph gets its file's name; everything else is for the server to judge. */
function withName(document: unknown, fileName: string): unknown {
  const bare = typeof document === "object" && document !== null && !Array.isArray(document) &&
    !("name" in document);
  return bare && fileName ? { name: fileName.replace(/\.json$/i, ""), ...document } : document;
}
