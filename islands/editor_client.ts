import { startPage } from "./start_page.ts";

/** The entry of the editor's page: bundled by itself, so that other pages are not cut into pieces along its seams. */
startPage({ "editor/Editor": async () => (await import("./editor/Editor.tsx")).Editor });
