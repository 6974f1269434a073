import type { ComponentChildren, JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { Problem } from "../../../engine/schemas/problem.ts";
import type { PublishPreview } from "../../../engine/schemas/preview.ts";
import { hookCallOf } from "../../../routes/pages/components/curl.ts";
import { ErrorCard } from "../../../routes/pages/components/error_card.tsx";
import { Icon } from "../../../routes/pages/components/icon.tsx";
import { Copyable } from "../../../routes/pages/components/id.tsx";
import { diffDocuments } from "../document/diff.ts";
import { useEditor } from "../editor_context.ts";
import { countWords, matchingWords, runningWords } from "./publish_words.ts";
import { useDocument } from "./versions.ts";

/** So many sentences of what changes are shown at once. */
const SHOWN = 6;

interface FactsProps {
  preview: PublishPreview | null;
  problem: Problem | null;
  next: number;
}

/** What publishing begins: what starts it, whom it means, the first message, what changes, what is under way. */
export function PublishFacts({ preview, problem, next }: FactsProps): JSX.Element {
  const { draft } = useEditor();
  const { version } = draft.live;
  const running = preview ? runningWords(preview.running, version) : null;
  return (
    <div class="publish-facts">
      <Fact title="Starts it">
        <Starts />
        {preview?.matchingLeads ? <p>{matchingWords(preview.matchingLeads)}.</p> : null}
      </Fact>
      <Fact title="First message">
        {preview
          ? <FirstMessage preview={preview} />
          : problem
          ? <ErrorCard problem={problem} />
          : <p class="text-soft" role="status">Looking …</p>}
      </Fact>
      <Fact title={version === null ? "Changes" : `Changes against version ${version}`}>
        {version === null
          ? <p>Nothing is live yet. This is the first version.</p>
          : <Changes live={version} />}
      </Fact>
      {running
        ? (
          <Fact title="Under way">
            <p>{running}</p>
            <p class="text-soft">Once version {next} is live, you can move them to it.</p>
          </Fact>
        )
        : null}
    </div>
  );
}

function Fact({ title, children }: { title: string; children: ComponentChildren }): JSX.Element {
  return (
    <section class="publish-fact" aria-label={title}>
      <h3>{title}</h3>
      <div class="grid min-w-0 grid-cols-1 gap-1">{children}</div>
    </section>
  );
}

function Starts(): JSX.Element {
  const { draft, cards, publicUrl } = useEditor();
  const triggers = draft.document.nodes.flatMap((node) => {
    const card = cards.get(node.id);
    return card?.kind === "trigger" ? [{ card, call: hookCallOf(node.data.config) }] : [];
  });
  return (
    <ul class="grid min-w-0 grid-cols-1 gap-1">
      {triggers.map(({ card, call }) => (
        <li key={card.id} class="min-w-0" data-category={card.category}>
          <span class="inline-flex items-center gap-2">
            <Icon name={card.icon} size={16} />
            {card.summary || card.title}
          </span>
          {call ? <Copyable value={`${publicUrl}/hooks/${call.path}`} label="webhook address" /> : null}
        </li>
      ))}
    </ul>
  );
}

function FirstMessage({ preview: { firstMessage, notes } }: { preview: PublishPreview }): JSX.Element {
  const why = notes.map((note) => <p key={note} class="text-soft">{note}</p>);
  if (!firstMessage) return <>{why.length ? why : <p>None is sent.</p>}</>;
  const { to, subject, text, lead, at, local } = firstMessage;
  return (
    <>
      <div class="publish-message">
        <p class="text-soft">To {to.join(", ")}</p>
        <p class="font-medium">{subject || "(no subject)"}</p>
        <p class="whitespace-pre-wrap">{text}</p>
      </div>
      <p class="text-soft">
        {lead.sample
          ? `As it would read for ${lead.name}, who is made up: there is no lead yet.`
          : `As it reads for ${lead.name}, the newest lead.`}{" "}
        <time dateTime={at}>{local ? `Sent at ${local}.` : ""}</time>
      </p>
      {why}
    </>
  );
}

/** In sentences, and by a button on the canvas. */
function Changes({ live }: { live: number }): JSX.Element {
  const { draft, types, lookAt } = useEditor();
  const { document: before, problem } = useDocument(live);
  const after = draft.document;
  const diff = useMemo(() => before && diffDocuments(before, after, types.of), [before, after, types]);
  if (problem) return <ErrorCard problem={problem} />;
  if (!diff) return <p class="text-soft" role="status">Looking …</p>;
  if (!diff.words.length) return <p>Nothing: the draft says the same.</p>;
  const more = diff.words.length - SHOWN;
  return (
    <>
      <p class="font-medium">{countWords(diff)}</p>
      <ul class="publish-changes">
        {diff.words.slice(0, SHOWN).map((words) => <li key={words}>{words}</li>)}
        {more > 0 ? <li>{more === 1 ? "and one more change" : `and ${more} more changes`}</li> : null}
      </ul>
      <button
        type="button"
        class="button justify-self-start"
        onClick={() => lookAt({ kind: "comparison", before: live, after: "draft", drawn: null })}
      >
        <Icon name="eye" size={16} /> Show on the canvas
      </button>
    </>
  );
}
