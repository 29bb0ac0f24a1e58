import { describe, expect, test } from "vitest";
import { notebookParameters, readParameters, replaceParameters, setParameters } from "../../lib/notebook/parameters";
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

  const replaced: [string, string | number | readonly unknown[] | null, string, string][] = [
    ["photo", "lake.png", '"alps.jpg"; // file', '"lake.png"; // file'],
    ["photo", 'say "hi"\\', '"alps.jpg"', '"say \\"hi\\"\\\\"'],
    ["photo", "12", '"alps.jpg"', '"12"'],
    ["every", "11", "number = 7; // rows", "number = 11; // rows"],
    ["every", "-0.5e1", "= 7", "= -5"],
    ["every", 13, "= 7", "= 13"],
    ["quick", "true", "quick = false", "quick = true"],
    ["scale", "null", "= 1.5; // null", "= null; // null"],
    ["scale", null, "= 1.5; // null", "= null; // null"],
    ["folder", "figures", "= null; // where", '= "figures"; // where'],
    ["range", '{"low":2}', "{ low: 0, high: [1, 2] } as Range", '{"low":2} as Range'],
  ];
  test.each(replaced)("%s takes %j and the rest of the cell stays", (name, value, before, after) => {
    expect(replaceParameters(cell, { [name]: value })).toBe(cell.replace(before, () => after));
  });

  test("an array over several lines is replaced as a whole", () => {
    const source = replaceParameters(cell, { points: '[{"row":1,"col":2}]', photo: "a.png" });
    expect(source).toContain('const points: Point[] = [{"row":1,"col":2}];\nconst scale');
    expect(source).toContain('const photo = "a.png"; // file in photos/');
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
    expect(() => replaceParameters(cell, { [name]: value })).toThrow(
      expect.objectContaining({ code: "parameter-kind", message }),
    );
  });

  test("a number is refused where text is declared", () => {
    expect(() => replaceParameters(cell, { photo: 5 })).toThrow('photo: expected a string, found "5"');
  });

  test("an unknown name is refused with the names there are", () => {
    expect(() => replaceParameters("const a = 1, b = 2;", { c: "1" })).toThrow(
      expect.objectContaining({ code: "parameter-unknown", message: 'parameters: expected one of a, b, found "c"' }),
    );
    expect(() => replaceParameters(cell, { toString: "1" } as never)).toThrow(/found "toString"$/);
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

  test("values go into the tagged cell of a copy", () => {
    expect(setParameters(document, { a: "5" }).cells.map(({ source }) => source)).toEqual([
      "1",
      "const a = 2;",
      "const a = 5;",
    ]);
    expect(document.cells[2].source).toBe("const a = 1;");
    expect(notebookParameters(document)).toEqual([{ name: "a", kind: "number", value: "1", comment: "" }]);
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
