// Builds the live map bundle into ../assets (committed), or the unit tests into build/tests.
// Names carry a hash of the content, so that a browser may keep them for ever.
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const ASSETS = new URL("../assets/", import.meta.url);
const MODULES = new URL("./node_modules/", import.meta.url);
const WEIGHTS = [400, 600, 700];

const read = (path, base) => readFileSync(new URL(path, base));
const hash = (bytes) => createHash("sha256").update(bytes).digest("hex").slice(0, 12);

/** One hash of every source of the bundle: a test of the product compares it, so that none is changed unbuilt. */
function sourcesHash() {
  const here = new URL("./", import.meta.url);
  const names = readdirSync(new URL("src/", here)).map((name) => `src/${name}`);
  const all = [...names, "../../basemap/palette.json", "package-lock.json", "build.mjs"].sort();
  return hash(all.map((name) => `${name} ${hash(read(name, here))}\n`).join(""));
}

async function buildTests() {
  const files = readdirSync(new URL("./tests/", import.meta.url)).filter((name) => name.endsWith(".test.ts"));
  rmSync(new URL("./build/tests/", import.meta.url), { recursive: true, force: true });
  await build({
    entryPoints: files.map((name) => `tests/${name}`),
    outdir: "build/tests",
    outExtension: { ".js": ".mjs" },
    bundle: true,
    format: "esm",
    platform: "node",
    loader: { ".css": "text" },
    logLevel: "warning",
  });
}

/** One file of the page's code; its name. */
async function bundle(name, entry, define) {
  const result = await build({
    entryPoints: [entry],
    bundle: true,
    format: "esm",
    target: "es2022",
    minify: true,
    legalComments: "none",
    charset: "utf8",
    write: false,
    loader: { ".css": "text" },
    define,
    logLevel: "warning",
  });
  const code = result.outputFiles[0].contents;
  const file = `${name}-${hash(code)}.js`;
  writeFileSync(new URL(file, ASSETS), code);
  console.log(file, code.length);
  return file;
}

async function buildAssets() {
  rmSync(ASSETS, { recursive: true, force: true });
  mkdirSync(new URL("fonts/", ASSETS), { recursive: true });
  mkdirSync(new URL("licenses/", ASSETS), { recursive: true });
  const worker = read("maplibre-gl/dist/maplibre-gl-worker.mjs", MODULES).toString().replace(/\/\/# sourceMappingURL=.*\n?/, "");
  const workerName = `maplibre-worker-${hash(worker)}.mjs`;
  writeFileSync(new URL(workerName, ASSETS), worker);
  const engineName = await bundle("map-engine", "src/engine.ts", {});
  const moduleName = await bundle("live", "src/index.ts", { WORKER_FILE: JSON.stringify(workerName), ENGINE_FILE: JSON.stringify(engineName) });
  for (const part of ["latin", "thai"]) {
    for (const weight of WEIGHTS) {
      const name = `sarabun-${part}-${weight}-normal.woff2`;
      copyFileSync(new URL(`@fontsource/sarabun/files/${name}`, MODULES), new URL(`fonts/${name}`, ASSETS));
    }
  }
  copyFileSync(new URL("maplibre-gl/LICENSE.txt", MODULES), new URL("licenses/maplibre-gl.txt", ASSETS));
  // The package comes without the text of its licence: it is kept here.
  copyFileSync(new URL("./pmtiles-LICENSE.txt", import.meta.url), new URL("licenses/pmtiles.txt", ASSETS));
  copyFileSync(new URL("fflate/LICENSE", MODULES), new URL("licenses/fflate.txt", ASSETS));
  copyFileSync(new URL("@fontsource/sarabun/LICENSE", MODULES), new URL("licenses/sarabun-OFL.txt", ASSETS));
  writeFileSync(new URL("manifest.json", ASSETS), `${JSON.stringify({ module: moduleName, engine: engineName, worker: workerName, sources: sourcesHash() }, null, 2)}\n`);
  console.log(workerName, worker.length);
}

await (process.argv.includes("--tests") ? buildTests() : buildAssets());
