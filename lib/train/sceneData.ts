import { TrainingError } from "../errors";
import type { SetrConfig } from "../model/config";
import { randomStream } from "../random";
import type { ScenesConfig, TrainingConfig } from "./config";
import { type Batch, type LabelledImage, type TrainingData, toBatch } from "./data";
import { quarterTurn } from "./quarterTurn";
import { SCENE_CLASSES } from "./scenes/classes";
import type { Scene } from "./scenes/scene";
import { sceneStream } from "./scenes/sceneStream";

/** Sets the draws of turns apart from those of the scenes themselves. */
const TURNS = 0x7475726e;

/**
 * Scenes drawn while they are learned from: no scene comes twice.
 *
 * @param model gives the size and the normalisation
 */
export function sceneData(
  model: SetrConfig,
  data: ScenesConfig,
  training: Pick<TrainingConfig, "steps" | "batchSize">,
): TrainingData {
  const { firstSeed, heldOutSeed, turned } = data;
  const { batchSize } = training;
  checkSquare(model, turned);
  const size = { height: model.imageHeight, width: model.imageWidth };
  let stream: AsyncGenerator<Scene> | undefined;
  let next = 0;
  const endStream = async () => {
    await stream?.return(undefined);
    stream = undefined;
  };
  return {
    classes: SCENE_CLASSES,
    description: `drawn scenes, seeds from ${firstSeed}${turned > 0 ? `, ${100 * turned} % of them turned` : ""}; held out: seeds from ${heldOutSeed}`,
    async batch(step) {
      if (step !== next) await endStream();
      stream ??= sceneStream(seedsFrom(firstSeed + (step - 1) * batchSize), { size });
      next = 0; // until the whole batch is there
      const batch = await take(stream, batchSize, model, turned);
      next = step + 1;
      return batch!; // the seeds are endless
    },
    async *heldOut(count) {
      checkHeldOutSeeds(data, training, count);
      const seeds = Array.from({ length: count }, (_, i) => heldOutSeed + i);
      const scenes = sceneStream(seeds, { size });
      try {
        for (;;) {
          const batch = await take(scenes, batchSize, model, 0);
          if (!batch) return;
          yield batch;
        }
      } finally {
        await scenes.return(undefined);
      }
    },
    close: endStream,
  };
}

/**
 * Refuses to hold out scenes that are learned from.
 *
 * @param pictures how many are held out at most
 * @throws TrainingError `seeds-overlap`
 */
export function checkHeldOutSeeds(
  { firstSeed, heldOutSeed }: ScenesConfig,
  { steps, batchSize }: Pick<TrainingConfig, "steps" | "batchSize">,
  pictures: number,
): void {
  const [lastLearned, lastHeldOut] = [firstSeed + steps * batchSize - 1, heldOutSeed + pictures - 1];
  if (heldOutSeed > lastLearned || firstSeed > lastHeldOut) return;
  const expected = `seeds apart from those learned from, ${firstSeed} to ${lastLearned}`;
  const message = `data.heldOutSeed: expected ${expected}, found ${heldOutSeed} to ${lastHeldOut}`;
  throw new TrainingError("seeds-overlap", message);
}

function* seedsFrom(first: number): Generator<number> {
  for (let seed = first; ; seed++) yield seed;
}

/** The next scenes as a batch; undefined when there are none. */
async function take(
  scenes: AsyncGenerator<Scene>,
  count: number,
  model: SetrConfig,
  turned: number,
): Promise<Batch | undefined> {
  const images: LabelledImage[] = [];
  while (images.length < count) {
    const { done, value } = await scenes.next();
    if (done) break;
    const image = { height: value.height, width: value.width, data: value.pixels };
    const upright = { image, labels: value.labels };
    images.push(isTurned(value.seed, turned) ? quarterTurn(upright) : upright);
  }
  return images.length > 0 ? toBatch(images, model) : undefined;
}

/** Whether the scene of a seed is turned. */
function isTurned(seed: number, turned: number): boolean {
  return randomStream(seed ^ TURNS).uniform() < turned;
}

function checkSquare({ imageHeight, imageWidth }: SetrConfig, turned: number): void {
  if (turned === 0 || imageHeight === imageWidth) return;
  const found = `${imageHeight}x${imageWidth} pixels`;
  throw new TrainingError("turned", `data.turned: expected a square model to turn scenes for, found ${found}`);
}
