import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type CommandOutcome, type Surroundings, thisMachine } from "../../lib/doctor/surroundings";
import { installJupyter } from "../../lib/lab/install";
import { dataFolderOf, findJupyter, registeredKernel } from "../../lib/lab/jupyter";
import { registerKernel, userDataFolder } from "../../lib/lab/kernelSpec";
import { temporaryFolder } from "../fixtures";
import { hasJupyter, jupyterEnvironment, sayWhenSkipped, skipJupyter } from "../jupyter";
import { startJupyterLab } from "../jupyterLab";
import { programIn } from "../program";

const folder = await temporaryFolder();
const setr = programIn(folder);

/** A machine on which commands answer as given, and all others fail. */
function machine(answers: Record<string, string>, programs: Record<string, string> = {}): Surroundings {
  const run = async (path: string, args: readonly string[]): Promise<CommandOutcome> => {
    const stdout = answers[[path, ...args].join(" ")];
    return stdout === undefined
      ? { status: 1, stdout: "", stderr: "Traceback:\nno such command" }
      : { status: 0, stdout, stderr: "" };
  };
  return { ...thisMachine(), run, findCommand: (name) => programs[name] };
}

describe("the kernel of the project", () => {
  test("is registered in a folder with Node, the library's own file, and interruption by message", async () => {
    const path = join(folder, "share", "jupyter", "kernels", "setr", "kernel.json");
    expect(await setr("lab", "--register", "--prefix", folder)).toEqual({ status: 0, stdout: `${path}\n`, stderr: "" });
    const spec = JSON.parse(await readFile(path, "utf8"));
    expect(spec).toMatchObject({
      display_name: "SETR (TypeScript)",
      language: "typescript",
      interrupt_mode: "message",
      argv: [process.execPath, expect.any(String), expect.stringMatching(/setr-kernel\.js$/), "{connection_file}"],
    });
    expect(existsSync(spec.argv[2])).toBe(true);
  });

  test("replaces what was registered before", async () => {
    const data = join(folder, "replaced");
    await mkdir(join(data, "kernels", "setr"), { recursive: true });
    await writeFile(join(data, "kernels", "setr", "kernel.json"), "{}");
    expect(JSON.parse(await readFile(await registerKernel(data), "utf8")).language).toBe("typescript");
  });

  test("goes where Jupyter looks for a user's kernels on each system", () => {
    expect(userDataFolder("linux", {})).toBe(join(homedir(), ".local", "share", "jupyter"));
    expect(userDataFolder("linux", { XDG_DATA_HOME: "/data" })).toBe(join("/data", "jupyter"));
    expect(userDataFolder("darwin", {})).toBe(join(homedir(), "Library", "Jupyter"));
    expect(userDataFolder("win32", { APPDATA: "/roaming" })).toBe(join("/roaming", "jupyter"));
    expect(userDataFolder("linux", { JUPYTER_DATA_DIR: "/own" })).toBe("/own");
  });

  test("is registered in one place at a time", async () => {
    expect(await setr("lab", "--register", "--user", "--prefix", folder)).toMatchObject({ status: 2 });
    expect(await setr("lab", "--register", "--check")).toMatchObject({ status: 2 });
  });

  test("is registered where a place is named, and nothing else is done", async () => {
    const prefix = join(folder, "named");
    const path = join(prefix, "share", "jupyter", "kernels", "setr", "kernel.json");
    expect(await setr("lab", "--prefix", prefix)).toEqual({ status: 0, stdout: `${path}\n`, stderr: "" });
    expect(await setr("lab", "--check", "--prefix", prefix)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("error: option '--prefix <folder>' cannot be used with option '--check'"),
    });
    expect(await setr("lab", "--check", "--user")).toMatchObject({ status: 2 });
  });
});

