import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../fixtures";
import { PROGRAM } from "../program";

const folder = await temporaryFolder();

/** Starts `setr lab` with a Python whose JupyterLab does as told, and waits until that has written a line. */
async function startLab(name: string, jupyterLab: string): Promise<ChildProcess> {
  const python = join(folder, name);
  const answers = { "lab --version": "4.6.6", "--paths --json": JSON.stringify({ data: [join(folder, "data")] }) };
  const lines = [
    `#!${process.execPath}`,
    `const answer = ${JSON.stringify(answers)}[process.argv.slice(4).join(" ")];`, // after `-m jupyter`
    `if (answer) console.log(answer); else { ${jupyterLab}; console.log("started"); setInterval(() => {}, 1000); }`,
  ];
  await writeFile(python, lines.join("\n"));
  await chmod(python, 0o755);
  const lab = spawn(process.execPath, [PROGRAM, "lab", folder, "--python", python]);
  await once(lab.stdout, "data");
  return lab;
}

describe.skipIf(process.platform === "win32")("setr lab", () => {
  test.each([
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("asks JupyterLab to end when it gets %s, and ends after it", async (signal, expected) => {
    const trace = join(folder, `ended-after-${signal}`);
    const end = `require("node:fs").writeFileSync(${JSON.stringify(trace)}, ""); process.exit();`;
    const lab = await startLab(signal, `process.on("SIGTERM", () => setTimeout(() => { ${end} }, 50))`);
    const printed = text(lab.stderr!);
    lab.kill(signal);
    expect(await once(lab, "exit")).toEqual([expected, null]);
    expect(existsSync(trace)).toBe(true);
    expect(await printed).not.toContain("setr: ");
  });

  test("says which signal has ended JupyterLab", async () => {
    const lab = await startLab("killed", `setTimeout(() => process.kill(process.pid, "SIGKILL"), 50)`);
    const printed = text(lab.stderr!);
    expect(await once(lab, "exit")).toEqual([1, null]);
    expect(await printed).toMatch(/^setr: lab: expected JupyterLab to end by itself, found SIGKILL$/m);
  });
});
