import type { SetrConfig } from "../model/config";
import type { FolderConfig, TrainingConfig } from "./config";
import { type Batch, type TrainingData, toBatch } from "./data";
import { type Cut, drawsOfStep } from "./folder/cuts";
import { type LabelledFile, labelledFiles } from "./folder/labelledFiles";
import { openReader, type Reader } from "./folder/reader";

/**
 * Pictures of a folder with their label PNGs: scaled, cut and mirrored at random for learning, stretched whole for holding out.
 *
 * A thread reads one batch ahead; two batches are in memory at most.
 *
 * @param model gives the size and the normalisation
 * @throws TrainingError as `labelledFiles`
 */
export async function folderData(
  model: SetrConfig,
  data: FolderConfig,
  training: Pick<TrainingConfig, "seed" | "steps" | "batchSize">,
): Promise<TrainingData> {
  const { learned, heldOut } = await labelledFiles(data);
  const { batchSize, seed, steps } = training;
  const options = {
    seed,
    batchSize,
    pictures: learned.length,
    scale: data.scale ?? [1, 1],
    mirror: data.mirror,
  } as const;
  let reader: Reader | undefined;
  let ahead: { step: number; batch: Promise<Batch> } | undefined;
  const read = (files: readonly { file: LabelledFile; cut?: Cut }[]) => {
    reader ??= openReader();
    return readBatch(reader, files, model, data);
  };
  const readStep = (step: number) => {
    const batch = read(drawsOfStep(step, options).map(({ index, cut }) => ({ file: learned[index]!, cut })));
    batch.catch(() => undefined); // told to whoever awaits it; until then it must not count as unhandled
    return { step, batch };
  };
  return {
    classes: data.classes,
    description: `${learned.length} pictures of ${data.images}; held out: ${heldOut.length} of ${data.heldOutImages}`,
    async batch(step) {
      const { batch } = ahead?.step === step ? ahead : readStep(step);
      ahead = undefined;
      const pixels = await batch;
      ahead = step < steps ? readStep(step + 1) : undefined;
      return pixels;
    },
    async *heldOut(count) {
      const files = heldOut.slice(0, count).map((file) => ({ file }));
      for (let i = 0; i < files.length; i += batchSize) yield await read(files.slice(i, i + batchSize));
    },
    async close() {
      ahead = undefined;
      await reader?.close();
      reader = undefined;
    },
  };
}

async function readBatch(
  reader: Reader,
  files: readonly { file: LabelledFile; cut?: Cut }[],
  model: SetrConfig,
  { classes, ignoreLabel, reduceZeroLabel }: FolderConfig,
): Promise<Batch> {
  const size = { height: model.imageHeight, width: model.imageWidth };
  const meaning = { classes: classes.length, ignoreLabel, reduceZeroLabel };
  const reads = files.map(({ file, cut }) => reader.read({ file, size, meaning, cut }));
  return toBatch(await Promise.all(reads), model);
}
