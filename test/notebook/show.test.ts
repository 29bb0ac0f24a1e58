import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runNotebook } from "../../lib/notebook/run";
import { insideNotebook, showPng, showText } from "../../lib/notebook/show";
import { codeCell, makeFolder, writeCells } from "./notebooks";

/** One grey pixel. */
const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const library = JSON.stringify(join(__dirname, "../../lib/dist/notebook/show.js"));

let folder: string;
beforeAll(async () => {
  folder = await makeFolder();
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe("outside a notebook", () => {
  test("showing is refused with advice", () => {
    expect(insideNotebook()).toBe(false);
    expect(() => showText("a")).toThrow(
      "show: expected a cell of a tslab notebook, found none; save the figure to a file instead, or run this in a notebook",
    );
  });

  test("bytes that are no PNG are refused", () => {
    expect(() => showPng(new Uint8Array(31))).toThrow(expect.objectContaining({ code: "not-png" }));
  });
});

test("inside a notebook a picture has its width and a text, and HTML and text come as one output each", async () => {
  const path = await writeCells(
    folder,
    codeCell(`const { showPng, showHtml, showText } = require(${library});
const png = Buffer.from("${png}", "base64");
showPng(png, { widthMm: 127 }); showPng(new Uint8Array(png));`),
    codeCell('showHtml("<b>a</b>", { text: "a" }); showText("b");'),
  );
  const { document } = await runNotebook(path);
  const data = { "image/png": png, "text/plain": "<PNG 1 x 1 pixels>" };
  expect(document.cells[0].outputs).toEqual([
    { output_type: "display_data", data, metadata: { "image/png": { width: 480 } } },
    { output_type: "display_data", data, metadata: {} },
  ]);
  expect(document.cells[1].outputs).toEqual([
    { output_type: "display_data", data: { "text/html": "<b>a</b>", "text/plain": "a" }, metadata: {} },
    { output_type: "display_data", data: { "text/plain": "b" }, metadata: {} },
  ]);
});
