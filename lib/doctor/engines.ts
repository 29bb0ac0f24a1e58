import { ENGINE_NAMES, type EngineName } from "../engine/open";
import { hasGpu } from "./gpu";
import type { ProbeOutcome } from "./probe";
import type { Check, Finding, Surroundings } from "./surroundings";

const REINSTALL = "npm ci";

/** One check for each engine: really started, on a tiny model. */
export const ENGINE_CHECKS: readonly Check[] = ENGINE_NAMES.map((name) => (around) => checkEngine(name, around));

/** Whether a finding says that an engine can run models. */
export function isWorkingEngine({ subject, status }: Finding): boolean {
  return subject.startsWith("engine ") && status === "ok";
}

async function checkEngine(name: EngineName, around: Surroundings): Promise<Finding> {
  const subject = `engine ${name}`;
  const outcome = await around.probe("engine", [name]);
  if (outcome.state === "works") return { status: "ok", subject, found: outcome.found };
  if (outcome.state !== "fails") {
    return { status: "warning", subject, found: outcome.found, fix: "choose one that is ok with --engine" };
  }
  if (name === "webgpu") return { subject, ...withoutWebGpu(outcome, around) };
  if (name === "tfjs-tensorflow") return { subject, ...withoutTensorflow(outcome, around) };
  return { status: "missing", subject, found: outcome.found, fix: REINSTALL };
}

type Verdict = Omit<Finding, "subject">;

function withoutWebGpu({ found }: ProbeOutcome, around: Surroundings): Verdict {
  if (/onnxruntime-node/.test(found)) return { status: "missing", found, fix: REINSTALL };
  if (around.platform !== "linux") return { status: "missing", found, fix: "update the GPU's driver" };
  if (!hasGpu(around)) return { status: "off", found: `no GPU on this machine: ${found.replace(/^.*, found: /, "")}` };
  return {
    status: "missing",
    found,
    fix: "install libvulkan1 and the GPU's Vulkan driver (mesa-vulkan-drivers, NVIDIA's)",
  };
}

/** The native package is optional, and not made for every machine. */
function withoutTensorflow({ found }: ProbeOutcome, { platform, arch }: Surroundings): Verdict {
  const packages = ["@tensorflow/tfjs-node-gpu", "@tensorflow/tfjs-node"];
  if (!packages.every((name) => found.includes(`Cannot find module '${name}'`))) {
    return { status: "missing", found, fix: "npm rebuild @tensorflow/tfjs-node-gpu" };
  }
  const made = arch === "x64" && (platform === "linux" || platform === "win32");
  const install = { fix: "npm ci --include=optional, which downloads a large library" };
  const why = made ? "optional and not installed" : `not made for ${platform} ${arch}`;
  return { status: "off", found: `@tensorflow/tfjs-node-gpu is ${why}`, ...(made ? install : {}) };
}
