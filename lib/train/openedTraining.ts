// B batch, H x W picture
import { performance } from "node:perf_hooks";
import { positionStructure } from "../analysis/positionStructure";
import { positionSimilarity } from "../analysis/similarity";
import type { NdArray } from "../arrays";
import { cellSignal, workSignal } from "../cellSignal";
import { checkHalf } from "../checkpoint/convertValues";
import { writeSafetensors } from "../checkpoint/writeSafetensors";
import { cosineProduct } from "../engine/cosineProduct";
import type { TfBackend } from "../engine/tfBackend";
import { TrainingError } from "../errors";
import { gridSize, patchCount, type SetrConfig } from "../model/config";
import { parameterShapes } from "../model/parameters";
import { withProgress } from "../progress";
import type { TrainingConfig } from "./config";
import type { TrainingData } from "./data";
import type { Evaluation, LossPoint, TrainingHistory } from "./history";
import { type Layout, valuesOf } from "./layout";
import type { Learner } from "./learner";
import { ConfusionMatrix } from "./metrics";
import { type TrainingState, writeTrainingState } from "./state";
import type { Training, TrainingStep } from "./training";

/** What a training is made of. */
interface TrainingParts {
  readonly config: TrainingConfig;
  readonly model: SetrConfig;
  readonly backend: TfBackend;
  readonly data: TrainingData;
  readonly layout: Layout;
  readonly learner: Learner;
  readonly notes: readonly string[];
  readonly state: TrainingState | undefined;
}

/** An opened training; see `Training`. */
export class OpenedTraining implements Training {
  readonly config: TrainingConfig;
  readonly model: SetrConfig;
  readonly engineTitle: string;
  readonly data: TrainingData;
  readonly notes: readonly string[];
  private readonly layout: Layout;
  private readonly learner: Learner;
  private readonly losses: LossPoint[];
  private readonly evaluations: Evaluation[];
  private done: number;
  private spent: number;

  constructor({ config, model, backend, data, layout, learner, notes, state }: TrainingParts) {
    this.config = config;
    this.model = model;
    this.engineTitle = backend.title;
    this.data = data;
    this.layout = layout;
    this.learner = learner;
    this.notes = notes;
    this.losses = [...(state?.history.losses ?? [])];
    this.evaluations = [...(state?.history.evaluations ?? [])];
    this.done = state?.step ?? 0;
    this.spent = state?.seconds ?? 0;
  }

  get step(): number {
    return this.done;
  }

  get seconds(): number {
    return this.spent;
  }

  get history(): TrainingHistory {
    return { losses: this.losses, evaluations: this.evaluations };
  }

  async next(): Promise<TrainingStep> {
    if (this.done >= this.config.steps) {
      throw new TrainingError("finished", `training: expected at most ${this.config.steps} steps, found a further one`);
    }
    const signal = cellSignal();
    signal?.throwIfAborted();
    const start = performance.now();
    const step = this.done + 1;
    const result = await this.learner.step(await this.data.batch(step), step);
    const seconds = (performance.now() - start) / 1000;
    this.done = step;
    this.spent += seconds;
    this.losses.push({ step, loss: result.loss, auxiliaryLoss: result.auxiliaryLoss });
    signal?.throwIfAborted();
    return { ...result, step, seconds };
  }

  async evaluate(pictures = this.config.heldOut, own?: AbortSignal): Promise<Evaluation> {
    const signal = workSignal(own);
    const start = performance.now();
    const confusion = new ConfusionMatrix(this.model.numClasses);
    let seen = 0;
    await withProgress("Held-out pictures", undefined, async (tell) => {
      for await (const { pixels, labels } of this.data.heldOut(pictures)) {
        signal?.throwIfAborted();
        confusion.add(labels, await this.learner.segment(pixels));
        seen += pixels.shape[0]!;
        tell(seen, pictures);
      }
    });
    const similarity = await positionSimilarity(await this.posEmbed(), patchCount(this.model), cosineProduct);
    const { neighbours, correlation } = positionStructure(similarity, gridSize(this.model));
    const evaluation: Evaluation = {
      step: this.done,
      pictures: seen,
      ...confusion.scores(),
      neighbourSimilarity: neighbours,
      distanceCorrelation: correlation,
    };
    this.evaluations.push(evaluation);
    this.spent += (performance.now() - start) / 1000;
    return evaluation;
  }

  async posEmbed(): Promise<NdArray> {
    const { parameters } = await this.learner.values();
    return valuesOf(this.layout.trainable.find(({ name }) => name === "backbone.pos_embed")!, parameters);
  }

  async saveState(path: string): Promise<void> {
    const { step, seconds, history, engineTitle: engine } = this;
    const learner = await this.learner.state();
    await writeTrainingState(path, this.config, { step, seconds, engine, history, learner });
  }

  async exportWeights(path: string, dtype: "F32" | "F16", metadata: Readonly<Record<string, string>>): Promise<void> {
    const { parameters, statistics } = await this.learner.values();
    const values = new Map([
      ...this.layout.trainable.map((entry) => [entry.name, valuesOf(entry, parameters).data] as const),
      ...this.layout.statistics.map((entry) => [entry.name, valuesOf(entry, statistics).data] as const),
    ]);
    const tensors = [...parameterShapes(this.model)].map(([name, shape]) => {
      const data = values.get(name)!;
      return { name, shape, dtype, read: () => (dtype === "F16" ? checkHalf(name, data) : data) };
    });
    await writeSafetensors(path, tensors, metadata);
  }

  async close(): Promise<void> {
    this.learner.dispose();
    await this.data.close();
  }
}
