import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { cellTags, formatNotebook, parseNotebook, readNotebook, writeNotebook } from "../../lib/notebook/document";
import { codeCell } from "./notebooks";

/** A notebook as Jupyter writes it: sorted fields, one-blank indentation, lines. */
const asJupyterWrites = `{
 "cells": [
  {
   "attachments": {},
   "cell_type": "markdown",
   "id": "3f",
   "metadata": {},
   "source": [
    "# Title\\n",
    "\\n",
    "text"
   ]
  },
  {
   "cell_type": "code",
   "execution_count": 2,
   "id": "5a",
   "metadata": {
    "tags": [
     "parameters"
    ]
   },
   "outputs": [
    {
     "data": {
      "application/json": "{}",
      "image/png": "iVBO\\n",
      "text/plain": [
       "a\\n",
       "b"
      ]
     },
     "metadata": {},
     "output_type": "display_data"
    },
    {
     "name": "stdout",
     "output_type": "stream",
     "text": [
      "é\\n"
     ]
    }
   ],
   "source": []
  }
 ],
 "metadata": {
  "kernelspec": {
   "display_name": "TypeScript",
   "language": "typescript",
   "name": "tslab"
  },
  "unknown": [
   1.5,
   null
  ]
 },
 "nbformat": 4,
 "nbformat_minor": 5
}
`;

const valid = { nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [] };
const refused: [string, string, string, string][] = [
  ["nothing", "", "notebook-json", "a.ipynb: expected JSON, found an empty file"],
  ["cut-off JSON", '{"cells":', "notebook-json", "a.ipynb: expected JSON, found Unexpected end of JSON input"],
  ["a list", "[]", "notebook-malformed", "a.ipynb: expected a notebook, found JSON without the field nbformat"],
  ["null", "null", "notebook-malformed", "a.ipynb: expected a notebook, found JSON without the field nbformat"],
  ["nbformat 3", '{"nbformat":3}', "notebook-format", "a.ipynb: expected nbformat 4, found 3"],
  [
    "no cells",
    JSON.stringify({ ...valid, cells: undefined }),
    "notebook-malformed",
    "a.ipynb: cells: expected array, received undefined",
  ],
  [
    "a source that is no text",
    JSON.stringify({ ...valid, cells: [{ cell_type: "raw", metadata: {}, source: 7 }] }),
    "notebook-malformed",
    "a.ipynb: cells.0.source: expected text or a list of lines",
  ],
  [
    "another kernel",
    JSON.stringify({ ...valid, metadata: { kernelspec: { name: "python3" } } }),
    "notebook-language",
    "a.ipynb: expected a notebook for the kernel setr or tslab, found python3",
  ],
];

describe("a notebook file", () => {
  test.each(refused)("that holds %s is refused", (_, text, code, message) => {
    expect(() => parseNotebook(text, "a.ipynb")).toThrow(expect.objectContaining({ code, message }));
  });

  test("that is missing or a folder is refused", async () => {
    const missing = { code: "notebook-missing", message: "nowhere.ipynb: expected a notebook, found no such file" };
    await expect(readNotebook("nowhere.ipynb")).rejects.toMatchObject(missing);
    await expect(readNotebook(__dirname)).rejects.toThrow(/: expected a notebook, found a folder$/);
  });

  test("comes back byte by byte after reading and writing", async () => {
    const folder = await mkdtemp(join(tmpdir(), "setr-test-"));
    try {
      const path = join(folder, "a.ipynb");
      await writeFile(path, asJupyterWrites);
      const document = await readNotebook(path);
      expect(document.cells[0].source).toBe("# Title\n\ntext");
      await writeNotebook(path, document);
      expect(await readFile(path, "utf8")).toBe(asJupyterWrites);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test("may hold its text unsplit and start with a byte order mark", () => {
    const cell = { ...codeCell("a\nb"), outputs: [{ output_type: "stream", name: "stdout", text: "x\ny\n" }] };
    const written = formatNotebook(parseNotebook(`\uFEFF${JSON.stringify({ ...valid, cells: [cell] })}`, "a.ipynb"));
    expect(JSON.parse(written).cells[0]).toMatchObject({ source: ["a\n", "b"], outputs: [{ text: ["x\n", "y\n"] }] });
  });

  test("has tags only where they are text", () => {
    expect(cellTags(codeCell("", "parameters", "slow"))).toEqual(["parameters", "slow"]);
    expect(cellTags({ ...codeCell(""), metadata: { tags: "parameters" } })).toEqual([]);
  });
});
