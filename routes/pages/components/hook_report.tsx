import type { JSX } from "preact";
import { adviceFor } from "../../../engine/core/hook_refusals.ts";
import { hookRateInWords } from "../../../engine/core/hook_rate.ts";
import type { HookRefusal, HookState } from "../../../engine/schemas/hook.ts";
import { Badge } from "./badge.tsx";
import { countWords } from "./metric_words.ts";
import { Time } from "./time.tsx";

/** So many stand there at once: what the owner came for is the form below them. */
const SHOWN = 3;

/** One address of a webhook: when the last call came, and which were refused, with what can be done about it. */
export function HookReport({ hook }: { hook: HookState }): JSX.Element {
  const { live, rate, refused: { total, items } } = hook;
  return (
    <div class="grid grid-cols-1 gap-2">
      {live ? <LastCall hook={hook} /> : <NotLive hook={hook} />}
      {rate ? <p>{`It takes at most ${hookRateInWords(rate)}.`}</p> : null}
      {total > 0
        ? <p class="font-medium">{callsWords(total)} refused lately:</p>
        : live
        ? <p class="text-soft">No call was refused lately.</p>
        : null}
      {total > 0 ? <RefusedList items={items.slice(0, SHOWN)} before={[]} /> : null}
      {items.length > SHOWN
        ? (
          <details>
            <summary class="link w-fit cursor-pointer py-3 sm:py-1.5">{items.length - SHOWN} more</summary>
            <RefusedList items={items.slice(SHOWN)} before={items.slice(0, SHOWN)} />
          </details>
        )
        : null}
    </div>
  );
}

function RefusedList(
  { items, before }: { items: readonly HookRefusal[]; before: readonly HookRefusal[] },
): JSX.Element {
  return (
    <ul class="card divide-y divide-line" aria-label="Refused calls, newest first">
      {items.map((one, i) => {
        const { code, method, from, text } = one;
        // What to do is said once.
        const isFirst = ![...before, ...items.slice(0, i)].some((other) => other.code === code);
        return (
          <Refused
            key={`${code} ${method} ${from} ${text}`}
            one={one}
            advice={isFirst ? adviceFor(code) : null}
          />
        );
      })}
    </ul>
  );
}

function LastCall({ hook: { accepted, path } }: { hook: HookState }): JSX.Element {
  return accepted
    ? (
      <p>
        Last call at <code class="mono break-all">/hooks/{path}</code> that was accepted:{" "}
        <a class="link" href={`/executions/${accepted.executionId}`}>
          <Time at={accepted.at} />
        </a>
      </p>
    )
    : (
      <p>
        None of the newest executions was started by a call at{" "}
        <code class="mono break-all">/hooks/{path}</code>.
      </p>
    );
}

function NotLive({ hook: { path, unheard } }: { hook: HookState }): JSX.Element {
  return (
    <>
      <p>
        Nothing listens at <code class="mono break-all">/hooks/{path}</code> yet: publish the workflow.
      </p>
      {unheard
        ? (
          <p>
            {callsWords(unheard.count)} found nobody there, the last one{" "}
            <Time at={unheard.lastAt} />. Let the sender send again after you have published.
          </p>
        )
        : null}
    </>
  );
}

function Refused({ one, advice }: { one: HookRefusal; advice: string | null }): JSX.Element {
  const { status, text, method, contentType, size, from, count, firstAt, lastAt } = one;
  const call = [
    method,
    contentType ?? "no content type",
    size === null ? "of unknown size" : size === 1 ? "1 byte" : `${countWords(size)} bytes`,
    from === "unknown" ? "from an unknown address" : `from ${from}`,
  ];
  return (
    <li class="grid grid-cols-1 gap-0.5 px-3 py-2">
      <span class="flex flex-wrap items-baseline gap-x-2">
        <Badge tone="bad">{status}</Badge>
        <Time at={lastAt} />
        {count > 1
          ? (
            <span class="text-soft">
              {countWords(count)} times, first <Time at={firstAt} />
            </span>
          )
          : null}
      </span>
      <span class="font-medium break-words">{text}</span>
      {advice ? <span class="break-words">{advice}</span> : null}
      <span class="text-sm text-soft break-words">{call.join(", ")}</span>
    </li>
  );
}

function callsWords(count: number): string {
  return count === 1 ? "1 call" : `${countWords(count)} calls`;
}
