import { Matrix, SVD } from "ml-matrix";
import { expect, test } from "vitest";
import { falseColours, fitColours, inColours } from "../../lib/analysis/colourBasis";
import { featureMap, reduceFeatures } from "../../lib/analysis/features";
import { fitPca, project } from "../../lib/analysis/pca";
import { positionSimilarity } from "../../lib/analysis/similarity";
import { cosineProduct } from "../../lib/engine/cosineProduct";
import { matrixProduct } from "../../lib/engine/matrixProduct";
import { randomStream } from "../../lib/random";

const SAMPLES = 53;
const WIDTH = 17;

function correlated(seed: number): Float32Array {
  const random = randomStream(seed);
  const data = new Float32Array(SAMPLES * WIDTH);
  for (let row = 0; row < SAMPLES; row++) {
    const [a, b] = [random.normal(), random.normal()];
    for (let c = 0; c < WIDTH; c++)
      data[row * WIDTH + c] = 3 * a * Math.sin(c) + 2 * b * Math.cos(2 * c) + random.normal() + c;
  }
  return data;
}

test("principal components are the right singular vectors of the centred samples", async () => {
  const samples = correlated(3);
  const pca = await fitPca(samples, WIDTH, 3, matrixProduct);
  const matrix = Matrix.from1DArray(SAMPLES, WIDTH, Array.from(samples)).center("column");
  const svd = new SVD(matrix, { autoTranspose: true });
  pca.components.forEach((component, k) => {
    const reference = svd.rightSingularVectors.getColumn(k);
    const product = reference.reduce((sum, value, c) => sum + value * component[c]!, 0);
    expect(Math.abs(product)).toBeCloseTo(1, 6);
    expect(pca.variances[k]).toBeCloseTo(svd.diagonal[k]! ** 2 / (SAMPLES - 1), 4);
  });
});

test("with fewer samples than features the components are those of the covariance all the same", async () => {
  const samples = correlated(3).slice(0, 7 * WIDTH);
  const pca = await fitPca(samples, WIDTH, 3, matrixProduct);
  const matrix = Matrix.from1DArray(7, WIDTH, Array.from(samples)).center("column");
  const svd = new SVD(matrix, { autoTranspose: true });
  const total = svd.diagonal.reduce((sum, value) => sum + value ** 2, 0);
  pca.components.forEach((component, k) => {
    const reference = svd.rightSingularVectors.getColumn(k);
    const product = reference.reduce((sum, value, c) => sum + value * component[c]!, 0);
    expect(Math.abs(product)).toBeCloseTo(1, 6);
    expect(pca.variances[k]).toBeCloseTo(svd.diagonal[k]! ** 2 / 6, 4);
    expect(pca.explained[k]).toBeCloseTo(svd.diagonal[k]! ** 2 / total, 6);
    expect(component.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0)).toBeGreaterThan(0);
  });
});

test("samples too many to be centred at once have the components of each of their equal parts", async () => {
  const part = correlated(3);
  const copies = 83; // 4399 samples
  const all = Float32Array.from({ length: copies * part.length }, (_, i) => part[i % part.length]!);
  const [whole, one] = [await fitPca(all, WIDTH, 3, matrixProduct), await fitPca(part, WIDTH, 3, matrixProduct)];
  whole.components.forEach((component, k) => {
    const difference = component.map((value, c) => value - one.components[k]![c]!);
    expect(Math.hypot(...difference)).toBeLessThan(1e-6);
    const variance = (one.variances[k]! * copies * (SAMPLES - 1)) / (copies * SAMPLES - 1);
    expect(whole.variances[k]).toBeCloseTo(variance, 6);
  });
});

test("components beyond the rank of the samples are orthonormal, without variance", async () => {
  const samples = Float32Array.of(1, 2, 3, 4, 5, 2, 4, 6, 8, 10); // two samples on a line through five features
  const { components, variances } = await fitPca(samples, 5, 3, matrixProduct);
  expect(variances[0]).toBeCloseTo(27.5);
  expect(variances.slice(1).map((value) => value.toFixed(9))).toEqual(["0.000000000", "0.000000000"]);
  components.forEach((one, i) => {
    components.forEach((other, j) => {
      expect(one.reduce((sum, value, c) => sum + value * other[c]!, 0)).toBeCloseTo(i === j ? 1 : 0, 9);
    });
  });
});

test("the largest loading of every component is positive", async () => {
  for (const component of (await fitPca(correlated(5), WIDTH, 3, matrixProduct)).components) {
    const peak = component.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
    expect(peak).toBeGreaterThan(0);
  }
});

test("coordinates are centred and as spread out as the variances say", async () => {
  const samples = correlated(7);
  const pca = await fitPca(samples, WIDTH, 2, matrixProduct);
  const coordinates = project(pca, samples);
  const first = coordinates.filter((_, i) => i % 2 === 0);
  const mean = first.reduce((a, b) => a + b, 0) / SAMPLES;
  const variance = first.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (SAMPLES - 1);
  expect(mean).toBeCloseTo(0, 4);
  expect(variance).toBeCloseTo(pca.variances[0]!, 3);
  expect(pca.explained[0]! + pca.explained[1]!).toBeLessThan(1);
});

test("samples without any variance give middle grey, not an error", async () => {
  const map = { height: 2, width: 3, channels: 5, samples: new Float32Array(30).fill(4) };
  expect([...(await falseColours([map], matrixProduct)).images[0]!.data]).toEqual(new Array(18).fill(128));
});

