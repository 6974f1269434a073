import type { Connection } from "@xyflow/react";
import { useMemo, useRef } from "preact/hooks";
import { connectable, mayConnect } from "../document/connect.ts";
import { useEditor } from "../editor_context.ts";

export interface Connectable {
  begin(source: string, port: string): void;
  end(): void;
  may(connection: Pick<Connection, "source" | "target"> & { sourceHandle?: string | null }): boolean;
  /** Why the edge being pulled may not end at this node; null when it may. */
  reasonFor(target: string): string | null;
}

/** What an edge may lead to, found once when it begins to be pulled. */
export function useConnectable(): Connectable {
  const editor = useEditor();
  const latest = useRef(editor);
  latest.current = editor;
  const reasons = useRef<ReadonlyMap<string, string | null>>(new Map());
  return useMemo(() => ({
    begin(source, port): void {
      const { draft, types } = latest.current;
      reasons.current = connectable(draft.document, types.of, source, port);
    },
    end(): void {
      // The last look at a refused target happens after the edge was let go.
    },
    may({ source, sourceHandle, target }): boolean {
      const { draft, types } = latest.current;
      const wanted = { source, sourceHandle, target };
      return mayConnect(draft.document, types.of, wanted) === null;
    },
    reasonFor: (target) => reasons.current.get(target) ?? null,
  }), []);
}
