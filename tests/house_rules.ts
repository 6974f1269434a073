/** Holds the rooms of engine/README.md: imports run one way, one way out, small files, plain names. */
import { dirname, join, normalize } from "node:path/posix";

const ROOT = new URL("../", import.meta.url).pathname;
const PRODUCT = ["engine", "routes", "islands", "main.ts", "environment.ts", "log.ts", "telemetry.ts"];
export const MAX_LINES = 300;

/** First match wins. What matches nothing belongs to no room and is refused. */
const ROOMS: readonly (readonly [RegExp, string])[] = [
  [/^engine\/schemas\//, "schemas"],
  [/^engine\/errors\.ts$/, "errors"],
  [/^telemetry\.ts$/, "environment"],
  [/^engine\/contract(_\w+)?\.ts$/, "contract"],
  [/^engine\/core\//, "core"],
  [/^engine\/store\//, "store"],
  [/^engine\/worker\//, "worker"],
  [/^engine\/nodes\/define\.ts$/, "define"],
  [/^engine\/nodes\/mod\.ts$/, "registry"],
  [/^engine\/nodes\//, "nodes"],
  [/^engine\/egress\//, "egress"],
  [/^engine\/messages\/(outbox|store)\.ts$/, "subjects"],
  [/^engine\/messages\//, "messages"],
  [
    /^engine\/(access|alerts|collections|leads|mending|monitoring|scheduling|templates|triggers|workflows)\//,
    "subjects",
  ],
  [/^engine\/(engine|node_info|queue_bell|readiness|services)\.ts$|^engine\/simulation\//, "engine"],
  [/^engine\/mod\.ts$/, "door"],
  [/^(environment|log)\.ts$/, "environment"],
  [/^routes\/pages\/components\//, "components"],
  [/^routes\//, "routes"],
  [/^islands\/build\.ts$/, "build"],
  [/^islands\//, "islands"],
  [/^main\.ts$/, "main"],
];

interface Arrows {
  /** Rooms whose values it may import; its own is among them. */
  to: readonly string[];
  /** Rooms of which it may import types. */
  types?: readonly string[];
  /** Packages and `node:` modules; absent: any but those that only one room may have. */
  packages?: RegExp;
}

const GROUND = ["schemas", "errors"];
const DEEP = ["store", "core", ...GROUND];
const BROWSER =
  /^(zod|preact|preact\/(hooks|compat)|@preact\/signals|@xyflow\/react|@dagrejs\/dagre|d3-(shape|scale))$/;
const ARROWS: { readonly [room: string]: Arrows } = {
  schemas: { to: ["schemas"], packages: /^zod$/ },
  errors: { to: ["schemas"], packages: /^zod$/ },
  contract: { to: [], types: ["contract", "schemas", "define"], packages: /^$/ },
  // Both only compute, from what they are given.
  core: { to: ["core", ...GROUND], packages: /^(zod|croner|cronstrue)$/ },
  store: { to: DEEP },
  define: { to: GROUND, packages: /^zod$/ },
  nodes: { to: ["nodes", "define", ...GROUND], packages: /^(zod|node:buffer)$/ },
  registry: { to: ["nodes", "define", ...GROUND], packages: /^zod$/ },
  egress: { to: ["egress", ...GROUND] },
  messages: { to: ["messages", ...GROUND] },
  worker: { to: ["worker", ...DEEP], types: ["define"] },
  subjects: { to: ["subjects", "worker", "messages", ...DEEP], types: ["contract", "define"] },
  engine: {
    to: ["engine", "subjects", "worker", "messages", "egress", "registry", ...DEEP],
    types: ["contract", "define"],
  },
  door: { to: ["engine", "subjects", "store", "errors"], types: ["contract", "define", "worker"] },
  environment: { to: ["environment", "door"] },
  components: { to: ["components", "core", ...GROUND], types: ["contract", "define"], packages: BROWSER },
  islands: {
    to: ["islands", "components", "core", ...GROUND],
    types: ["contract", "define"],
    packages: BROWSER,
  },
  build: { to: [], packages: /^esbuild$/ },
  routes: {
    to: ["routes", "components", "islands", "door", "core", ...GROUND],
    types: ["contract", "environment"],
  },
  main: { to: ["door", "routes", "environment"] },
};
/** Packages that one room alone may import, so that there is one way out. */
const OWNED: readonly (readonly [RegExp, string])[] = [
  [/^nodemailer$/, "messages"],
  [/^esbuild$/, "build"],
  [/^node:(http|https|http2|net|tls|dgram)$/, "egress"],
];
/** Deno's and the browser's own ways out, and who may take them. */
const WAYS_OUT: readonly (readonly [RegExp, RegExp])[] = [
  [/(?<![.\w#])fetch\(|\b(?:globalThis|self|window)\.fetch\b/, /^(engine\/egress|islands)\//],
  [/\bDeno\.(connect|connectTls|startTls|createHttpClient)\b/, /^engine\/egress\//],
  [/\bnew (WebSocket|EventSource|XMLHttpRequest)\b|\bsendBeacon\b/, /^$/],
  [/\bconsole\.\w+\(/, /^$/],
  [/\beval\(|\bnew Function\(/, /^$/],
];
/** The core decides from what it is given; only the store writes. */
const IMPURE = /\bDeno\.|\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bcrypto\.|\bperformance\./;
const VAGUE = /(^|[/_])(utils?|commons?|helpers?|misc)([/_.]|$)/;

export interface Import {
  target: string;
  typesOnly: boolean;
}

/** Every static and dynamic import with a literal target; comments are not read. */
export function importsOf(text: string): Import[] {
  const code = withoutComments(text);
  const found: Import[] = [];
  const fixed = /^[ \t]*(?:import|export)\b((?:[^"';]*?\bfrom)?)\s*"([^"\n]+)"/gm;
  for (const [, clause = "", target = ""] of code.matchAll(fixed)) {
    const names = /\{([^}]*)\}/.exec(clause)?.[1]?.split(",").map((name) => name.trim()).filter(Boolean) ??
      [];
    const bare = clause.trim().startsWith("{") && names.length > 0;
    const typesOnly = /^\s*type\b(?!\s*(,|from))/.test(clause) ||
      bare && names.every((name) => name.startsWith("type "));
    found.push({ target, typesOnly });
  }
  for (const [, target = ""] of code.matchAll(/\bimport\(\s*"([^"\n]+)"/g)) {
    found.push({ target, typesOnly: false });
  }
  return found;
}

function withoutComments(code: string): string {
  return code.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|[\s;,{(])\/\/[^\n]*/g, "$1");
}

function roomOf(path: string): string | undefined {
  return ROOMS.find(([pattern]) => pattern.test(path))?.[1];
}

/** What is wrong in one file, as sentences; the file need not exist. */
export function faultsOf(path: string, text: string): string[] {
  const code = withoutComments(text);
  const room = roomOf(path);
  if (room === undefined) return [`${path} belongs to no room`];
  const faults = importsOf(text).flatMap((one) => arrowFaults(path, room, one));
  for (const [pattern, allowed] of WAYS_OUT) {
    const found = pattern.exec(code)?.[0];
    if (found && !allowed.test(path)) faults.push(`${path} uses ${found.replace(/\($/, "")}`);
  }
  const impure = room === "core" ? IMPURE.exec(code)?.[0] : undefined;
  if (impure) faults.push(`${path} is core and uses ${impure}`);
  if (room !== "store" && /\.atomic\(/.test(code)) faults.push(`${path} writes to the database by itself`);
  if (VAGUE.test(path)) faults.push(`${path} has a name that says nothing`);
  const lines = text.split("\n").length - 1;
  if (lines > MAX_LINES) faults.push(`${path} has ${lines} lines, ${MAX_LINES} at most`);
  return faults;
}

function arrowFaults(path: string, room: string, { target, typesOnly }: Import): string[] {
  const arrows = ARROWS[room] ?? { to: [] };
  if (!target.startsWith(".")) {
    const owner = OWNED.find(([pattern]) => pattern.test(target))?.[1];
    const fine = owner === undefined ? arrows.packages?.test(target) ?? true : owner === room;
    return fine ? [] : [`${path} imports ${target}`];
  }
  const file = normalize(join(dirname(path), target));
  const other = roomOf(file);
  if (other === undefined) return [`${path} imports ${file}, which belongs to no room`];
  // A node type may have a folder of its own beside it; another node's is not its business.
  const foreign = room === "nodes" && other === "nodes" &&
    nodeName(path) !== nodeName(file);
  const fine = !foreign && (arrows.to.includes(other) || typesOnly && arrows.types?.includes(other));
  return fine ? [] : [`${path} (${room}) imports ${typesOnly ? "types of " : ""}${file} (${other})`];
}

function nodeName(path: string): string {
  return path.replace(/^engine\/nodes\//, "").replace(/[/.].*$/, "");
}

/** Files that import each other in a ring by value: whoever is loaded first sees the other unfinished. */
export function ringsOf(files: ReadonlyMap<string, string>): string[] {
  const rings: string[] = [];
  const state = new Map<string, "open" | "done">();
  const visit = (path: string, trail: readonly string[]): void => {
    if (state.get(path) === "open") rings.push([...trail.slice(trail.indexOf(path)), path].join(" → "));
    if (state.has(path)) return;
    state.set(path, "open");
    for (const { target, typesOnly } of importsOf(files.get(path) ?? "")) {
      if (typesOnly || !target.startsWith(".")) continue;
      visit(normalize(join(dirname(path), target)), [...trail, path]);
    }
    state.set(path, "done");
  };
  for (const path of files.keys()) visit(path, []);
  return rings;
}

/** Every source file of the product by its path. */
export async function readProduct(): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const visit = async (path: string): Promise<void> => {
    if (/\.tsx?$/.test(path)) return void files.set(path, await Deno.readTextFile(ROOT + path));
    if (/\.[a-z]+$/.test(path)) return;
    for await (const { name } of Deno.readDir(ROOT + path)) await visit(`${path}/${name}`);
  };
  for (const path of PRODUCT) await visit(path);
  return files;
}
