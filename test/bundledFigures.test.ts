import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeUntrainedWeights } from "../lib/checkpoint/initialise";
import type { Figure } from "../lib/figure/description";
import { renderPdf } from "../lib/figure/pdf";
import { openPhoto } from "../lib/openPhoto";
import { openSetr, type Setr } from "../lib/setr";
import { allFigures, type FigureSubject } from "./bundledFigures";
import { outside, overlaps } from "./figure/boxes";
import { poppler, skipsPoppler } from "./figure/poppler";
import { temporaryFolder } from "./fixtures";

const folder = await temporaryFolder();
const opened: Setr[] = [];
let subject: FigureSubject;

beforeAll(async () => {
  const model = await openSetr(join(__dirname, "..", "weights", "setr-pup-scenes.safetensors"));
  const weights = join(folder, "untrained.safetensors");
  await writeUntrainedWeights(weights, model.config, 1);
  const other = await openSetr(weights);
  opened.push(model, other);
  const pictures = [await openPhoto("scene:134", model), await openPhoto("boats", model)];
  const runs = [];
  for (const picture of pictures) runs.push(await model.run(picture, { capture: ["A*", "Z*", "U*", "logits"] }));
  const otherRun = await other.run(pictures[0], { capture: ["A*.mean", "Z*"] });
  subject = { model, other, pictures, runs, otherRun };
});
afterAll(() => Promise.all(opened.map((model) => model.close())));

const widths = [84, 174, "slide"] as const;

describe.each(widths)("at a page width of %s, the figures of the weights in the box", (width) => {
  let figures: [name: string, figure: Figure][];
  beforeAll(async () => {
    figures = Object.entries(await allFigures(subject, { width, untrained: width === 174 }));
  });

  it("keep texts apart from each other and from pictures, and on the page", () => {
    const faults = figures.flatMap(([name, figure]) => {
      return [...overlaps(figure), ...outside(figure)].map((fault) => `${name}: ${fault}`);
    });
    expect(figures).toHaveLength(12 + 2 + 6 + 3);
    expect(faults).toEqual([]);
  });

  it("say their recipe in the caption", () => {
    for (const [name, figure] of figures) {
      const caption = figure.elements.filter(({ id }) => id?.startsWith("caption"));
      const runs = caption.flatMap((element) => (element.kind === "text" ? element.runs : []));
      const words = runs.map(({ text }) => text.replaceAll("\u00a0", " ")).join(" ");
      expect(words, name).toContain("weights: setr-pup-scenes.safetensors");
      const [, account] = /, (paper|authors-script|ours)$/.exec(name) ?? [];
      if (account) expect(words, name).toContain(`recipe: ${account} (`);
    }
  });

  it.skipIf(skipsPoppler || width !== 84)(
    "are PDF files that poppler reads without a warning, with text to select",
    async () => {
      for (const [name, figure] of figures) {
        const path = join(folder, `${name}.pdf`);
        await writeFile(path, await renderPdf(figure, { dpi: 72 }));
        poppler("pdftoppm", "-r", "36", "-png", "-singlefile", path, path);
        expect(poppler("pdffonts", path), name).toContain("+Inter-Regular");
        expect(poppler("pdftotext", "-raw", path, "-").replace(/\s+/g, " "), name).toContain(
          "setr-pup-scenes.safetensors",
        );
      }
    },
  );
});
