import { checkCache } from "../doctor/cache";
import { CUDA_CHECKS } from "../doctor/cuda";
import { ENGINE_CHECKS, isWorkingEngine } from "../doctor/engines";
import { checkJupyter, checkJupyterKernel } from "../doctor/jupyter";
import { checkFreedMemory, checkMemory } from "../doctor/memory";
import { checkNode } from "../doctor/node";
import { PACKAGE_CHECKS } from "../doctor/packages";
import { type Check, type Finding, thisMachine } from "../doctor/surroundings";
import { EngineError } from "../errors";

/** Options of `setr doctor`. */
export interface DoctorOptions {
  readonly json?: boolean;
}

const CHECKS: readonly Check[] = [
  checkNode,
  checkMemory,
  checkFreedMemory,
  ...ENGINE_CHECKS,
  ...CUDA_CHECKS,
  checkJupyter,
  checkJupyterKernel,
  ...PACKAGE_CHECKS,
  checkCache,
];

/**
 * Says what of this machine can be used, a line each as soon as it is known, and how to get what is missing.
 *
 * @throws EngineError `not-there` when no engine can run a model
 */
export async function doctorCommand({ json = false }: DoctorOptions): Promise<void> {
  const machine = thisMachine();
  const findings: Finding[] = [];
  // One after the other: engines that start at once would take each other's memory, also on a GPU.
  for (const check of CHECKS) {
    const finding = await check(machine);
    findings.push(finding);
    if (!json) console.log(line(finding));
  }
  if (json) console.log(JSON.stringify(findings, null, 2));
  if (!findings.some(isWorkingEngine)) {
    throw new EngineError(
      "not-there",
      "doctor: expected an engine that can run a model, found none; the lines of the engines say why",
    );
  }
}

function line({ status, subject, found, fix }: Finding): string {
  return `${status.padEnd(9)}${subject.padEnd(24)}${found}${fix ? `; fix: ${fix}` : ""}`;
}
