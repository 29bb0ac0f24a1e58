import { existsSync } from "node:fs";
import { join } from "node:path";
import sharp, { type Sharp } from "sharp";
import { describe, expect, it } from "vitest";
import { renderPng } from "../../lib/figure/png";
import { analysisFigures } from "./analysisSamples";
import { recipe, sampleFigures } from "./samples";

/** Share of the bytes that may differ by more than `MOST`: machines round the edges of letters differently. */
const LIMIT = 0.002;
const MOST = 24;

const options = { recipe, untrained: true, width: 84 } as const;
const figures = {
  "position-similarity-light": sampleFigures(options)["position-similarity"],
  "attention-atlas-dark": analysisFigures({ ...options, theme: "dark" })["attention-atlas"],
  "line-chart-light": sampleFigures(options)["line-chart"],
};

/** A picture and the differences, beside the picture as it was agreed. */
async function writeChanged(name: string, png: Buffer, differences?: Sharp): Promise<void> {
  const place = (what: string) => join(__dirname, "snapshots", `${name}${what}-changed.png`);
  await sharp(png).withMetadata().toFile(place(""));
  await differences?.toFile(place("-difference"));
}

async function pixelsOf(picture: Buffer | string) {
  return sharp(picture).removeAlpha().raw().toBuffer({ resolveWithObject: true });
}

describe("a figure's picture", () => {
  it.each(Object.entries(figures))(
    "of %s stays as it was agreed; to agree, rename what it has become",
    async (name, figure) => {
      const png = await renderPng(figure, { dpi: 120 });
      const agreed = join(__dirname, "snapshots", `${name}.png`);
      if (!existsSync(agreed)) await writeChanged(name, png);
      expect(existsSync(agreed), agreed).toBe(true);
      const [found, expected] = [await pixelsOf(png), await pixelsOf(agreed)];
      const { width, height, channels } = expected.info;
      const isSameSize = found.info.width === width && found.info.height === height;
      const differences = Uint8Array.from(expected.data, (value, i) => Math.abs(value - (found.data[i] ?? 255)));
      const share = differences.filter((difference) => difference > MOST).length / differences.length;
      if (!isSameSize || share > LIMIT) {
        await writeChanged(name, png, sharp(differences, { raw: { width, height, channels } }));
      }
      expect([found.info.width, found.info.height]).toEqual([width, height]);
      expect(share).toBeLessThanOrEqual(LIMIT);
    },
  );
});
