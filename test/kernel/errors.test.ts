import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Client, startClient } from "./client";

let folder: string;
let kernel: Client;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "setr-outside-")); // outside the project
  kernel = await startClient(folder);
});
afterAll(async () => {
  await kernel.close();
  await rm(folder, { recursive: true });
});

/** Runs a cell that fails once, and gives its error; nothing of it is on standard error. */
async function failure(code: string) {
  const { status, reply, errors, stderr } = await kernel.run(code);
  expect({ status, stderr, errors: errors.length }).toEqual({ status: "error", stderr: "", errors: 1 });
  const [{ ename, evalue, traceback }] = errors as [(typeof errors)[number]];
  expect(reply).toMatchObject({ ename, evalue, traceback });
  return { ename, evalue, traceback: traceback.join("\n").replace(/Cell \[\d+\]/g, "Cell [n]") };
}

describe("a cell that fails", () => {
  test("shows the line of its TypeScript, where types and imports shift the lines of its JavaScript", async () => {
    const code = `import { readFileSync } from "fs";
interface Box {
  readonly height: number;
}
const box: Box = { height: 5 };

if (box.height > 3) throw new RangeError("too high");`;
    expect(await failure(code)).toEqual({
      ename: "RangeError",
      evalue: "too high",
      traceback: `RangeError: too high

Cell [n], line 7, column 27
  5 | const box: Box = { height: 5 };
  6 |
> 7 | if (box.height > 3) throw new RangeError("too high");
    |                           ^`,
    });
  });

  test("names the calls through earlier cells, and no call of the kernel", async () => {
    await kernel.run("function high(value: number): never {\n  throw new Error(String(value));\n}");
    const { traceback } = await failure("const value = 7;\nawait 0;\n[value].forEach((each) => high(each));");
    expect(traceback).toBe(`Error: 7

Cell [n], line 2, column 9
  1 | function high(value: number): never {
> 2 |   throw new Error(String(value));
    |         ^
  3 | }

    at high (Cell [n], line 2, column 9)
    at Cell [n], line 3, column 27
    at Cell [n], line 3, column 9`);
  });

  const rejected: [string, string, string, string][] = [
    ["awaits a rejected promise", "await Promise.reject(new TypeError('not here'))", "TypeError", "not here"],
    ["leaves a rejected promise alone", "void Promise.reject(new TypeError('alone'))", "TypeError", "alone"],
    [
      "throws in a callback",
      "setTimeout(() => { throw new Error('late') }, 20); await new Promise(() => {})",
      "Error",
      "late",
    ],
    ["throws a number", "throw 3", "Thrown", "3"],
    ["throws text", "throw 'no'", "Thrown", "no"],
    ["throws an object", "throw { why: 1 }", "Thrown", "{ why: 1 }"],
    ["throws nothing", "throw undefined", "Thrown", "undefined"],
  ];
  test.each(rejected)("because it %s says so", async (_, code, ename, evalue) => {
    expect(await failure(code)).toMatchObject({ ename, evalue });
  });

  test("shows each mistake that TypeScript found", async () => {
    expect(await failure("const wrong: number = 'x';\nnowhere();")).toEqual({
      ename: "TypeScript",
      evalue: "line 1, column 7: Type 'string' is not assignable to type 'number'. (TS2322)",
      traceback: `TypeScript: Type 'string' is not assignable to type 'number'. (TS2322)

Cell [n], line 1, column 7
> 1 | const wrong: number = 'x';
    |       ^
  2 | nowhere();

TypeScript: Cannot find name 'nowhere'. (TS2304)

Cell [n], line 2, column 1
  1 | const wrong: number = 'x';
> 2 | nowhere();
    | ^`,
    });
  });

  test("shows an error of the library as its sentence with its code, and only the calls of cells", async () => {
    const { ename, evalue, traceback } = await failure(
      'import * as setr from "setr";\nawait setr.openSetr("/none/at/all");',
    );
    expect({ ename, evalue }).toEqual({
      ename: "CheckpointError",
      evalue: "/none/at/all: expected a weight file, found no such file",
    });
    expect(traceback).toMatch(/^CheckpointError \[not-found\]: .*no such file\n\nCell \[n\], line 2, column \d+\n/);
    expect(traceback).not.toContain("dist");
  });

  test("shows what caused an error", async () => {
    const { traceback } = await failure("throw new Error('outer', { cause: new RangeError('inner') })");
    expect(traceback).toMatch(
      /^Error: outer\n[\s\S]*\ncaused by\n\nRangeError: inner\n\nCell \[n\], line 1, column 35\n/,
    );
  });
});

test("a cell that fails keeps the cells that wait behind it from running, and the next one runs", async () => {
  const failing = kernel.run("await new Promise((resolve) => setTimeout(resolve, 300)); throw new Error('first')");
  const waiting = kernel.run("console.log('not reached')");
  expect([(await failing).status, await waiting]).toMatchObject(["error", { status: "aborted", stdout: "" }]);
  expect(await kernel.run("console.log('reached')")).toMatchObject({ status: "ok", stdout: "reached\n" });
});

test("a message that is signed with another key is refused on the kernel's own standard error, not in a cell", async () => {
  await kernel.forge();
  const { stdout, stderr } = await kernel.run(
    "await new Promise((resolve) => setTimeout(resolve, 300)); console.log(2)",
  );
  expect({ stdout, stderr }).toEqual({ stdout: "2\n", stderr: "" });
  expect(kernel.process.errorTail()).toContain("expected the connection's signature, found another");
});

test("a cell is announced with its code and number, and a silent one is neither announced nor counted", async () => {
  const [one, silent, two] = [await kernel.run("1"), await kernel.run("2", { silent: true }), await kernel.run("3")];
  expect(one.types).toContain("execute_input");
  expect(silent.types).not.toContain("execute_input");
  expect(Number(two.reply.execution_count)).toBe(Number(one.reply.execution_count) + 1);
});

test("what a later cell does with a variable of the same name and another type is not held against it", async () => {
  await kernel.run("const size = 3;");
  expect(await kernel.run("const size = 'large';")).toMatchObject({ status: "ok" });
  expect(await kernel.run("console.log(size.toUpperCase())")).toMatchObject({ stdout: "LARGE\n" });
});

test("the library and Node's types are found from a folder outside the project", async () => {
  const code = `import * as setr from "setr";
import { sep } from "path";
console.log(setr.VARIANTS.includes("pup-large"), sep, process.cwd(), require("setr") === setr);`;
  const { status, stdout } = await kernel.run(code);
  expect({ status, stdout }).toEqual({ status: "ok", stdout: `true / ${folder} true\n` });
});
