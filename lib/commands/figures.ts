import { access, mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { openWeights } from "../checkpoint/weights";
import { FigureError } from "../errors";
import type { FigureFormat } from "../figure/formats";
import type { PageWidth } from "../figure/style";
import type { ThemeName } from "../figure/theme";
import { checkConfig } from "../model/config";
import { isNamedPhoto, openPhoto } from "../openPhoto";
import { NOTEBOOKS_FOLDER, resolveWeights } from "../paths";
import { type HintOptions, hintsOf, type Size } from "./options";
import { parametersOf, runWithProgress } from "./run";

/** Options of `setr figures`. */
export interface FiguresOptions extends HintOptions {
  readonly weights?: string;
  readonly imageSize?: Size;
  readonly photo?: readonly string[];
  readonly only: readonly number[];
  readonly format: readonly FigureFormat[];
  readonly preset?: PageWidth;
  readonly theme?: ThemeName;
  readonly dpi?: number;
  readonly out: string;
}

/** The notebook of each figure of the supplement, and what its files are called: that of a second photo too. */
const NOTEBOOKS: Readonly<Record<number, { notebook: string; file: string; second?: string }>> = {
  1: { notebook: "01-position-embeddings.ipynb", file: "figure-1-position-embeddings" },
  2: { notebook: "02-attention-maps.ipynb", file: "figure-2-attention-maps" },
  3: { notebook: "03-features.ipynb", file: "figure-3-features", second: "figure-3-features-second" },
  4: { notebook: "04-attention-gallery.ipynb", file: "figure-4-attention-gallery" },
};

/** Numbers of the figures that can be asked for. */
const FIGURE_NUMBERS = Object.keys(NOTEBOOKS).map(Number);

/** Runs the notebooks of the wanted figures and prints the files they saved. */
export async function figuresCommand(options: FiguresOptions): Promise<void> {
  const out = resolve(options.out);
  await mkdir(out, { recursive: true });
  const values = await parameterValues(options, out);
  const files: string[] = [];
  for (const number of options.only) {
    const figure = NOTEBOOKS[number];
    if (!figure) {
      const known = FIGURE_NUMBERS.join(", ");
      throw new FigureError("unknown-figure", `--only: expected figures among ${known}, found ${number}`);
    }
    console.error(`Figure ${number}: notebooks/${figure.notebook}`);
    const path = join(NOTEBOOKS_FOLDER, figure.notebook);
    await runWithProgress(path, await parametersOf(path, values));
    const named =
      values.second !== "null" && figure.second !== undefined ? [figure.file, figure.second] : [figure.file];
    for (const name of named)
      for (const format of options.format) files.push(await present(join(out, `${name}.${format}`)));
  }
  for (const file of files) console.log(file);
}

/** Opens everything once, so that what cannot be used is refused before a notebook starts. */
async function checkInputs(weights: string, photos: readonly string[], options: FiguresOptions): Promise<void> {
  const { config } = await openWeights(weights, hintsOf(options));
  const { height, width } = options.imageSize ?? { height: config.imageHeight, width: config.imageWidth };
  const sized = checkConfig({ ...config, imageHeight: height, imageWidth: width });
  for (const photo of photos) await openPhoto(photo, { config: sized });
}

async function parameterValues(options: FiguresOptions, out: string): Promise<Record<string, string>> {
  const weights = resolve(resolveWeights(options.weights ?? "default"));
  const photos = (options.photo ?? []).map((photo) => (isNamedPhoto(photo) ? photo : resolve(photo)));
  await checkInputs(weights, photos, options);
  return {
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
}

async function present(path: string): Promise<string> {
  await access(path).catch(() => {
    throw new FigureError("not-saved", `${path}: expected the notebook to save it, found nothing`);
  });
  return path;
}
