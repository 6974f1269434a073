import type { ComponentChildren, JSX } from "preact";
import type { Problem } from "../../../engine/schemas/problem.ts";
import { Icon } from "./icon.tsx";

/** A problem (RFC 9457) where it arose: what, why, and every field it names with what is accepted. */
export function ErrorCard(
  { problem, children }: { problem: Problem; children?: ComponentChildren },
): JSX.Element {
  const { detail, title, issues = [] } = problem;
  // Many details are their issues joined: nothing is said twice.
  const joined = issues.length > 0 && issues.every(({ message }) => detail.includes(message));
  const [only] = issues;
  return (
    <div class="notice" data-tone="bad" role="alert">
      <Icon name="alert" size={18} class="mt-0.5 shrink-0" />
      <div class="min-w-0 flex-1">
        <p class="font-medium">{joined && issues.length > 1 ? title : detail || title}</p>
        {joined && issues.length === 1
          ? <Accepted accepted={only?.accepted} />
          : issues.length > 0
          ? <IssueList issues={issues} />
          : null}
        {children ?? null}
      </div>
    </div>
  );
}

function Accepted({ accepted }: { accepted: string | undefined }): JSX.Element | null {
  return accepted ? <p class="text-sm text-soft">Accepted: {accepted}</p> : null;
}

/** Issues as a list: the place, what is wrong, what is accepted. */
export function IssueList({ issues }: { issues: NonNullable<Problem["issues"]> }): JSX.Element {
  return (
    <ul class="mt-1 space-y-1">
      {issues.map((issue) => (
        <li key={`${issue.path} ${issue.message}`} class="text-sm break-words">
          {issue.path ? <code class="mono mr-1.5">{issue.path}</code> : null}
          {issue.message}
          {issue.accepted ? <span class="text-soft">{` — accepted: ${issue.accepted}`}</span> : null}
        </li>
      ))}
    </ul>
  );
}
