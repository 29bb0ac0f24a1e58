import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { cellTitle, progressPrinter } from "../../lib/notebook/progress";
import { codeCell, markdownCell } from "./notebooks";

describe("progress", () => {
  test("away from a terminal every finished cell gives one line", () => {
    const stream = new PassThrough();
    const print = progressPrinter(stream as never);
    print({ kind: "kernel-start", cells: 9 });
    print({ kind: "cell-start", cell: 3, cells: 9, title: "compute the similarity" });
    print({ kind: "cell-end", cell: 3, cells: 9, title: "compute the similarity", seconds: 1.234 });
    print({ kind: "end", succeeded: true, seconds: 2 });
    expect(String(stream.read())).toBe("[3/9] compute the similarity … 1.2 s\n");
  });

  test("on a terminal a bar tells the running cell, and is cleared at the end", () => {
    const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 100 });
    const print = progressPrinter(stream as never);
    print({ kind: "kernel-start", cells: 7 });
    expect(String(stream.read())).toContain("Cells ░░░░░░░░░░░░░░░░ 0 %, 0 of 7");
    print({ kind: "cell-start", cell: 3, cells: 7, title: "compute the similarity" });
    print({ kind: "end", succeeded: true, seconds: 2 });
    expect(String(stream.read())).toMatch(/\[2K$/);
  });

  const titles: [string, string[], string][] = [
    ["the last heading above", ["# A\n\ntext\n\n## B `x`\ntext", "no heading"], "B x"],
    ["a heading without links and closing marks", ["### See [the *paper*](https://a.b) ##"], "See the paper"],
    ["no comment of fenced code", ["# A\n```sh\n# not this\n```"], "A"],
    ["sixty characters at most", [`# ${"long ".repeat(20)}`], `${"long ".repeat(20).slice(0, 59)}…`],
    ["the place of the cell without a heading", ["#tag"], "cell 2"],
  ];
  test.each(titles)("a cell is titled with %s", (_, texts, title) => {
    const cells = [...texts.map(markdownCell), codeCell("1"), markdownCell("# Below")];
    expect(cellTitle(cells, texts.length)).toBe(title);
  });
});
