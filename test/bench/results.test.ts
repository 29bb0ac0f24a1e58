import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findPython } from "../../bench/python";
import { type Section, saveSection, withSection } from "../../bench/results";
import { quantity, type Row, rowsTable, targetText } from "../../bench/rows";
import { Side } from "../../bench/side";
import { temporaryFolder } from "../fixtures";

const PASS: Row = { title: "pass", unit: "s", ours: [3, 5, 2], theirs: [6, 5, 8] };
const ORDER = ["first", "second", "third"];
const MACHINE = { processor: "a" };

function sectionNamed(name: string, text = "", rows: readonly Row[] = []): Section {
  return { name, title: `The ${name}`, date: "2026-11-22T17:46:13.000Z", repeats: 3, rows, text };
}

describe("a row", () => {
  test("shows medians, the median of the ratios, and whether the target is met", () => {
    const table = rowsTable([{ ...PASS, target: { of: "ratio", bound: "at most", value: 0.6 } }]);
    expect(table.split("\n").at(-1)).toBe("| pass | 3.00 s | 6.00 s | 0.50 | ratio at most 0.6: met |");
  });

  test("says when a target is not met, above or below", () => {
    const share: Row = { title: "share", unit: "%", ours: [83] };
    expect(targetText({ ...share, target: { of: "ours", bound: "at least", value: 90 } })).toBe(
      "ours at least 90 %: **not met**",
    );
    expect(targetText({ ...PASS, target: { of: "ratio", bound: "at most", value: 0.3 } })).toMatch(/\*\*not met\*\*$/);
  });

  test.each([
    [0.000_071, "s", "71.0 µs"],
    [0.0713, "s", "71.3 ms"],
    [7.131, "s", "7.13 s"],
    [713.1, "s", "713 s"],
    [-7.131, "s", "-7.13 s"],
    [1.713, "GB", "1.71 GB"],
    [87.6, "%", "88 %"],
    [1.013, "", "1.01"],
  ] as const)("shows %d %s as %s", (value, unit, text) => {
    expect(quantity(value, unit)).toBe(text);
  });
});

describe("results", () => {
  test("a section takes the place of the older one of its name, in the order of the page", () => {
    const old = { machine: MACHINE, sections: [sectionNamed("first", "old"), sectionNamed("third")] };
    const { sections } = withSection(
      withSection(old, MACHINE, sectionNamed("first", "new"), ORDER),
      MACHINE,
      sectionNamed("second"),
      ORDER,
    );
    expect(sections.map(({ name, text }) => [name, text])).toEqual([
      ["first", "new"],
      ["second", ""],
      ["third", ""],
    ]);
  });

  test("what another machine has measured is left out", () => {
    const old = { machine: MACHINE, sections: [sectionNamed("first")] };
    expect(withSection(old, { processor: "b" }, sectionNamed("second"), ORDER).sections).toHaveLength(1);
  });

  test("the page holds every saved section with its date, and says what is missing", async () => {
    const page = join(await temporaryFolder(), "page.md");
    await saveSection(page, MACHINE, sectionNamed("third", "Words.", [PASS]), ORDER, "Notes.");
    await saveSection(page, MACHINE, sectionNamed("first"), ORDER, "Notes.");
    const text = await readFile(page, "utf8");
    expect(text).toContain("Not measured here: second.");
    expect(text.indexOf("## The first")).toBeLessThan(text.indexOf("## The third"));
    expect(text).toContain("`third`, 2026-11-22 17:46 UTC, 3 repeats");
    expect(text).toContain("| pass | 3.00 s | 6.00 s | 0.50 |  |\n\nWords.");
    expect(text.endsWith("\nNotes.")).toBe(true);
  });
});

describe("a side", () => {
  test("that ends without an answer is named", async () => {
    const side = new Side("PyTorch", process.execPath, ["-e", ""], process.env);
    await expect(side.run("forward")).rejects.toThrow(
      "PyTorch, forward: expected an answer, found the end of the process",
    );
    await side.close();
  });

  test("that fails is quoted", async () => {
    const side = new Side("ours", process.execPath, ["-e", `console.log('{"error":"no memory"}')`], process.env);
    await expect(side.run("open")).rejects.toThrow("ours, open: no memory");
    await side.close();
  });
});

test("a Python without torch is refused with what to install", async () => {
  await expect(findPython("/no/such/python")).rejects.toThrow(
    "--python: expected a Python with torch and matplotlib, found none (looked at /no/such/python); install Debian's python3-torch and python3-matplotlib, or torch and matplotlib with pip",
  );
});