describe("the Jupyter that is used", () => {
  const onPath = { jupyter: "/bin/jupyter" };

  test("is the one on the PATH, or that of the named Python", async () => {
    const answers = { "/bin/jupyter lab --version": "4.6.6\n", "/opt/python -m jupyter lab --version": "4.5.0\n" };
    const around = machine(answers, { ...onPath, python: "/opt/python" });
    expect(await findJupyter(undefined, around)).toEqual({ command: ["/bin/jupyter"], lab: "4.6.6" });
    expect(await findJupyter("python", around)).toEqual({ command: ["/opt/python", "-m", "jupyter"], lab: "4.5.0" });
  });

  test("must be there where a Python is named", async () => {
    await expect(findJupyter("python", machine({}))).rejects.toMatchObject({ code: "no-python" });
    const without = machine({}, { python: "/opt/python" });
    await expect(findJupyter("python", without)).rejects.toMatchObject({
      code: "no-jupyter",
      message: "--python: expected a Python with Jupyter, found none in /opt/python",
    });
  });

  test("says where its kernels are", async () => {
    const jupyter = { command: ["/bin/jupyter"], lab: "4.6.6" } as const;
    const data = JSON.stringify({ data: ["/venv/share/jupyter", "/home/share/jupyter"] });
    const kernels = { python3: { resource_dir: "/p", spec: { argv: ["python"] } } };
    const own = { ...kernels, setr: { resource_dir: "/s", spec: { argv: ["node", "k"] } } };
    const list = (kernelspecs: unknown) =>
      machine({ "/bin/jupyter kernelspec list --json": JSON.stringify({ kernelspecs }) });
    expect(await dataFolderOf(jupyter, machine({ "/bin/jupyter --paths --json": data }))).toBe("/venv/share/jupyter");
    expect(await registeredKernel(jupyter, list(own))).toEqual({ folder: "/s", argv: ["node", "k"] });
    await expect(registeredKernel(jupyter, list(kernels))).rejects.toMatchObject({
      message: "/bin/jupyter: expected the kernel setr, found python3; run: npx setr lab --register",
    });
    await expect(dataFolderOf(jupyter, machine({}))).rejects.toMatchObject({
      message: "/bin/jupyter --paths --json: expected JSON, found: no such command",
    });
  });

  test("is not installed where nobody can be asked", async () => {
    await expect(installJupyter(false, thisMachine())).rejects.toMatchObject({
      code: "no-jupyter",
      message: "lab: expected a Jupyter with JupyterLab, found none; --yes installs one, --python PATH names one",
    });
  });

  test("is not started on what is no folder", async () => {
    expect(await setr("lab", "nowhere")).toEqual({
      status: 1,
      stdout: "",
      stderr: "setr: lab: expected a folder, found none at nowhere\n",
    });
  });
});

sayWhenSkipped("JupyterLab with the project's kernel");
describe.skipIf(skipJupyter)("a real JupyterLab", () => {
  test("is needed", () => expect(hasJupyter).toBe(true));

  test("runs a cell that imports the library, in the kernel it knows", async () => {
    const { JUPYTER_PATH = "" } = await jupyterEnvironment(folder);
    process.env.JUPYTER_PATH = JUPYTER_PATH;
    try {
      const outcome = await setr("lab", "--check");
      expect(outcome).toMatchObject({ status: 0, stderr: "" });
      expect(outcome.stdout).toMatch(/: JupyterLab 4\.[\s\S]*\nsetr with \d+ variants, tslab 1\.[\s\S]*\nok\n$/);
    } finally {
      delete process.env.JUPYTER_PATH;
    }
  });

  test("starts with a token on a copy of the notebooks, knows the kernel, and ends", async () => {
    const lab = await startJupyterLab();
    try {
      const kernels = (token: string) => fetch(`${lab.url}/api/kernelspecs?token=${token}`);
      expect((await kernels("wrong")).status).toBe(403);
      expect(await (await kernels(lab.token)).json()).toMatchObject({
        kernelspecs: { setr: { spec: { display_name: "SETR (TypeScript)" } } },
      });
      const notebook = await fetch(`${lab.url}/api/contents/01-position-embeddings.ipynb?token=${lab.token}`);
      expect(notebook.status).toBe(200);
    } finally {
      await lab.stop();
    }
    expect(existsSync(lab.folder)).toBe(false);
  });
});
