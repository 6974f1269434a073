import { useEffect, useReducer, useRef } from "preact/hooks";
import type { Workflow } from "../../engine/schemas/workflow.ts";
import { callApi } from "../shared/api.ts";
import { Draft } from "./draft.ts";
import type { DraftWorld } from "./draft_world.ts";

/** So often a page in sight looks whether somebody else saved. */
const LOOK_MS = 10_000;

/** The draft of a workflow, live: repaints when it changes, saves by itself, notices what others saved. */
export function useWorkflow(workflow: Workflow): Draft {
  const [, repaint] = useReducer((count: number) => count + 1, 0);
  const ref = useRef<Draft | null>(null);
  ref.current ??= new Draft(workflow, browserWorld(workflow.id), () => repaint(undefined));
  const draft = ref.current;
  useEffect(() => watchWorld(draft), []);
  return draft;
}

function browserWorld(id: string): DraftWorld {
  const path = `/api/workflow/${encodeURIComponent(id)}`;
  const keyOf = (name: string): string => `leadflow.${name}.${id}`;
  return {
    save: (change, revision) =>
      callApi<Workflow>("PUT", path, {
        body: change,
        headers: { "if-match": `"${revision}"` },
        lasting: true,
      }),
    read: () => callApi<Workflow>("GET", path),
    now: () => Date.now(),
    later(call, ms): () => void {
      const timer = setTimeout(call, ms);
      return () => clearTimeout(timer);
    },
    keep(name, text): void {
      try {
        if (text === null) sessionStorage.removeItem(keyOf(name));
        else sessionStorage.setItem(keyOf(name), text);
      } catch {
        // Full or forbidden: what is saved on the server is safe, only the undo history ends with this page.
      }
    },
    kept(name): string | null {
      try {
        return sessionStorage.getItem(keyOf(name));
      } catch {
        return null;
      }
    },
  };
}

function watchWorld(draft: Draft): () => void {
  const look = (): void => {
    if (document.visibilityState === "visible") void draft.refresh();
  };
  const leave = (): void => {
    draft.persist();
    void draft.flush();
  };
  const wake = (): void => draft.wake();
  const timer = setInterval(look, LOOK_MS);
  document.addEventListener("visibilitychange", look);
  addEventListener("focus", look);
  addEventListener("online", wake);
  addEventListener("pagehide", leave);
  return () => {
    clearInterval(timer);
    document.removeEventListener("visibilitychange", look);
    removeEventListener("focus", look);
    removeEventListener("online", wake);
    removeEventListener("pagehide", leave);
  };
}
