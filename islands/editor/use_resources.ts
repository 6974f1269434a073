import { useEffect, useMemo, useState } from "preact/hooks";
import type { Issue } from "../../engine/schemas/workflow.ts";
import { callApi } from "../shared/api.ts";
import { missingSecrets } from "./document/secrets.ts";
import { useEditor } from "./editor_context.ts";
import type { Resources } from "./inspector/form_scope.ts";

const EMPTY: Resources = { secrets: null, workflows: [] };
/** What was read last, for whatever is drawn next. */
let known = EMPTY;
let asked: Promise<Resources> | null = null;

/** Names that fields offer: secrets and workflows. Read again when one comes back to the tab: most are made in another. */
export function useResources(): Resources {
  const { maySeeSecrets } = useEditor();
  const [resources, setResources] = useState(known);
  useEffect(() => {
    let left = false;
    const read = async (): Promise<void> => {
      asked ??= fetchResources(maySeeSecrets);
      known = await asked;
      if (!left) setResources(known);
    };
    const readAgain = (): void => {
      asked = null;
      void read();
    };
    void read();
    addEventListener("focus", readAgain);
    return () => {
      left = true;
      removeEventListener("focus", readAgain);
    };
  }, []);
  return resources;
}

async function fetchResources(maySeeSecrets: boolean): Promise<Resources> {
  const [secrets, workflows] = await Promise.all([
    maySeeSecrets ? callApi<{ items: NonNullable<Resources["secrets"]> }>("GET", "/api/secrets") : null,
    callApi<{ items: { id: string; name: string }[] }>("GET", "/api/workflow?limit=200"),
  ]);
  return {
    secrets: secrets?.ok ? secrets.data.items.map(({ name, hosts, from }) => ({ name, hosts, from })) : known.secrets,
    workflows: workflows.ok ? workflows.data.items.map(({ id, name }) => ({ id, name })) : known.workflows,
  };
}

/** Steps of the draft that would fail for want of a secret; none as long as it is not known which are stored. */
export function useMissingSecrets(): readonly Issue[] {
  const { draft } = useEditor();
  const { secrets } = useResources();
  return useMemo(
    () => secrets ? missingSecrets(draft.document, new Set(secrets.map(({ name }) => name))) : [],
    [draft.document, secrets],
  );
}
