import { mkdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { openWeights } from "../checkpoint/weights";
import { FigureError } from "../errors";
import type { FigureFormat } from "../figure/formats";
import type { PageWidth } from "../figure/style";
import type { ThemeName } from "../figure/theme";
import { checkConfig, type SetrConfig } from "../model/config";
import { isNamedPhoto, openPhoto } from "../openPhoto";
import { NOTEBOOKS_FOLDER, resolveWeights } from "../paths";
import { FIGURE_NOTEBOOKS, FIGURE_NUMBERS, type FigureNotebook } from "./figureNotebooks";
import { type HintOptions, hintsOf, type Size } from "./options";
import { parametersOf, runAll } from "./run";

/** Options of `setr figures`. */
export interface FiguresOptions extends HintOptions {
  readonly weights?: string;
  readonly imageSize?: Size;
  readonly photo?: readonly string[];
  readonly only: readonly number[];
  /** All figures, whatever `only` says. */
  readonly all?: boolean;
  readonly format: readonly FigureFormat[];
  readonly preset?: PageWidth;
  readonly theme?: ThemeName;
  readonly dpi?: number;
  readonly out: string;
  /** Notebooks that run at once. */
  readonly jobs: number;
}

/** How much earlier than its writing a file may say that it was written. */
const CLOCK_TOLERANCE_MS = 2000;

/** Runs the notebooks of the wanted figures, each once, and prints the files they saved. */
export async function figuresCommand(options: FiguresOptions): Promise<void> {
  const out = resolve(options.out);
  const { config, values } = await parameterValues(options, out);
  const notebooks = chosen(config, options);
  await mkdir(out, { recursive: true });
  const start = Date.now();
  const jobs = notebooks.map(async ({ notebook }) => {
    const path = join(NOTEBOOKS_FOLDER, notebook);
    return { path, parameters: await parametersOf(path, values) };
  });
  await runAll(await Promise.all(jobs), { jobs: options.jobs });
  const names = notebooks.flatMap(({ files, ofSecond = [] }) => [
    ...Object.values(files).flat(),
    ...(values.second === "null" ? [] : ofSecond),
  ]);
  const files = names.flatMap((name) => options.format.map((format) => saved(join(out, `${name}.${format}`), start)));
  for (const file of await Promise.all(files)) console.log(file);
}

/** The notebooks of the wanted figures, without those that the model cannot fill. */
function chosen(config: SetrConfig, options: FiguresOptions): FigureNotebook[] {
  const wanted = options.all ? FIGURE_NUMBERS : options.only;
  return FIGURE_NOTEBOOKS.filter((notebook) => {
    if (!numbersOf(notebook).some((number) => wanted.includes(number))) return false;
    if (!notebook.needsDecoder || config.decoder.type !== "none") return true;
    leaveOut(`${titleOf(notebook)}: notebooks/${notebook.notebook}`, options);
    return false;
  });
}

function numbersOf({ files }: FigureNotebook): number[] {
  return Object.keys(files).map(Number);
}

/** E.g. "Figure 1" or "Figures 5 to 6". */
function titleOf(notebook: FigureNotebook): string {
  const numbers = numbersOf(notebook);
  return numbers.length === 1 ? `Figure ${numbers[0]}` : `Figures ${numbers[0]} to ${numbers.at(-1)}`;
}

/** What was asked for by its number is refused; of all figures those that can be drawn are. */
function leaveOut(title: string, { all }: FiguresOptions): void {
  const reason = "expected weights with a decoder, found an encoder alone";
  if (!all) throw new FigureError("no-decoder", `${title}: ${reason}`);
  console.error(`${title}: left out (${reason})`);
}

/** Opens everything once, so that what cannot be used is refused before a notebook starts. */
async function checkInputs(weights: string, photos: readonly string[], options: FiguresOptions): Promise<SetrConfig> {
  const { config } = await openWeights(weights, hintsOf(options));
  const { height, width } = options.imageSize ?? { height: config.imageHeight, width: config.imageWidth };
  const sized = checkConfig({ ...config, imageHeight: height, imageWidth: width });
  for (const photo of photos) await openPhoto(photo, { config: sized });
  return sized;
}

async function parameterValues(
  options: FiguresOptions,
  out: string,
): Promise<{ readonly config: SetrConfig; readonly values: Readonly<Record<string, string>> }> {
  const weights = resolve(resolveWeights(options.weights ?? "default"));
  const photos = (options.photo ?? []).map((photo) => (isNamedPhoto(photo) ? photo : resolve(photo)));
  const config = await checkInputs(weights, photos, options);
  const values = {
    weights,
    out,
    formats: JSON.stringify(options.format),
    ...(options.preset === undefined ? {} : { width: `${options.preset}` }),
    ...(options.theme === undefined ? {} : { theme: options.theme }),
    ...(options.dpi === undefined ? {} : { dpi: `${options.dpi}` }),
    ...(options.heads === undefined ? {} : { heads: JSON.stringify(options.heads) }),
    ...(options.normalisation === undefined ? {} : { normalisation: options.normalisation }),
    ...(options.imageSize === undefined ? {} : { imageSize: JSON.stringify(options.imageSize) }),
    ...(photos.length === 0
      ? {}
      : { photo: photos[0] as string, second: photos[1] ?? "null", photos: JSON.stringify(photos) }),
  };
  return { config, values };
}

/** The path of a file that was written since a time in ms; file systems are less exact than that. */
async function saved(path: string, since: number): Promise<string> {
  const file = await stat(path).catch(() => undefined);
  if (file && file.mtimeMs > since - CLOCK_TOLERANCE_MS) return path;
  const found = file ? "a file from before" : "nothing";
  throw new FigureError("not-saved", `${path}: expected the notebook to save it, found ${found}`);
}
