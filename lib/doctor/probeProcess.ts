/**
 * A program that tries one thing and sends its parent a `ProbeReply`: `probeProcess.js WHAT [NAME ...]`.
 *
 * What it tries may end or block the process; the parent tells that from an answer.
 */
import { sizeOf } from "../arrays";
import type { RunRequest } from "../engine/engine";
import type { EngineName } from "../engine/open";
import type { SetrConfig } from "../model/config";
import type { ProbeReply } from "./probe";

type Trial = (names: readonly string[]) => Promise<ProbeReply>;

const TRIALS: Readonly<Record<string, Trial>> = { engine, libraries, tslab, zeromq, font, sharp, freedMemory };

/** The smallest model that has all parts: 2x2 patches, one layer. */
const TINY: SetrConfig = {
  imageHeight: 32,
  imageWidth: 32,
  patchSize: 16,
  embedDim: 8,
  depth: 1,
  numHeads: 2,
  mlpDim: 16,
  numClasses: 3,
  normalisation: "imagenet",
  decoder: { type: "naive", channels: 8, order: "official" },
};

/** Opens an engine and runs a tiny model on it. */
async function engine([name]: readonly string[]): Promise<ProbeReply> {
  const { openEngine } = await import("../engine/open");
  const opened = await openEngine(name as EngineName);
  const logits = (await opened.run(await tinyRequest())).get("logits");
  await opened.release();
  const works = logits?.data.length === 3 * 32 * 32 && logits.data.every(Number.isFinite);
  return { works, found: works ? opened.title : `${opened.title}, which computes nonsense` };
}

async function tinyRequest(): Promise<RunRequest> {
  const { parameterShapes } = await import("../model/parameters");
  const filled = (shape: readonly number[]) => ({ shape, data: new Float32Array(sizeOf(shape)).fill(0.1) });
  const values = new Map([...parameterShapes(TINY)].map(([name, shape]) => [name, filled(shape)]));
  const weights: RunRequest["weights"] = {
    path: __filename,
    sha256: "",
    family: "official",
    config: TINY,
    posEmbed: values.get("backbone.pos_embed")!,
    dataPath: __filename, // never read: all parameters are handed over as values
    parameters: new Map(),
    trained: false,
    origin: undefined,
    classes: undefined,
    notes: [],
  };
  return { weights, config: TINY, values, input: filled([1, 3, 32, 32]), capture: ["logits"] };
}

/** Asks the system's loader for shared libraries; a library is no addon, so Node refuses it after it has been loaded. */
async function libraries(names: readonly string[]): Promise<ProbeReply> {
  const failures = names.flatMap((name) => {
    try {
      process.dlopen({ exports: {} }, name);
      return [];
    } catch (error) {
      const { message } = error as Error;
      if (message.includes("did not self-register")) return [];
      return message.startsWith(`${name}: cannot open`) ? [name] : [`${name} (${message})`];
    }
  });
  return { works: failures.length === 0, found: failures.join(", ") };
}

async function tslab(): Promise<ProbeReply> {
  require.resolve("tslab/bin/tslab");
  require("tslab/dist/main.js"); // loads its TypeScript too, but zeromq only when a kernel starts
  return { works: true, found: `tslab ${require("tslab/package.json").version}` };
}

async function zeromq(): Promise<ProbeReply> {
  const { version } = await import("zeromq");
  return { works: true, found: `zeromq ${require("zeromq/package.json").version}, libzmq ${version}` };
}

async function font(): Promise<ProbeReply> {
  const { outlineText } = await import("../figure/font");
  const works = ([400, 600] as const).every((weight) => outlineText([{ text: "SETR" }], 8, weight) !== "");
  const { version } = require("@fontsource/inter/package.json");
  return {
    works,
    found: works ? `Inter ${version}, from a package; no system font is needed` : "Inter without letters",
  };
}

async function sharp(): Promise<ProbeReply> {
  const { default: draw } = await import("sharp");
  await draw({ create: { width: 2, height: 2, channels: 3, background: "red" } })
    .png()
    .toBuffer();
  return { works: true, found: `sharp ${draw.versions.sharp}, libvips ${draw.versions.vips}` };
}

async function freedMemory(): Promise<ProbeReply> {
  const { keepFreedMemory } = await import("../engine/freedMemory");
  const { kept, found } = await keepFreedMemory();
  return { works: kept, found };
}

/** The message of an error in one line, without the list of files that asked for a module. */
function oneLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message
    .replace(/\s*Require stack:(\n- .*)*/g, "")
    .trim()
    .replace(/\s*\n\s*/g, " ");
}

async function main([what, ...names]: readonly string[]): Promise<void> {
  const reply = await TRIALS[what as string]!(names).catch((error) => ({ works: false, found: oneLine(error) }));
  process.send?.(reply, () => process.exit());
}

process.once("disconnect", () => process.exit());
void main(process.argv.slice(2));
