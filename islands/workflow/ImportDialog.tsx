import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { ImportAnswer } from "../../engine/schemas/import.ts";
import type { Problem } from "../../engine/schemas/problem.ts";
import { ErrorCard } from "../../routes/pages/components/error_card.tsx";
import { Field } from "../../routes/pages/components/form.tsx";
import { Icon } from "../../routes/pages/components/icon.tsx";
import { Dialog } from "../shared/Dialog.tsx";
import { importFile, parseTyped } from "./workflow_calls.ts";

const SHAPE = '{ "name": "…", "nodes": [ … ], "edges": [ … ] }';

/** Takes a workflow of ours or of n8n from a file, a drop or the clipboard; what is refused stands beside it. */
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
  const [made, setMade] = useState<ImportAnswer | null>(null);

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
    const answer = await importFile(parsed.data, nameFor(parsed.data, fileName));
    if (!answer.ok) {
      setBusy(false);
      return setProblem(answer.problem);
    }
    if (answer.data.report.length > 0) setMade(answer.data);
    else location.assign(`/workflow/${answer.data.workflow.id}`);
  }
  function drop(event: DragEvent): void {
    event.preventDefault();
    take(event.dataTransfer?.files[0]);
  }

  if (made) return <Report made={made} />;
  return (
    <form class="grid gap-4" onSubmit={submit} onDragOver={(e) => e.preventDefault()} onDrop={drop}>
      <Field
        id="import-file"
        label="File"
        hint="Exported here or from n8n. Or drop it here, or paste its text below."
      >
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

/** What became of each node of a file from elsewhere; what is left to do stands first. */
function Report({ made: { workflow, report } }: { made: ImportAnswer }): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  // The button that had the focus is gone: what it brought is where to go on.
  useEffect(() => heading.current?.focus(), []);
  const open = report.filter(({ note }) => note !== "");
  const lines = [...open, ...report.filter(({ note }) => note === "")];
  return (
    <div class="grid gap-4" data-import-report>
      <h3 ref={heading} tabIndex={-1} class="font-medium outline-none">
        {workflow.name}: {report.length} {report.length === 1 ? "node" : "nodes"} taken over,{" "}
        {open.length === 0 ? "nothing is left to do" : `${open.length} to look at`}
      </h3>
      <ul class="grid gap-3">
        {lines.map(({ node, became, note }) => (
          <li key={node}>
            <p>
              <span class="font-medium">{node}</span> <span class="text-soft">became {became}</span>
            </p>
            {note ? <p class="text-soft">{note}</p> : null}
          </li>
        ))}
      </ul>
      <a class="button justify-self-start" data-kind="primary" href={`/workflow/${workflow.id}`}>
        Open the workflow
      </a>
    </div>
  );
}

/** A bare graph gets its file's name; everything else is for the server to judge. */
function nameFor(document: unknown, fileName: string): string | undefined {
  const bare = typeof document === "object" && document !== null && !Array.isArray(document) &&
    !("name" in document);
  return bare && fileName ? fileName.replace(/\.json$/i, "") || undefined : undefined;
}
