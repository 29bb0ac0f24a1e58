import type { LabelledImage } from "./data";

/** A square picture and its labels, lying on their left side: what was on the right is at the top. */
export function quarterTurn({ image, labels }: LabelledImage): LabelledImage {
  const side = image.width;
  const pixels = new Uint8Array(image.data.length);
  const turned = new Uint16Array(side * side);
  for (let row = 0; row < side; row++) {
    for (let col = 0; col < side; col++) {
      const [to, from] = [row * side + col, col * side + side - 1 - row];
      turned[to] = labels[from]!;
      for (let channel = 0; channel < 3; channel++) pixels[3 * to + channel] = image.data[3 * from + channel]!;
    }
  }
  return { image: { ...image, data: pixels }, labels: turned };
}
