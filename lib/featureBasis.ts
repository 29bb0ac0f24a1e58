import { readFile } from "node:fs/promises";
import { z } from "zod";
import { type ColourBasis, type ColourRange, fitColours } from "./analysis/colourBasis";
import { featureMap } from "./analysis/features";
import { matrixProduct } from "./engine/matrixProduct";
import { AnalysisError } from "./errors";
import { writeWhole } from "./files";
import { gridSize } from "./model/config";
import type { Run } from "./setr";

/** How the features of some layers become colours, so that a colour means the same in every picture. */
export interface FeatureBasis {
  /** What it was fitted on, in words. */
  readonly note: string;
  /** By the name of the captured value, e.g. "Z1". */
  readonly layers: ReadonlyMap<string, ColourBasis>;
}

/** Options of {@link fitFeatureBasis}. */
export interface FeatureBasisOptions {
  /** `joint` by default: one minimum and maximum over the three components; `component`: one for each. */
  readonly range?: ColourRange;
  /** What it is fitted on, in words, e.g. weights and pictures; empty by default. */
  readonly note?: string;
}

/** What a file begins with. */
const FORMAT = "setr-feature-basis-1";

/**
 * Fits PCA false colours on captured features of one or several pictures: for each layer the mean, the first three
 * principal components and their range, over the positions of all pictures together.
 *
 * @param runs runs of one model that captured the names
 * @param names e.g. ["Z1", "Z2", "U1"]; each name has its own fit
 * @throws CaptureError `not-captured`; AnalysisError `pca-samples` without runs, `feature-shape`
 * Source: the official release's visualisation script for Figure 3: PCA(3) on the patches of all pictures, one minimum and
 * maximum over the three components.
 */
export async function fitFeatureBasis(
  runs: Run | readonly Run[],
  names: readonly string[],
  { range = "joint", note = "" }: FeatureBasisOptions = {},
): Promise<FeatureBasis> {
  const all = [runs].flat();
  const layers = new Map<string, ColourBasis>();
  for (const name of names) {
    const maps = all.map((run) => featureMap(run.get(name), gridSize(run.config)));
    layers.set(name, await fitColours(maps, matrixProduct, range));
  }
  return { note, layers };
}

/**
 * Writes a feature basis as JSON, beside its place and then renamed; numbers come back as they were.
 *
 * @param path file to create or replace; missing folders are made
 * @returns the path
 * @throws SetrError `not-written`
 */
export async function saveFeatureBasis(basis: FeatureBasis, path: string): Promise<string> {
  const layers = [...basis.layers].map(([name, { pca, limits }]) => ({
    name,
    mean: [...pca.mean],
    components: pca.components.map((component) => [...component]),
    variances: pca.variances,
    explained: pca.explained,
    limits: limits.map(({ min, max }) => [min, max]),
  }));
  await writeWhole(path, `${JSON.stringify({ format: FORMAT, note: basis.note, layers })}\n`);
  return path;
}

const numbers = z.array(z.number());
const schema = z.strictObject({
  format: z.literal(FORMAT),
  note: z.string(),
  layers: z.array(
    z.strictObject({
      name: z.string().min(1),
      mean: numbers.min(1),
      components: z.array(numbers).min(1).max(3),
      variances: numbers,
      explained: numbers,
      limits: z.array(z.tuple([z.number(), z.number()])).length(3),
    }),
  ),
});

type StoredLayer = z.infer<typeof schema>["layers"][number];

/**
 * Opens what `saveFeatureBasis` wrote.
 *
 * @throws AnalysisError `basis-file` for a file that is not there, is no such JSON, or whose parts do not fit together
 */
export async function openFeatureBasis(path: string): Promise<FeatureBasis> {
  const { note, layers } = parsed(path, await text(path));
  const names = new Set<string>();
  for (const layer of layers) {
    if (names.has(layer.name)) refuse(path, `each layer once, found ${layer.name} twice`);
    names.add(layer.name);
    checkLayer(path, layer);
  }
  return { note, layers: new Map(layers.map((layer) => [layer.name, basisOf(layer)])) };
}

async function text(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    return refuse(path, `a file that can be read, found none (${(error as Error).message})`);
  }
}

function parsed(path: string, content: string): z.infer<typeof schema> {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    return refuse(path, "a feature basis as JSON, found no JSON");
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  return refuse(path, `a feature basis (${FORMAT}), found at ${issue.path.join(".") || "the top"}: ${issue.message}`);
}

function checkLayer(path: string, { name, mean, components, variances, explained, limits }: StoredLayer): void {
  const other = components.find(({ length }) => length !== mean.length);
  if (other) refuse(path, `${mean.length} values in each component of ${name}, found ${other.length}`);
  for (const list of [variances, explained]) {
    if (list.length === components.length) continue;
    refuse(path, `a number for each of the ${components.length} components of ${name}, found ${list.length}`);
  }
  const reversed = limits.find(([min, max]) => min > max);
  if (reversed) refuse(path, `ranges of ${name} with min <= max, found [${reversed.join(", ")}]`);
}

function basisOf({ mean, components, variances, explained, limits }: StoredLayer): ColourBasis {
  const pca = {
    width: mean.length,
    mean: Float64Array.from(mean),
    components: components.map((component) => Float64Array.from(component)),
    variances,
    explained,
  };
  const [red, green, blue] = limits.map(([min, max]) => ({ min, max }));
  return { pca, limits: [red, green, blue] };
}

function refuse(path: string, expectation: string): never {
  throw new AnalysisError("basis-file", `${path}: expected ${expectation}`);
}
