/**
 * The build of the Studio: into `dist/studio/web`, with every file compressed beside itself, and the looks of
 * charts taken from where drawings have theirs.
 */
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { defineConfig } from "vite";
import type { Plugin } from "vite";
import { styleSheet, themeProperties } from "../src/draw/svg-style.ts";

const outDir = fileURLToPath(new URL("../dist/studio/web", import.meta.url));
const SHEET = "virtual:chart-theme.css";
/** Smaller files gain nothing. */
const COMPRESSED_BYTES_MIN = 800;

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "/studio/",
  plugins: [chartTheme(), compressed()],
  // The same in tests: their NODE_ENV would put the place of each element into the files.
  oxc: { jsx: { runtime: "automatic", importSource: "preact", development: false } },
  build: {
    outDir,
    emptyOutDir: true,
    target: "es2022",
    // A data: URL would need a hole in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: {
    // `npm run studio:dev` beside `npm start`.
    proxy: Object.fromEntries(
      ["/studio/api", "/sagas", "/instances", "/operations", "/stream"].map((path) => [
        path,
        "http://127.0.0.1:3000",
      ]),
    ),
  },
});

/** The colours of both themes for the whole page, and the rules of drawings inside `.drawing`. */
function chartTheme(): Plugin {
  const inDark = themeProperties("dark");
  const sheet = [
    styleSheet("light", ".drawing").replace(/^.*?\n/, ""),
    `:root{${themeProperties("light")}color-scheme:light}`,
    `@media (prefers-color-scheme:dark){:root:not([data-theme=light]){${inDark}color-scheme:dark}}`,
    `:root[data-theme=dark]{${inDark}color-scheme:dark}`,
  ].join("\n");
  return {
    name: "chart-theme",
    resolveId: (id) => (id === SHEET ? `\0${SHEET}` : undefined),
    load: (id) => (id === `\0${SHEET}` ? sheet : undefined),
  };
}

function compressed(): Plugin {
  return {
    name: "compressed",
    apply: "build",
    closeBundle() {
      for (const path of readdirSync(outDir, { recursive: true, encoding: "utf8" })) {
        const file = join(outDir, path);
        if (![".js", ".css", ".html", ".svg"].includes(extname(file))) continue;
        if (statSync(file).size < COMPRESSED_BYTES_MIN) continue;
        const bytes = readFileSync(file);
        const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
        writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params }));
        writeFileSync(`${file}.gz`, gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION }));
      }
    },
  };
}
