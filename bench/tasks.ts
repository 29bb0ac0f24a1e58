import { writeFile } from "node:fs/promises";
import * as setr from "setr";
import { featureMap } from "setr/dist/analysis/features";
import { fitPca } from "setr/dist/analysis/pca";
import { matrixProduct } from "setr/dist/engine/matrixProduct";
import { openRoof, type Roof, sampleRoof } from "./roof";

/** What a task may be told. */
export interface TaskOptions {
  /** Passes to run one after another; default 1. */
  readonly images?: number;
  /** Layer whose output is asked for, 1..L. */
  readonly layer?: number;
  /** Token of a point, 1..P; 0 is the class token. */
  readonly token?: number;
  /** Size of the picture in pixels; for `open`, of the model's input. */
  readonly height?: number;
  readonly width?: number;
  /** Distance of windows in pixels. */
  readonly stride?: number;
  /** File to write. */
  readonly path?: string;
}

type Task = (options: TaskOptions) => unknown;

const CAPTURE = ["Z*", "A*.mean", "U*", "logits"];
const SILENT = { cache: false, onProgress: () => {} } as const;

/** The benchmark's tasks with this library; a worker holds one model. */
export class Tasks {
  readonly #weights: string;
  readonly #inputs = new Map<string, setr.NdArray>();
  #model: setr.Setr | undefined;
  #run: setr.Run | undefined;
  #roof: Roof | undefined;

  readonly #tasks: Readonly<Record<string, Task>> = {
    about: async () => {
      await this.#open({});
      return { version: process.version, engine: this.#opened().engineTitle };
    },
    nothing: () => {},
    open: (options) => this.#open(options),
    forward: (options) => this.#forward(["logits"], options),
    layer: ({ layer, ...options }) => this.#forward([`Z${layer}`], options),
    captured_forward: (options) => this.#forward(CAPTURE, options),
    scores: async ({ path }) => {
      await this.#forward(["logits"], {});
      await writeFile(path!, this.#captured().get("logits").data);
    },
    rollout_all: async () => {
      await setr.rollout(this.#captured());
    },
    rollout_point: async ({ token }) => {
      await setr.attentionMap(this.#captured(), this.#point(token!));
    },
    similarity: async () => {
      await setr.positionSimilarity(this.#opened());
    },
    pca: async () => {
      const { config, grid } = this.#opened();
      for (let layer = 1; layer <= config.depth; layer++) {
        const map = featureMap(this.#captured().get(`Z${layer}`), grid);
        await fitPca(map.samples, map.channels, 3, matrixProduct);
      }
    },
    slide: async ({ height, width, stride }) => {
      const input = this.#input(height!, width!);
      await setr.segment(this.#opened(), input, { mode: "slide", stride: stride!, ...SILENT });
    },
    figure_1: async ({ path }) => {
      const model = this.#opened();
      const similarity = await setr.positionSimilarity(model);
      const figure = setr.positionSimilarityFigure(similarity, model.grid, { every: 1, width: 174 });
      await setr.saveFigure(figure, path!, { dpi: 300 });
    },
    roof: async () => {
      this.#roof ??= await openRoof();
      return { rate: await sampleRoof(this.#roof) };
    },
  };

  constructor(weights: string) {
    this.#weights = weights;
  }

  /** @returns the seconds of the task, and what else it gives */
  async run(task: string, options: TaskOptions): Promise<object> {
    const work = this.#tasks[task];
    if (!work) throw new Error(`task: expected one of ${Object.keys(this.#tasks).join(", ")}, found ${task}`);
    const start = performance.now();
    const values = await work(options);
    return { seconds: (performance.now() - start) / 1000, ...(values as object | undefined) };
  }

  async #open({ height, width }: TaskOptions): Promise<void> {
    const imageSize = height && width ? { height, width } : null;
    this.#model = await setr.openSetr(this.#weights, { imageSize, onProgress: () => {} });
  }

  /** Runs the model on the same input, each time anew; the last run's values stay. */
  async #forward(capture: readonly string[], { images = 1 }: TaskOptions): Promise<void> {
    const { imageHeight, imageWidth } = this.#opened().config;
    for (let image = 0; image < images; image++) {
      this.#run = undefined;
      this.#run = await this.#opened().run(this.#input(imageHeight, imageWidth), { capture, ...SILENT });
    }
  }

  #opened(): setr.Setr {
    if (!this.#model) throw new Error("expected an opened model, found none");
    return this.#model;
  }

  #captured(): setr.Run {
    if (!this.#run) throw new Error("expected a captured run, found none");
    return this.#run;
  }

  #point(token: number): setr.Point {
    const { width } = this.#opened().grid;
    return { row: Math.floor((token - 1) / width), col: (token - 1) % width };
  }

  /** sin(0), sin(1), ...: the same input on both sides; made once. */
  #input(height: number, width: number): setr.NdArray {
    const shape = [1, 3, height, width];
    const make = () => Float32Array.from({ length: 3 * height * width }, (_, i) => Math.sin(i));
    const input = this.#inputs.get(shape.join()) ?? { shape, data: make() };
    this.#inputs.set(shape.join(), input);
    return input;
  }
}
