/**
 * Bundles the islands (esbuild) and the style sheet (Tailwind) into `static/build` with hashed names.
 *
 * Files are written aside and renamed in one by one, `manifest.json` last, so two starts in one checkout do not meet
 * and nobody reads half a build. A build whose inputs are unchanged is skipped without loading a bundler.
 *
 *     manifest.json  { "islands/client": "/static/…", "islands/<name>": "/static/…",
 *                      "imports/<name>": "/static/… /static/…", "style": "/static/….css",
 *                      "style/<area>": "/static/….css", "icon": "/static/….svg" }
 */
import type { Metafile } from "esbuild";

const ROOT = new URL("../", import.meta.url).pathname;
const OUT = `${ROOT}static/build`;
const INPUTS = [
  "islands",
  "routes/pages",
  "static",
  "engine/schemas",
  "engine/core",
  "engine/errors.ts",
  "deno.lock",
];
/**
 * What is bundled together, so that it shares chunks: the pages, and the editor with the style sheet of its area
 * (plain CSS, with what its library brings).
 */
const ENTRIES = [["islands/client.ts"], ["islands/editor_client.ts", "static/editor.css"]];
/** Old hashed files stay a day for pages that are still open. */
const KEEP_MS = 86_400_000;

type Manifest = { [entry: string]: string };

/** Builds unless nothing changed; says which. Throws when a bundle does not build or real React got in. */
export async function build(): Promise<"built" | "unchanged"> {
  const inputs = await hashInputs();
  if (await isCurrent(inputs)) return "unchanged";
  const aside = `${ROOT}.build/${crypto.randomUUID()}`;
  await Deno.mkdir(aside, { recursive: true });
  try {
    const [scripts, style] = await Promise.all([bundleIslands(aside), buildStyle(aside)]);
    const icon = await writeHashed(aside, "icon", "svg", await Deno.readFile(`${ROOT}static/icon.svg`));
    await moveIn(aside, { ...scripts, style, icon }, inputs);
  } finally {
    await Deno.remove(aside, { recursive: true });
  }
  return "built";
}

async function bundleIslands(aside: string): Promise<Manifest> {
  const esbuild = await import("esbuild");
  try {
    const manifests = await Promise.all(ENTRIES.map((entries) => bundle(esbuild, aside, entries)));
    return Object.assign({}, ...manifests);
  } finally {
    await esbuild.stop();
  }
}

async function bundle(
  esbuild: typeof import("esbuild"),
  aside: string,
  entryPoints: string[],
): Promise<Manifest> {
  const { metafile } = await esbuild.build({
    absWorkingDir: ROOT,
    entryPoints,
    outdir: aside,
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    minify: true,
    target: ["es2022"],
    metafile: true,
    jsx: "automatic",
    jsxImportSource: "preact",
    alias: {
      "react": "preact/compat",
      "react-dom": "preact/compat",
      "react/jsx-runtime": "preact/jsx-runtime",
      "react/jsx-dev-runtime": "preact/jsx-runtime",
    },
    logLevel: "error",
  });
  refuseReact(metafile);
  return entriesOf(metafile);
}

/** Two renderers on one page would break hooks and double the size. */
export function refuseReact(metafile: Pick<Metafile, "inputs">): void {
  const found = Object.keys(metafile.inputs).find((path) =>
    /node_modules\/(react|react-dom|scheduler)\//.test(path)
  );
  if (found) throw new Error(`Real React got into the islands through ${found}; alias it to preact/compat`);
}

/** Names every chunk that an island starts from, with the chunks it loads at once, so that a page can preload them. */
function entriesOf(metafile: Metafile): Manifest {
  const manifest: Manifest = {};
  for (const [file, output] of Object.entries(metafile.outputs)) {
    const area = output.entryPoint?.match(/^static\/(.+)\.css$/)?.[1];
    if (area) manifest[`style/${area}`] = publicPath(file);
    const entry = output.entryPoint?.match(/^(islands\/.+)\.tsx?$/)?.[1];
    if (!entry) continue;
    manifest[entry] = publicPath(file);
    const imports = output.imports.filter(({ kind }) => kind === "import-statement").map(({ path }) =>
      publicPath(path)
    );
    manifest[`imports/${entry}`] = imports.join(" ");
  }
  return manifest;
}

async function buildStyle(aside: string): Promise<string> {
  const file = `${aside}/style.css`;
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--quiet",
      "npm:@tailwindcss/cli@4.3.2",
      "--input",
      "static/style.css",
      "--output",
      file,
      "--minify",
    ],
    cwd: ROOT,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(`The style sheet does not build: ${new TextDecoder().decode(stderr).trim()}`);
  const css = await Deno.readFile(file);
  await Deno.remove(file);
  return await writeHashed(aside, "style", "css", css);
}

async function writeHashed(
  folder: string,
  name: string,
  ending: string,
  content: Uint8Array<ArrayBuffer>,
): Promise<string> {
  const file = `${name}-${(await sha256(content)).slice(0, 8).toUpperCase()}.${ending}`;
  await Deno.writeFile(`${folder}/${file}`, content);
  return publicPath(file);
}

async function moveIn(aside: string, manifest: Manifest, inputs: string): Promise<void> {
  await Deno.mkdir(OUT, { recursive: true });
  const fresh = new Set(["manifest.json", "inputs.txt"]);
  for await (const { name } of Deno.readDir(aside)) {
    fresh.add(name);
    await Deno.rename(`${aside}/${name}`, `${OUT}/${name}`);
  }
  await replaceFile(aside, "manifest.json", `${JSON.stringify(manifest, null, 2)}\n`);
  await replaceFile(aside, "inputs.txt", inputs);
  for await (const { name, isFile } of Deno.readDir(OUT)) {
    const { mtime } = await Deno.stat(`${OUT}/${name}`);
    const old = Date.now() - (mtime?.getTime() ?? 0) > KEEP_MS;
    if (isFile && old && !fresh.has(name)) await Deno.remove(`${OUT}/${name}`);
  }
}

async function replaceFile(aside: string, name: string, text: string): Promise<void> {
  await Deno.writeTextFile(`${aside}/${name}`, text);
  await Deno.rename(`${aside}/${name}`, `${OUT}/${name}`);
}

async function isCurrent(inputs: string): Promise<boolean> {
  try {
    await Deno.stat(`${OUT}/manifest.json`);
    return await Deno.readTextFile(`${OUT}/inputs.txt`) === inputs;
  } catch {
    return false;
  }
}

async function hashInputs(): Promise<string> {
  const files: string[] = [];
  for (const input of INPUTS) await collect(`${ROOT}${input}`, files);
  const parts = await Promise.all(
    files.sort().map(async (file) => `${file.slice(ROOT.length)} ${await sha256(await Deno.readFile(file))}`),
  );
  return await sha256(new TextEncoder().encode(parts.join("\n")));
}

async function collect(path: string, files: string[]): Promise<void> {
  if (path === OUT) return;
  const { isFile } = await Deno.stat(path);
  if (isFile) return void files.push(path);
  for await (const { name } of Deno.readDir(path)) await collect(`${path}/${name}`, files);
}

async function sha256(content: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function publicPath(file: string): string {
  return `/static/${file.slice(file.lastIndexOf("/") + 1)}`;
}

if (import.meta.main) await build();
