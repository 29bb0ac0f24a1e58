import { InvalidArgumentError } from "commander";
import type { NdArray } from "../arrays";
import type { InferenceHints } from "../checkpoint/inferConfig";
import { openSafetensors, readTensor, type TensorFile } from "../checkpoint/safetensors";
import type { EngineName } from "../engine/open";
import { type FigureFormat, figureFormats, isFigureFormat } from "../figure/formats";
import { PAGE_PRESETS, PAGE_WIDTH_LIMITS, type PagePreset, type PageWidth } from "../figure/style";
import type { Normalisation } from "../model/config";
import { DEFAULT_POS_EMBED_RESIZE, type PosEmbedResize } from "../model/posEmbed";
import { resolveWeights } from "../paths";
import { type OpenOptions, openSetr, type Setr } from "../setr";

/** A height and a width in pixels. */
export interface Size {
  readonly height: number;
  readonly width: number;
}

/** What weights may not show. */
export interface HintOptions {
  readonly heads?: number;
  readonly normalisation?: Normalisation;
}

/** Options that every command which opens a model shares. */
export interface ModelOptions extends HintOptions {
  readonly weights: string;
  readonly engine?: EngineName;
  readonly imageSize?: Size;
  readonly posEmbedMode?: PosEmbedResize["mode"];
  readonly posEmbedAlignCorners?: boolean;
}

/** A positive whole number from the command line. */
export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value === 0) {
    throw new InvalidArgumentError(`expected a positive whole number, found "${text}".`);
  }
  return value;
}

/** A whole number, zero included. */
export function wholeNumber(text: string): number {
  return text === "0" ? 0 : positiveInteger(text);
}

/** `S` or `HxW` in pixels. */
export function imageSize(text: string): Size {
  const [height, width] = text.split("x", 2) as [string, string | undefined];
  if (text.split("x").length > 2) throw new InvalidArgumentError(`expected S or HxW in pixels, found "${text}".`);
  return { height: positiveInteger(height), width: positiveInteger(width ?? height) };
}

/** Formats of figures, comma-separated; each once, in the order given. */
export function figureFormatList(text: string): FigureFormat[] {
  const names = [...new Set(text.toLowerCase().split(","))];
  if (names.every(isFigureFormat)) return names as FigureFormat[];
  throw new InvalidArgumentError(`expected formats among ${figureFormats.join(", ")}, found "${text}".`);
}

/** A page width by name or in mm. */
export function pageWidth(text: string): PageWidth {
  if (Object.hasOwn(PAGE_PRESETS, text)) return text as PagePreset;
  const { min, max } = PAGE_WIDTH_LIMITS;
  const width = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && width >= min && width <= max) return width;
  const names = Object.keys(PAGE_PRESETS).join(", ");
  throw new InvalidArgumentError(`expected one of ${names}, or mm in ${min}..${max}, found "${text}".`);
}

/** Pixels per inch of a figure. */
export function resolution(text: string): number {
  const dpi = Number(text);
  if (/^\d+$/.test(text) && dpi >= 36 && dpi <= 2400) return dpi;
  throw new InvalidArgumentError(`expected a whole number in 36..2400, found "${text}".`);
}

/** Names, comma-separated. */
export function nameList(text: string): string[] {
  return text.split(",").map((name) => name.trim());
}

/** Positive numbers, comma-separated. */
export function factors(text: string): number[] {
  const values = text.split(",").map((part) => part.trim());
  if (values.every((value) => /^\d+(\.\d+)?$/.test(value) && Number(value) > 0)) return values.map(Number);
  throw new InvalidArgumentError(`expected positive numbers, found "${text}".`);
}

/** A number from 0 to 1. */
export function shareOfOne(text: string): number {
  if (/^(0(\.\d+)?|1(\.0+)?)$/.test(text)) return Number(text);
  throw new InvalidArgumentError(`expected a number from 0 to 1, found "${text}".`);
}

/** Gathers the values of an option given several times or with several values. */
export function gather(value: string, previous: string[] = []): string[] {
  return [...previous, value];
}

/** What the command line says that weights may not show. */
export function hintsOf({ heads, normalisation }: HintOptions): InferenceHints {
  return {
    ...(heads === undefined ? {} : { numHeads: heads }),
    ...(normalisation === undefined ? {} : { normalisation }),
  };
}

/** How position embeddings come to another grid. */
export function posEmbedResizeOf({
  posEmbedMode,
  posEmbedAlignCorners,
}: Pick<ModelOptions, "posEmbedMode" | "posEmbedAlignCorners">): PosEmbedResize {
  const { mode, alignCorners } = DEFAULT_POS_EMBED_RESIZE;
  return { mode: posEmbedMode ?? mode, alignCorners: posEmbedAlignCorners ?? alignCorners };
}

/** Opens the model and prints, on stderr, what had to be assumed and which engine runs; nothing comes from the cache. */
export async function openModel(options: ModelOptions, size?: Size): Promise<Setr> {
  const { engine } = options;
  const wanted = options.imageSize ?? size;
  const open: OpenOptions = {
    ...hintsOf(options),
    ...(engine === undefined ? {} : { engine }),
    ...(wanted === undefined ? {} : { imageSize: wanted }),
    cache: false, // who asks for a run on the command line wants one
    posEmbedResize: posEmbedResizeOf(options),
  };
  const model = await openSetr(resolveWeights(options.weights), open);
  for (const note of model.weights.notes) console.error(note);
  console.error(`engine: ${model.engineTitle}`);
  return model;
}

/** A tensor of an input file, e.g. `input` [1, 3, S, S], and its size. */
export async function readInput(path: string, name: string): Promise<{ input: NdArray; size: Size; file: TensorFile }> {
  const file = await openSafetensors(path);
  const input = await readTensor(file, name);
  const [height = 0, width = 0] = input.shape.slice(-2);
  return { input, size: { height, width }, file };
}