test("false colours share one minimum and maximum over the three components, or have one each", async () => {
  const samples = correlated(9).slice(0, 7 * WIDTH);
  const map = { height: 1, width: 7, channels: WIDTH, samples };
  const channels = async (range: "joint" | "component") => {
    const { images } = await falseColours([map], matrixProduct, range);
    return [0, 1, 2].map((k) => images[0]!.data.filter((_, i) => i % 3 === k));
  };
  for (const channel of await channels("component"))
    expect([Math.min(...channel), Math.max(...channel)]).toEqual([0, 255]);
  const joint = (await channels("joint")).map((channel) => Math.max(...channel) - Math.min(...channel));
  expect(Math.max(...joint)).toBe(255);
  expect(joint[2]!).toBeLessThan(200);
});

test("maps fitted together share their colours", async () => {
  const samples = correlated(13);
  const map = { height: 1, width: SAMPLES, channels: WIDTH, samples };
  const [left, right] = (await falseColours([map, map], matrixProduct)).images;
  expect(left!.data).toEqual(right!.data);
});

test("a fit made on one map gives another the same colour for the same features, and ends its range where it ended", async () => {
  const samples = correlated(17);
  const map = { height: 1, width: SAMPLES, channels: WIDTH, samples };
  const basis = await fitColours([map], matrixProduct);
  expect(inColours(basis, map).data).toEqual((await falseColours([map], matrixProduct)).images[0]!.data);
  const farther = { ...map, samples: samples.map((value, i) => value + 1000 * basis.pca.components[0]![i % WIDTH]!) };
  const reds = inColours(basis, farther).data.filter((_, i) => i % 3 === 0);
  expect(new Set(reds)).toEqual(new Set([255]));
  expect(() => inColours(basis, { ...map, channels: 1 })).toThrow(
    "basis: expected 17 channels, as it was fitted on, found 1",
  );
});

test("maps of different widths cannot share a fit", async () => {
  const map = (channels: number) => ({ height: 1, width: 2, channels, samples: new Float32Array(2 * channels) });
  await expect(falseColours([map(3), map(5)], matrixProduct)).rejects.toThrow(
    "PCA: expected maps of equally many channels, found 3, 5",
  );
});

test("tokens lose the class token, channels-first maps become one row per position", async () => {
  const tokens = featureMap(
    { shape: [1, 7, 2], data: Float32Array.from({ length: 14 }, (_, i) => i) },
    { height: 2, width: 3 },
  );
  expect([...tokens.samples]).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
  const maps = featureMap({ shape: [1, 2, 1, 3], data: Float32Array.of(1, 2, 3, 10, 20, 30) }, { height: 2, width: 3 });
  expect([...maps.samples]).toEqual([1, 10, 2, 20, 3, 30]);
  expect(() => featureMap({ shape: [1, 5, 2], data: new Float32Array(10) }, { height: 2, width: 3 })).toThrow(
    /2x3 grid.*found \[1, 5, 2\]/,
  );
});

test("features reduce to mean, L2 norm or one channel", async () => {
  const map = { height: 1, width: 2, channels: 2, samples: Float32Array.of(3, 4, -6, 8) };
  expect([...reduceFeatures(map, { kind: "mean" }).data]).toEqual([3.5, 1]);
  expect([...reduceFeatures(map, { kind: "norm" }).data]).toEqual([5, 10]);
  expect([...reduceFeatures(map, { kind: "channel", channel: 1 }).data]).toEqual([4, 8]);
  expect(() => reduceFeatures(map, { kind: "channel", channel: 2 })).toThrow(
    "channel: expected a whole number from 0 to 1, found 2",
  );
});

test("position similarity is the cosine, without the class token", async () => {
  const posEmbed = { shape: [1, 4, 2], data: Float32Array.of(9, 9, 2, 0, 0, 3, -1, 1) };
  const { shape, data } = await positionSimilarity(posEmbed, 3, cosineProduct);
  expect(shape).toEqual([3, 3]);
  const half = Math.SQRT1_2;
  [1, 0, -half, 0, 1, half, -half, half, 1].forEach((value, i) => {
    expect(data[i]).toBeCloseTo(value, 6);
  });
});

test("position similarity is symmetric and exactly 1 on the diagonal, but 0 for an embedding of length 0", async () => {
  const random = randomStream(19);
  const [patches, width] = [31, 13];
  const data = Float32Array.from({ length: patches * width }, () => random.normal());
  data.fill(0, 5 * width, 6 * width);
  const similarity = await positionSimilarity({ shape: [1, patches, width], data }, patches, cosineProduct);
  for (let i = 0; i < patches; i++) {
    for (let j = 0; j <= i; j++) {
      const value = similarity.data[i * patches + j]!;
      expect(similarity.data[j * patches + i]).toBe(value);
      if (i === 5 || j === 5) expect(value).toBe(0);
      else if (i === j) expect(value).toBe(1);
      else expect(value).toBeCloseTo(cosine(row(i), row(j)), 6);
    }
  }
  function row(i: number) {
    return data.subarray(i * width, (i + 1) * width);
  }
});

function cosine(a: Float32Array, b: Float32Array): number {
  const product = (one: Float32Array, other: Float32Array) => one.reduce((sum, value, c) => sum + value * other[c]!, 0);
  return product(a, b) / Math.sqrt(product(a, a) * product(b, b));
}
