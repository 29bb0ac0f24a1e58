// h x w patch grid, H x W the model's input
import { focus } from "../analysis/focus";
import { aboveAverage } from "../analysis/relative";
import { rolloutRows } from "../analysis/rolloutRows";
import type { NdArray } from "../arrays";
import { gridSize, hasClassToken, type SetrConfig } from "../model/config";
import { segmentsOf } from "./segmentsOf";
import type { FocusRow } from "./tables";

/**
 * How much of each segment's rollout falls inside it.
 *
 * The rollout of a segment is the mean of those of the patches that it touches; the class token's part is left out.
 *
 * @param attentions A1..AL, heads averaged or not
 * @param classes class of every pixel of the model's input, row-major; below 0 for none
 * @param smallest segments that cover a smaller share of the picture are left out
 */
export function focusRows(
  attentions: readonly NdArray[],
  classes: ArrayLike<number>,
  config: SetrConfig,
  smallest: number,
): FocusRow[] {
  const { imageHeight: height, imageWidth: width } = config;
  const { ids, list } = segmentsOf(classes, width);
  const chosen = list.flatMap(({ area, classIndex }, id) =>
    area >= smallest * ids.length ? [{ id, classIndex }] : [],
  );
  if (chosen.length === 0) return [];
  const grid = gridSize(config);
  const first = hasClassToken(config) ? 1 : 0;
  const all = Array.from({ length: grid.height * grid.width }, (_, patch) => first + patch);
  const groups = chosen.map(({ id }) => touchedPatches(ids, id, config).map((patch) => first + patch));
  const rows = rolloutRows(attentions, [all, ...groups]).map((row) => row.slice(first));
  const [mean, ...own] = rows as [Float32Array, ...Float32Array[]];
  const share = (data: Float32Array, pixels: Int32Array) => focus({ ...grid, data }, pixels, { height, width });
  return chosen.map(({ id, classIndex }, segment) => {
    const row = own[segment]!;
    const pixels = ids.map((other) => (other === id ? 1 : 0));
    const { inside, area } = share(row, pixels);
    const relativeInside = share(aboveAverage(row, mean), pixels).inside;
    return {
      segment,
      class: classIndex,
      area,
      inside,
      relative_inside: Number.isNaN(relativeInside) ? null : relativeInside,
    };
  });
}

function touchedPatches(ids: Int32Array, id: number, { imageWidth, patchSize }: SetrConfig): number[] {
  const columns = imageWidth / patchSize;
  const patches = new Set<number>();
  ids.forEach((other, pixel) => {
    if (other !== id) return;
    const row = Math.floor(Math.floor(pixel / imageWidth) / patchSize);
    patches.add(row * columns + Math.floor((pixel % imageWidth) / patchSize));
  });
  return [...patches];
}
