import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Surroundings, thisMachine } from "../../lib/doctor/surroundings";
import { installJupyter } from "../../lib/lab/install";
import { privatePython } from "../../lib/lab/jupyter";
import { temporaryFolder } from "../fixtures";

const folder = await temporaryFolder();
const NEEDS_PIP = 'if (process.argv.slice(2).join(" ").startsWith("-m pip ")) process.exit(1);';

/** A program that stands for Python: it notes how it is called, then does as told. */
async function python(path: string, log: string, then: string): Promise<string> {
  const note = `require("node:fs").appendFileSync(${JSON.stringify(log)}, process.argv.slice(2).join(" ") + "\\n");`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `#!${process.execPath}\n${note}\n${then}`);
  await chmod(path, 0o755);
  return path;
}

describe.skipIf(process.platform === "win32")("JupyterLab in the private environment", () => {
  /** How the Pythons were called when Jupyter was installed into an environment whose Python does as told. */
  async function calls(name: string, own: string): Promise<string[]> {
    const [environment, log] = [join(folder, name), join(folder, `${name}.log`)];
    const path = await python(privatePython(process.platform, environment), log, own);
    const whole = `#!${process.execPath}\n`;
    const adding = `require("node:fs").writeFileSync(${JSON.stringify(path)}, ${JSON.stringify(whole)});`;
    const system = await python(join(folder, name, "python3"), log, adding);
    const around: Surroundings = { ...thisMachine(), findCommand: () => system };
    await installJupyter(true, around, environment);
    return (await readFile(log, "utf8")).trim().split("\n");
  }

  test("is installed where an earlier attempt has left a Python without pip, which is added first", async () => {
    expect(await calls("half", NEEDS_PIP)).toEqual(["-m pip --version", `-m venv ${join(folder, "half")}`]);
  });

  test("is installed by the pip that is there", async () => {
    expect(await calls("whole", "")).toEqual([
      "-m pip --version",
      expect.stringMatching(/^-m pip install .*--requirement \S+requirements\.txt$/),
    ]);
  });

  test("says which signal ended an installation", async () => {
    const kill = 'if (process.argv.includes("install")) process.kill(process.pid, "SIGKILL");';
    await expect(calls("killed", kill)).rejects.toMatchObject({
      code: "install",
      message: expect.stringMatching(/: expected success, found SIGKILL$/),
    });
  });
});
