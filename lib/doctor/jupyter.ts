import { basename } from "node:path";
import type { Check, CommandOutcome, Finding, Surroundings } from "./surroundings";

const INSTALL_KERNEL = "in the project's folder: npx setr lab --register";
const INSTALL_JUPYTER = "in the project's folder: npx setr lab";

/** Whether Jupyter is there and starts; notebooks run without it, by `setr run`. */
export const checkJupyter: Check = async (around) => {
  const subject = "Jupyter";
  const path = around.findCommand("jupyter");
  if (!path) {
    const found = "no jupyter on the PATH; notebooks run without it, by setr run";
    return { status: "off", subject, found, fix: INSTALL_JUPYTER };
  }
  const outcome = await around.run(path, ["--version"]);
  if (outcome.status !== 0) {
    return { status: "warning", subject, found: `${path} --version ${endText(outcome)}`, fix: INSTALL_JUPYTER };
  }
  const versions = [...outcome.stdout.matchAll(/^(jupyterlab|notebook|jupyter_core)\s*: (\d\S*)/gm)];
  const named = versions.map(([, name, version]) => `${name} ${version}`).join(", ");
  return { status: "ok", subject, found: `${path}${named ? `: ${named}` : ""}` };
};

/** Whether Jupyter knows this project's kernel, or another one's, and the kernel's program is there. */
export const checkJupyterKernel: Check = async (around) => {
  const subject = "Jupyter's TypeScript";
  const path = around.findCommand("jupyter");
  if (!path) return { status: "off", subject, found: "no Jupyter to know a kernel" };
  const outcome = await around.run(path, ["kernelspec", "list", "--json"]);
  const kernels = readKernels(outcome.stdout);
  if (outcome.status !== 0 || !kernels) {
    const why = outcome.status === 0 ? "printed no list of kernels" : endText(outcome);
    return { status: "warning", subject, found: `${path} kernelspec list --json ${why}`, fix: INSTALL_JUPYTER };
  }
  return { subject, ...judge(kernels, around) };
};

interface Kernel {
  readonly name: string;
  readonly argv: readonly string[];
}

function judge(kernels: readonly Kernel[], { findCommand, readText }: Surroundings): Omit<Finding, "subject"> {
  const own = kernels.filter(isOwn);
  const usable = own.find(({ argv }) => {
    const [node = "", file = ""] = programs(argv);
    return findCommand(node) !== undefined && readText(file) !== undefined;
  });
  if (usable) return { status: "ok", found: `kernel ${usable.name} starts ${programs(usable.argv).join(" ")}` };
  const [first] = own;
  const known = kernels.map(({ name }) => name).join(", ") || "none";
  const found = first
    ? `kernel ${first.name} starts ${programs(first.argv).join(" ")}, which is not there`
    : `no kernel starts setr-kernel.js; kernels: ${known}`;
  return { status: "missing", found, fix: INSTALL_KERNEL };
}

/** A kernel that starts this library's kernel with Node. */
function isOwn({ argv }: Kernel): boolean {
  return programs(argv).some((program) => basename(program) === "setr-kernel.js");
}

/** The programs that a command names: Node and a file, without options. */
function programs(argv: readonly string[]): readonly string[] {
  return argv.filter((word) => !/^[-{]/.test(word)).slice(0, 2);
}

function readKernels(text: string): Kernel[] | undefined {
  try {
    const { kernelspecs } = JSON.parse(text) as { kernelspecs: Record<string, { spec: { argv: string[] } }> };
    return Object.entries(kernelspecs).map(([name, { spec }]) => ({ name, argv: spec.argv.map(String) }));
  } catch {
    return undefined;
  }
}

function endText({ status, failure, stderr }: CommandOutcome): string {
  const words = stderr.trim().split("\n").at(-1);
  return `ended with ${status ?? failure}${words ? `: ${words}` : ""}`;
}
