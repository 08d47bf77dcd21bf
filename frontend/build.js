// Copies what the pages load from node_modules into the program's static files, with the licences of all of it.
// Run by `npm run build` after `npm ci`. What moves the map comes in many modules, which are bundled into one file.

import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const here = import.meta.dirname;
const target = join(here, "..", "app", "commonplace", "web", "pages", "static", "vendor");
const renamed = { "@github/hotkey": "hotkey.js", "@github/combobox-nav": "combobox-nav.js" };
const loaded = {
  "@zazuko/yasqe": ["build/yasqe.min.js", "build/yasqe.min.css"],
  "@zazuko/yasr": ["build/yasr.min.js", "build/yasr.min.css"],
  cytoscape: ["dist/cytoscape.min.js"],
  "@fontsource-variable/source-serif-4": fonts("source-serif-4", ["normal", "italic"]),
  "@fontsource-variable/inter": fonts("inter", ["normal"]),
  "@github/hotkey": ["dist/index.js"],
  "@github/combobox-nav": ["dist/index.js"],
  "swagger-ui-dist": ["swagger-ui-bundle.js", "swagger-ui.css"],
};

/** The files of a typeface: Latin and extended Latin in each style. */
function fonts(name, styles) {
  return styles.flatMap((style) => ["latin", "latin-ext"].map((part) => `files/${name}-${part}-wght-${style}.woff2`));
}

/** The text of every licence and notice file of a package. */
function licence(folder) {
  const files = readdirSync(folder).filter((name) => /^(licen[cs]e|notice|copying)/i.test(name));
  return files.map((name) => readFileSync(join(folder, name), "utf8").trim()).join("\n\n");
}

const lock = JSON.parse(readFileSync(join(here, "package-lock.json"), "utf8"));
const texts = Object.keys(lock.packages)
  .filter((path) => path && !lock.packages[path].dev) // what only builds or tests is not served
  .map((path) => {
    const folder = join(here, path);
    const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    return `${name} ${version} (${license})\n\n${licence(folder)}`.trim();
  });

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
for (const [name, files] of Object.entries(loaded)) {
  for (const file of files) {
    cpSync(join(here, "node_modules", name, file), join(target, renamed[name] ?? file.split("/").pop()));
  }
}
await build({
  stdin: {
    contents: `export { select } from "d3-selection";
      export { zoom, zoomIdentity } from "d3-zoom";`,
    resolveDir: here,
  },
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  outfile: join(target, "zoom.js"),
  logLevel: "warning",
});
// The licences come last: where this file is, the build is whole.
writeFileSync(join(target, "LICENSES.txt"), texts.join(`\n\n${"-".repeat(72)}\n\n`) + "\n");
