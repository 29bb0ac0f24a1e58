import { describe, expect, test } from "vitest";
import { injectedSource, notebookParameters, readParameters, setParameters } from "../../lib/notebook/parameters";
import { codeCell, markdownCell, notebook } from "./notebooks";

const cell = `// What to look at.
const photo = "alps.jpg"; // file in photos/

const every: number = 7; // rows
const quick = false;
const points: Point[] = [
  { row: 3, col: 5 }, // tree
  { row: -1, col: 2.5 },
];
const scale: number | null = 1.5; // null: automatic
const folder: string | null = null; // where to write
const range = { low: 0, high: [1, 2] } as Range; // colours`;

describe("the parameters cell", () => {
  test("its constants are listed with kind, value and comment", () => {
    expect(readParameters(cell).map(({ name, kind, comment }) => [name, kind, comment])).toEqual([
      ["photo", "string", "file in photos/"],
      ["every", "number", "rows"],
      ["quick", "boolean", ""],
      ["points", "array", ""],
      ["scale", "number", "null: automatic"],
      ["folder", "null", "where to write"],
      ["range", "object", "colours"],
    ]);
    expect(readParameters(cell)[1].value).toBe("7");
  });

  const declaredAgain: [string, string | number | readonly unknown[] | null, string][] = [
    ["photo", "lake.png", 'const photo = "lake.png"; // file in photos/'],
    ["photo", 'say "hi"\\', 'const photo = "say \\"hi\\"\\\\"; // file in photos/'],
    ["photo", "12", 'const photo = "12"; // file in photos/'],
    ["every", "11", "const every: number = 11; // rows"],
    ["every", "-0.5e1", "const every: number = -5; // rows"],
    ["every", 13, "const every: number = 13; // rows"],
    ["quick", "true", "const quick = true;"],
    ["points", '[{"row":1,"col":2}]', 'const points: Point[] = [{"row":1,"col":2}];'],
    ["scale", "null", "const scale: number | null = null; // null: automatic"],
    ["scale", null, "const scale: number | null = null; // null: automatic"],
    ["folder", "figures", 'const folder: string | null = "figures"; // where to write'],
    ["range", '{"low":2}', 'const range = {"low":2} as Range; // colours'],
  ];
  test.each(declaredAgain)("%s takes %j, and keeps its type and its comment", (name, value, line) => {
    expect(injectedSource(cell, { [name]: value })).toBe(`// Parameters of this run\n${line}`);
  });

  test("null is no text where there may be none", () => {
    const second = 'const second: string | null = "boats"; // another picture, or null';
    expect(injectedSource(second, { second: "null" })).toContain("const second: string | null = null;");
    expect(injectedSource('const name = "boats";', { name: "null" })).toContain('const name = "null";');
  });

  test("several values come in the order of the cell", () => {
    expect(injectedSource(cell, { quick: "true", photo: "a.png" }).split("\n").slice(1)).toEqual([
      'const photo = "a.png"; // file in photos/',
      "const quick = true;",
    ]);
  });

  const refused: [string, string, string][] = [
    ["every", "abc", 'every: expected a number, found "abc"'],
    ["every", '"5"', 'every: expected a number, found "\\"5\\""'],
    ["every", "null", 'every: expected a number, found "null"'],
    ["every", "1e999", 'every: expected a number, found "1e999"'],
    ["every", "", 'every: expected a number, found ""'],
    ["quick", "yes", 'quick: expected true or false, found "yes"'],
    ["points", "{}", 'points: expected a JSON array, found "{}"'],
    ["range", "[]", 'range: expected a JSON object, found "[]"'],
  ];
  test.each(refused)("%s refuses %j", (name, value, message) => {
    expect(() => injectedSource(cell, { [name]: value })).toThrow(
      expect.objectContaining({ code: "parameter-kind", message }),
    );
  });

  test("a number is refused where text is declared", () => {
    expect(() => injectedSource(cell, { photo: 5 })).toThrow('photo: expected a string, found "5"');
  });

  test("an unknown name is refused with the names there are", () => {
    expect(() => injectedSource("const a = 1, b = 2;", { c: "1" })).toThrow(
      expect.objectContaining({ code: "parameter-unknown", message: 'parameters: expected one of a, b, found "c"' }),
    );
    expect(() => injectedSource(cell, { toString: "1" } as never)).toThrow(/found "toString"$/);
  });

  const malformed: [string, string][] = [
    ["let a = 1;", 'parameters cell, line 1: expected only "const name = value;", found let a = 1;'],
    ["\nconst a = 1;\nf(a);", 'parameters cell, line 3: expected only "const name = value;", found f(a);'],
    ["const a = f(1);", "parameters cell, line 1: expected a literal value of a, found f(1)"],
    ["const a = [1, b];", "parameters cell, line 1: expected a literal value of a, found [1, b]"],
    ["const a = { ...b };", "parameters cell, line 1: expected a literal value of a, found { ...b }"],
    ["const { a } = { a: 1 };", 'parameters cell, line 1: expected only "const name = value;", found { a } = { a: 1 }'],
    ["const a = [1;", "parameters cell, line 1: expected TypeScript, found a mistake: ',' expected."],
  ];
  test.each(malformed)("%j is refused", (source, message) => {
    expect(() => readParameters(source)).toThrow(expect.objectContaining({ code: "parameters-cell", message }));
  });
});

describe("parameters of a notebook", () => {
  const document = notebook(codeCell("1"), markdownCell("const a = 2;"), codeCell("const a = 1;", "parameters"));

  test("values go into a cell of their own below the tagged one, in a copy", () => {
    const given = setParameters(document, { a: "5" });
    expect(given.cells.map(({ source }) => source)).toEqual([
      "1",
      "const a = 2;",
      "const a = 1;",
      "// Parameters of this run\nconst a = 5;",
    ]);
    expect(given.cells[3]).toMatchObject({ cell_type: "code", metadata: { tags: ["injected-parameters"] } });
    expect(given.cells[3]).not.toHaveProperty("id");
    expect(document.cells).toHaveLength(3);
    expect(notebookParameters(given)).toEqual([{ name: "a", kind: "number", value: "1", comment: "" }]);
  });

  test("values of an earlier run are replaced, and the cell has an id where the format has ids", () => {
    const first = setParameters({ ...document, nbformat_minor: 5 }, { a: "5" });
    const second = setParameters(first, { a: "7" });
    expect(second.cells.map(({ source }) => source).slice(2)).toEqual([
      "const a = 1;",
      "// Parameters of this run\nconst a = 7;",
    ]);
    expect(second.cells[3]).toMatchObject({ id: "injected-parameters" });
  });

  test("a notebook without a tagged cell has no parameters and takes none", () => {
    const plain = notebook(codeCell("1"));
    expect(notebookParameters(plain)).toEqual([]);
    expect(setParameters(plain, {})).toBe(plain);
    expect(() => setParameters(plain, { a: "1" })).toThrow(expect.objectContaining({ code: "parameters-missing" }));
  });

  test("two tagged cells are refused", () => {
    const twice = notebook(codeCell("const a = 1;", "parameters"), codeCell("const b = 1;", "parameters"));
    expect(() => setParameters(twice, { a: "1" })).toThrow(/tagged parameters, found 2$/);
  });
});
