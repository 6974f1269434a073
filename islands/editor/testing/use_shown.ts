import { useState } from "preact/hooks";
import type { Editor } from "../editor_context.ts";
import { type DrawerTab, NOTHING_SHOWN, type Shown } from "./shown.ts";

type Testing = Pick<Editor, "shown" | "drawer" | "openDrawer" | "watched" | "watch">;

/** What the editor knows of tests and watching while their own code has not come yet. */
export function useShown(): Testing & { onShow(shown: Shown): void } {
  const [shown, onShow] = useState(NOTHING_SHOWN);
  const [drawer, openDrawer] = useState<DrawerTab | null>(null);
  const [watched, watch] = useState(() => new URLSearchParams(location.search).get("execution"));
  return { shown, onShow, drawer, openDrawer, watched, watch };
}
