import { hasNvidiaGpu } from "./gpu";
import type { Check, Finding, Surroundings } from "./surroundings";

/** Shared libraries that tfjs-node-gpu opens on Linux, and how to get them. */
interface Part {
  readonly subject: string;
  readonly libraries: readonly string[];
  readonly fix: string;
}

/** Source: what libtensorflow 2.9.1 (tfjs-node-gpu 4.22) looks for; it computes on the processor where one is missing. */
const PARTS: readonly Part[] = [
  { subject: "NVIDIA driver", libraries: ["libcuda.so.1"], fix: "install NVIDIA's driver, 450.80 or newer" },
  {
    subject: "CUDA 11.2",
    libraries: [
      "libcudart.so.11.0",
      "libcublas.so.11",
      "libcublasLt.so.11",
      "libcufft.so.10",
      "libcurand.so.10",
      "libcusolver.so.11",
      "libcusparse.so.11",
    ],
    fix: "install NVIDIA's CUDA toolkit 11.2",
  },
  { subject: "cuDNN 8", libraries: ["libcudnn.so.8"], fix: "install NVIDIA's cuDNN 8.1 for CUDA 11.2" },
];

/** Folders of CUDA where the loader does not look by itself. */
const FOLDERS = [
  "/usr/local/cuda/lib64",
  "/usr/local/cuda-11.2/lib64",
  "/usr/local/cuda/extras/lib64",
  "/opt/cuda/lib64",
];

/** Whether the system's loader finds what tfjs-node-gpu needs to compute on a GPU. */
export const CUDA_CHECKS: readonly Check[] = PARTS.map((part) => (around) => checkPart(part, around));

async function checkPart({ subject, libraries, fix }: Part, around: Surroundings): Promise<Finding> {
  const label = `${subject} (tfjs)`;
  if (around.platform !== "linux") return { status: "off", subject: label, found: `not checked on ${around.platform}` };
  const { state, found } = await around.probe("libraries", libraries);
  if (state === "works") return { status: "ok", subject: label, found: "found by the system's loader" };
  const missing = state === "fails" ? `the loader does not find ${found}` : found;
  if (!hasNvidiaGpu(around)) return { status: "off", subject: label, found: `no NVIDIA GPU here; ${missing}` };
  const folder = FOLDERS.find((path) => libraries.some((name) => around.list(path).includes(name)));
  if (!folder) return { status: "missing", subject: label, found: missing, fix };
  const path = around.env.LD_LIBRARY_PATH ? `${folder}:$LD_LIBRARY_PATH` : folder;
  const there = libraries.filter((name) => around.list(folder).includes(name)).join(", ");
  return {
    status: "missing",
    subject: label,
    found: `${missing}; ${folder} has ${there}`,
    fix: `export LD_LIBRARY_PATH=${path}`,
  };
}
