import type { Grid, RgbImage } from "../../lib/arrays";
import { attentionFigure } from "../../lib/figure/attention";
import { attentionGalleryFigure } from "../../lib/figure/attentionGallery";
import type { Figure } from "../../lib/figure/description";
import { featuresFigure } from "../../lib/figure/features";
import type { PageOptions } from "../../lib/figure/page";
import { positionSimilarityFigure } from "../../lib/figure/positionSimilarity";

/** Whole numbers 0..1018 in a fixed disorder, the same on every machine. */
function* disorder(seed: number): Generator<number, never> {
  let state = seed;
  while (true) {
    state = (state * 48271) % 2147483647;
    yield state % 1019;
  }
}

/** Values between 0 and 1 in a fixed disorder. */
export function sampleGrid(height: number, width: number, seed = 1): Grid {
  const source = disorder(seed);
  return { height, width, data: Float32Array.from({ length: height * width }, () => source.next().value / 1024) };
}

/** A picture in a fixed disorder. */
export function samplePhoto(height: number, width: number, seed = 1): RgbImage {
  const source = disorder(seed);
  return { height, width, data: Uint8Array.from({ length: height * width * 3 }, () => source.next().value % 256) };
}

/** A similarity array for a patch grid of height x width. */
export function sampleSimilarity(height: number, width: number): Float32Array {
  return sampleGrid(height * width, height * width).data;
}

/** A recipe with everything a file name can hold. */
export const recipe = {
  figure: "Figure 1",
  method: "cosine similarity of position embeddings",
  weights: "setr-pup-scenes.safetensors (sha256 3fa9c1d2)",
  photo: 'Łódź <&"> 山.jpg',
  software: "setr 0.1.0",
};

const points = [
  { row: 0, col: 0 },
  { row: 4, col: 6 },
  { row: 2, col: 3 },
];

/** All four figures, small, with their options. */
export function sampleFigures(options: PageOptions): Record<string, Figure> {
  const photo = samplePhoto(11, 17);
  const maps = points.map((point, i) => ({ point, map: sampleGrid(5, 7, i + 2), label: `after ${i + 1} blocks` }));
  const items = maps.map((map, i) => ({ ...map, photo: i === 1 ? samplePhoto(13, 13) : photo }));
  const tile = (name: string, seed: number) => ({ name, image: samplePhoto(5, 7, seed) });
  const encoder = Array.from({ length: 23 }, (_, i) => tile(`Z${i + 1}`, i + 1));
  const decoder = [tile("U1", 31), { name: "U2.features", image: sampleGrid(19, 23) }];
  const notes = { note: "Principal components of Z1 to Z23.", decoderNote: "U1 and U2 after each interpolation." };
  return {
    "position-similarity": positionSimilarityFigure(sampleSimilarity(3, 5), { height: 3, width: 5 }, options),
    attention: attentionFigure(photo, maps, { ...options, overlay: 0.25, range: "shared" }),
    "attention-gallery": attentionGalleryFigure(items, options),
    features: featuresFigure({ input: photo, encoder, decoder }, { ...options, ...notes }),
  };
}
