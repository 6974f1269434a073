import { islands } from "./registry.ts";
import { startPage } from "./start_page.ts";

/** The entry of every page but the editor's. */
startPage(islands);
