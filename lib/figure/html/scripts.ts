import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { InteractiveKind } from "./interactive";

/** `lib/browser`, seen from `lib/figure/html` and from `lib/dist/figure/html`. */
const FOLDER = ["../..", "../../.."].map((up) => join(__dirname, up, "browser")).find(existsSync) ?? "";

const SHARED = ["elements", "data", "maps", "heatmap", "board"] as const;

/** The one name that pages get: what figures on a page share. */
const SHELF = "setrFigures";

/** Style of a figure on a page. */
export function pageStyle(): string {
  return readPart("figure.css");
}

/**
 * The script that brings the figures of an id to life, for `<script>`: the files of `lib/browser` in one scope.
 *
 * @param kind which explorer
 * @param id of the figure; see `renderHtml`
 */
export function figureScript(kind: InteractiveKind, id: string): string {
  const parts = [...SHARED, kind, "start"].map((name) => withoutModules(readPart(`${name}.js`)));
  return inScript(`(() => {\n"use strict";\n${parts.join("\n")}\nstart(${JSON.stringify(id)}, ${kind}View);\n})();`);
}

/**
 * plotly.js for `<script>`, kept on the shelf, where it is taken once; then the figures that waited for it start. The names
 * that it gives to a page are taken back, and the page's own copy and its loader of modules are left alone.
 */
export function plotlyScript(): string {
  const source = readFileSync(require.resolve("plotly.js-dist-min/plotly.min.js"), "utf8");
  return inScript(
    `(() => {\nconst shelf = (window.${SHELF} ??= {});\nif (shelf.plotly) return;\n` +
      "const before = window.Plotly;\nconst names = new Set(Object.keys(window));\n" +
      `const module = { exports: {} };\n${source}\n` +
      "for (const name of Object.keys(window)) if (!names.has(name)) delete window[name];\n" +
      "if (before) window.Plotly = before;\nshelf.plotly = module.exports;\n" +
      "for (const begin of shelf.waiting?.splice(0) ?? []) begin();\n})();",
  );
}

function readPart(name: string): string {
  return readFileSync(join(FOLDER, name), "utf8");
}

/** A module for a scope that it shares with those it imports from. */
function withoutModules(source: string): string {
  return source
    .replace(/^\/\/ @ts-check\n/, "")
    .replace(/^import [^;]*;\n/gm, "")
    .replace(/^export /gm, "");
}

/** Text that does not end the tag it stands in; in JavaScript such text occurs within quotes only. */
function inScript(source: string): string {
  return source.replace(/<(?=!--|\/?script)/gi, "\\x3c");
}
