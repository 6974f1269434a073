import { useEffect, useMemo, useState } from "preact/hooks";
import type { Issue } from "../../engine/schemas/workflow.ts";
import { callApi } from "../shared/api.ts";
import { missingSecrets } from "./document/secrets.ts";
import { useEditor } from "./editor_context.ts";
import type { Resources } from "./inspector/form_scope.ts";

const EMPTY: Resources = { secrets: null, workflows: [] };

/** Names that fields offer: secrets and workflows. Read again when one comes back to the tab: most are made in another. */
export function useNamed(maySeeSecrets: boolean): Resources {
  const [resources, setResources] = useState(EMPTY);
  useEffect(() => {
    let left = false;
    const read = async (): Promise<void> => {
      const found = await readResources(maySeeSecrets);
      if (!left) setResources((before) => ({ ...before, ...found }));
    };
    const again = (): void => void read();
    again();
    addEventListener("focus", again);
    return () => {
      left = true;
      removeEventListener("focus", again);
    };
  }, []);
  return resources;
}

/** What could be read; what could not stays as it was. */
async function readResources(maySeeSecrets: boolean): Promise<Partial<Resources>> {
  const [secrets, workflows] = await Promise.all([
    maySeeSecrets ? callApi<{ items: NonNullable<Resources["secrets"]> }>("GET", "/api/secrets") : null,
    callApi<{ items: { id: string; name: string }[] }>("GET", "/api/workflow?limit=200"),
  ]);
  return {
    ...secrets?.ok
      ? { secrets: secrets.data.items.map(({ name, hosts, from }) => ({ name, hosts, from })) }
      : {},
    ...workflows.ok ? { workflows: workflows.data.items.map(({ id, name }) => ({ id, name })) } : {},
  };
}

/** Steps of the draft that would fail for want of a secret; none as long as it is not known which are stored. */
export function useMissingSecrets(): readonly Issue[] {
  const { draft, types, resources: { secrets } } = useEditor();
  return useMemo(() => {
    const stored = secrets && new Set(secrets.map(({ name }) => name));
    return stored ? missingSecrets(draft.document, stored, (type) => types.of(type)?.schema) : [];
  }, [draft.document, types, secrets]);
}
