/** Where Chromium is, and how it gets there: a missing browser is an error, never a skipped test. */

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const FOLDERS = ["/usr/bin", "/usr/local/bin", "/opt/google/chrome", "/snap/bin"];
const MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

/** The path of an installed Chromium: `CHROMIUM_PATH`, then the usual places; null when there is none. */
async function findChromium(): Promise<string | null> {
  const wanted = Deno.env.get("CHROMIUM_PATH");
  if (wanted) {
    if (await isFile(wanted)) return wanted;
    throw new Error(`CHROMIUM_PATH is ${wanted}, where no file is`);
  }
  for (const path of [...FOLDERS.flatMap((folder) => NAMES.map((name) => `${folder}/${name}`)), MAC]) {
    if (await isFile(path)) return path;
  }
  return null;
}

/** Finds Chromium or, as root on Debian, installs it. Throws one line that says what to do. */
export async function ensureChromium(): Promise<string> {
  const found = await findChromium();
  if (found !== null) return found;
  if (Deno.uid() !== 0 || !await isFile("/usr/bin/apt-get")) {
    throw new Error(
      "Chromium is missing: install it (Debian: apt-get install -y chromium), or name it in CHROMIUM_PATH",
    );
  }
  await apt("update");
  await apt("install", "-y", "--no-install-recommends", "chromium");
  const installed = await findChromium();
  if (installed === null) throw new Error("Chromium is missing, also after apt-get install -y chromium");
  return installed;
}

async function apt(...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("apt-get", {
    args: ["-qq", ...args],
    env: { DEBIAN_FRONTEND: "noninteractive" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  const said = new TextDecoder().decode(stderr).trim().split("\n").at(-1) ?? "";
  if (!success) throw new Error(`Chromium is missing and apt-get ${args[0]} failed: ${said}`);
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false;
  }
}
