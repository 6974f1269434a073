import { later } from "../shared/later.tsx";

/** What the canvas can be drawn without: it comes when the page is idle, or when it is first needed. */
export const Inspector = later(async () => (await import("./inspector/Inspector.tsx")).Inspector);
export const Chooser = later(async () => (await import("./palette/Chooser.tsx")).Chooser);
export const ConflictDialog = later(async () => (await import("./frame/ConflictDialog.tsx")).ConflictDialog);
export const Dialogs = later(async () => (await import("./frame/Dialogs.tsx")).Dialogs);
export const LastRun = later(async () => (await import("./testing/LastRun.tsx")).LastRun);
export const NodeLive = later(async () => (await import("./frame/NodeLive.tsx")).NodeLive);
export const Testing = later(async () => (await import("./testing/Testing.tsx")).Testing);
export const PublishDialog = later(async () =>
  (await import("./publishing/PublishDialog.tsx")).PublishDialog
);
export const ReviewPanel = later(async () => (await import("./publishing/ReviewPanel.tsx")).ReviewPanel);
export const ReviewBar = later(async () => (await import("./publishing/ReviewBar.tsx")).ReviewBar);
export const EdgePanel = later(async () => (await import("./frame/EdgePanel.tsx")).EdgePanel);
export const NotePanel = later(async () => (await import("./frame/NotePanel.tsx")).NotePanel);
export const SeveralPanel = later(async () => (await import("./frame/SeveralPanel.tsx")).SeveralPanel);
export const News = later(async () => (await import("./publishing/News.tsx")).News);
export const DraftRules = later(async () => (await import("./publishing/DraftRules.tsx")).DraftRules);

/** Brings what a person is likely to want next. */
export function prefetchParts(): void {
  for (const part of [Inspector, Chooser, Dialogs, PublishDialog, EdgePanel, NotePanel, SeveralPanel]) {
    part.prefetch();
  }
}
