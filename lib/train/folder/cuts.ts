import { createHash } from "node:crypto";
import { type RandomStream, randomStream } from "../../random";

/** How a picture is brought to the model's size: which part of it, how large, which way round. */
export interface Cut {
  /** Its size when it just covers the frame is multiplied by this. */
  readonly scale: number;
  /** Where the frame lies between the first and the last place it can have, 0 to 1 down and across. */
  readonly down: number;
  readonly across: number;
  readonly mirrored: boolean;
}

/** A picture of a step, by its place in the sorted folder, and its cut. */
export interface Draw {
  readonly index: number;
  readonly cut: Cut;
}

/** What draws follow from. */
export interface DrawOptions {
  readonly seed: number;
  /** Number of pictures in the folder. */
  readonly pictures: number;
  readonly batchSize: number;
  /** Smallest and largest scale, drawn evenly. */
  readonly scale: readonly [number, number];
  /** Whether half of the pictures are turned left to right. */
  readonly mirror: boolean;
}

/**
 * The pictures of one step: all of the folder in a random order, then all in another one, and so on.
 *
 * @param step number of the step, from 1; the result follows from it and the options alone
 */
export function drawsOfStep(step: number, options: DrawOptions): Draw[] {
  const { seed, pictures, batchSize } = options;
  let order: { epoch: number; indices: Uint32Array } | undefined;
  return Array.from({ length: batchSize }, (_, i) => {
    const number = (step - 1) * batchSize + i;
    const epoch = Math.floor(number / pictures);
    if (order?.epoch !== epoch) order = { epoch, indices: shuffled(pictures, streamOf(`${seed} order ${epoch}`)) };
    return { index: order.indices[number % pictures]!, cut: drawCut(streamOf(`${seed} cut ${number}`), options) };
  });
}

function drawCut(random: RandomStream, { scale: [least, most], mirror }: DrawOptions): Cut {
  const scale = least + (most - least) * random.uniform();
  const [down, across, turn] = [random.uniform(), random.uniform(), random.uniform()];
  return { scale, down, across, mirrored: mirror && turn < 0.5 };
}

/** 0..length-1 in a random order (Fisher and Yates). */
function shuffled(length: number, random: RandomStream): Uint32Array {
  const order = Uint32Array.from({ length }, (_, i) => i);
  for (let i = length - 1; i > 0; i--) {
    const j = Math.floor(random.uniform() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

function streamOf(text: string): RandomStream {
  return randomStream(createHash("sha256").update(text).digest().readUInt32LE());
}
