import type { JSX } from "preact";
import { PanelHead } from "./PanelHead.tsx";
import { VersionButtons } from "./VersionRow.tsx";
import { Time } from "../../../routes/pages/components/time.tsx";
import { useVersions } from "./versions.ts";

/** A version that is drawn: what it is, and what can be done with it. */
export function VersionPanel({ version }: { version: number }): JSX.Element {
  const { versions } = useVersions();
  const details = versions?.find((each) => each.version === version);
  return (
    <div class="panel">
      <PanelHead title={details?.name ? `Version ${version}: ${details.name}` : `Version ${version}`} />
      <p>As it was published. Choose a node to see how it was set; nothing can be changed here.</p>
      {details?.note ? <p class="whitespace-pre-wrap break-words">{details.note}</p> : null}
      {details
        ? (
          <p class="text-soft">
            {details.publishedBy} · <Time at={details.publishedAt} />
          </p>
        )
        : null}
      <VersionButtons version={version} />
    </div>
  );
}
