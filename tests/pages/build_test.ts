import assert from "node:assert/strict";
import { build, refuseReact } from "../../islands/build.ts";
import { islands } from "../../islands/registry.ts";
import type { Manifest } from "../../routes/pages/mod.ts";

const OUT = new URL("../../static/build/", import.meta.url);
const EDITOR = "editor/Editor";
const EDITOR_BUDGET = 130_000;
const BUDGET = 30_000;

async function readManifest(): Promise<Manifest> {
  return JSON.parse(await Deno.readTextFile(new URL("manifest.json", OUT)));
}

function fileOf(path: string): URL {
  return new URL(path.replace(/^\/static\//, ""), OUT);
}

async function gzipSize(path: string): Promise<number> {
  const file = await Deno.open(fileOf(path));
  const packed = file.readable.pipeThrough(new CompressionStream("gzip"));
  return (await new Response(packed).arrayBuffer()).byteLength;
}

Deno.test("build() leaves a manifest whose every file is there, under a hashed name", async () => {
  await build();
  const manifest = await readManifest();
  for (const [entry, paths] of Object.entries(manifest)) {
    for (const path of paths.split(" ").filter(Boolean)) {
      assert.match(path, /^\/static\/[\w.]+-[0-9A-Z]{8}\.(js|css|svg)$/, entry);
      assert.ok((await Deno.stat(fileOf(path))).isFile, path);
    }
  }
  for (const entry of ["islands/client", "style", "icon"]) assert.ok(manifest[entry], entry);
});

Deno.test("build() makes a chunk of every island, named by its path", async () => {
  await build();
  const manifest = await readManifest();
  for (const name of Object.keys(islands)) {
    assert.ok(manifest[`islands/${name}`], name);
    assert.ok((await Deno.stat(new URL(`../../islands/${name}.tsx`, import.meta.url))).isFile, name);
  }
});

Deno.test("build() does nothing when nothing changed", async () => {
  await build();
  assert.equal(await build(), "unchanged");
});

Deno.test("build() in two processes at once leaves one whole build", async () => {
  await Deno.remove(new URL("inputs.txt", OUT));
  const script = new URL("../../islands/build.ts", import.meta.url).pathname;
  const start = (): Promise<Deno.CommandOutput> =>
    new Deno.Command(Deno.execPath(), { args: ["run", "-A", script] }).output();
  for (const { success } of await Promise.all([start(), start()])) assert.ok(success);
  const manifest = await readManifest();
  assert.ok((await Deno.stat(fileOf(manifest["islands/client"] ?? ""))).isFile);
  assert.equal(await build(), "unchanged");
});

Deno.test("build() keeps the editor within 130 kB of packed JavaScript and every other island's page within 30 kB", async () => {
  await build();
  const manifest = await readManifest();
  for (const name of [EDITOR, ...Object.keys(islands)]) {
    const entries = [name === EDITOR ? "islands/editor_client" : "islands/client", `islands/${name}`];
    const files = new Set(
      entries.flatMap((entry) =>
        `${manifest[entry]} ${manifest[`imports/${entry}`]}`.split(" ").filter(Boolean)
      ),
    );
    let size = 0;
    for (const file of files) size += await gzipSize(file);
    assert.ok(
      size > 1_000 && size <= (name === EDITOR ? EDITOR_BUDGET : BUDGET),
      `${name}: ${size} bytes`,
    );
  }
});

Deno.test("refuseReact() stops a bundle with a second renderer in it", () => {
  const input = { bytes: 1, imports: [] };
  const bundle = (path: string): Parameters<typeof refuseReact>[0] => ({ inputs: { [path]: input } });
  assert.throws(
    () => refuseReact(bundle("node_modules/.deno/react@19.0.0/node_modules/react/index.js")),
    /Real React/,
  );
  assert.throws(() => refuseReact(bundle("node_modules/react-dom/client.js")), /Real React/);
  refuseReact(bundle("node_modules/@xyflow/react/dist/index.js"));
  refuseReact(bundle("node_modules/preact/compat/dist/compat.mjs"));
});
