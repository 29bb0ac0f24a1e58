import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../fixtures";
import { ownDisk } from "../ownDisk";
import { programIn } from "../program";
import { codeCell, writeCells } from "./notebooks";

const folder = await temporaryFolder();
const disk = ownDisk(400, "notebooks in a folder that can only be read");

describe.skipIf(!disk)("a notebook in a folder that can only be read", () => {
  test("runs where it lies, and is written elsewhere; in its folder it is not, and one sentence says why", async () => {
    const path = await writeCells(disk!.path, codeCell('console.log((await import("fs")).existsSync("nothing"));'));
    disk!.makeReadOnly();
    const setr = programIn(folder);
    const out = join(folder, "executed.ipynb");
    expect(await setr("run", path, "--out", out)).toMatchObject({ status: 0, stdout: `${out}\n` });
    expect(JSON.parse(await readFile(out, "utf8")).cells[0].outputs).toMatchObject([{ text: ["false\n"] }]);
    const refused = await setr("run", path, "--out", path);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain(`\nsetr: ${path}: cannot be written (EROFS: read-only file system, open `);
  });
});
