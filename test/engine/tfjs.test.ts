import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { attentionMapOf, relevanceMap } from "../../lib/activations";
import { relevanceRow } from "../../lib/analysis/relevance";
import { type NdArray, sizeOf } from "../../lib/arrays";
import { writeUntrainedWeights } from "../../lib/checkpoint/initialise";
import { openSafetensors, readTensor } from "../../lib/checkpoint/safetensors";
import { writeArrays } from "../../lib/checkpoint/writeSafetensors";
import type { EngineName } from "../../lib/engine/open";
import { startTfBackend, type TfBackendName } from "../../lib/engine/tfBackend";
import { type DecoderConfig, type SetrConfig, tokenCount } from "../../lib/model/config";
import { setr } from "../../lib/model/model";
import { parameterShapes } from "../../lib/model/parameters";
import { finishSteps } from "../../lib/ops/ops";
import { TfOps } from "../../lib/ops/tfjs";
import { randomStream } from "../../lib/random";
import { regionPixels } from "../../lib/region";
import { openSetr } from "../../lib/setr";
import { enginesHere } from "../engines";
import { fixture, temporaryFolder } from "../fixtures";

const folder = await temporaryFolder();
const PUP = fixture("setr-pup-official.safetensors");
const input = { shape: [1, 3, 96, 96], data: new Float32Array(3 * 96 * 96).map((_, i) => Math.sin(i / 7)) };
const backends = (await enginesHere())
  .filter((name) => name.startsWith("tfjs-"))
  .map((name) => name.slice("tfjs-".length) as TfBackendName);

const tiny = (decoder: DecoderConfig): SetrConfig => {
  const size = { imageHeight: 32, imageWidth: 48, patchSize: 16 };
  return {
    ...size,
    embedDim: 12,
    depth: 5,
    numHeads: 3,
    mlpDim: 20,
    numClasses: 4,
    decoder,
    normalisation: "imagenet",
  };
};
/** Step of the finite differences. */
const STEP = 0.01;

const DECODERS: DecoderConfig[] = [
  { type: "naive", channels: 7, order: "official" },
  { type: "pup", channels: 5, order: "mmseg" },
  { type: "mla", layers: [1, 2, 4, 5], channels: 5, headChannels: 3, order: "official" },
];

/** Random weights ten times as large as usual, so that attention is uneven and gradients are not lost in rounding. */
async function lively(path: string, config: SetrConfig): Promise<string> {
  await writeUntrainedWeights(path, config, 11);
  const file = await openSafetensors(path);
  const arrays = new Map<string, NdArray>();
  for (const { name, shape } of file.tensors.values()) {
    const { data } = await readTensor(file, name);
    arrays.set(name, { shape, data: shape.length > 1 ? data.map((value) => 10 * value) : data });
  }
  await writeArrays(path, arrays, file.metadata);
  return path;
}

async function openTiny(decoder: DecoderConfig, engine: EngineName) {
  const path = await lively(join(folder, `${decoder.type}.safetensors`), tiny(decoder));
  const model = await openSetr(path, { engine, cache: false });
  const data = new Float32Array(3 * 32 * 48).map((_, i) => 20 * Math.sin(i / 3));
  return { model, picture: { shape: [1, 3, 32, 48], data } };
}

/** Losses that the backends have reached. */
const losses: number[] = [];

describe.each(backends)("on %s", (backend) => {
  test("steps of an optimiser over all weights make the loss smaller, and leave nothing behind", async () => {
    const { tf, activate } = await startTfBackend(backend);
    await activate();
    const before = tf.memory().numTensors;
    const config = tiny(DECODERS[1]!);
    const random = randomStream(5);
    const normal = (length: number, scale: number) => Float32Array.from({ length }, () => scale * random.normal());
    const variables = new Map(
      [...parameterShapes(config)].map(([name, shape]) => {
        const one = /(norm\d?|syncbn_fc_\d)\.weight$|running_var$/.test(name);
        const length = sizeOf(shape);
        const start = tf.tensor(one ? new Float32Array(length).fill(1) : normal(length, 0.2), [...shape]);
        const variable = tf.variable(start, !/running_/.test(name));
        start.dispose();
        return [name, variable] as const;
      }),
    );
    const picture = tf.tensor(normal(3 * 32 * 48, 0.5), [1, 3, 32, 48]);
    const labels = tf.oneHot(
      tf.tensor1d(
        new Int32Array(32 * 48).map((_, i) => (i % 48 < 20 ? 1 : 3)),
        "int32",
      ),
      4,
    );
    const loss = () => {
      const ops = new TfOps(tf, (name) => variables.get(name)!, []);
      const logits = finishSteps(setr(ops, config, picture))!; // [1, K, h, w]
      return tf.losses.softmaxCrossEntropy(
        labels,
        logits.reshape([4, -1]).transpose(),
      ) as import("@tensorflow/tfjs").Scalar;
    };
    const value = () => tf.tidy(() => loss().dataSync()[0]!);
    const optimiser = tf.train.adam(0.01);
    const first = value();
    for (let step = 0; step < 8; step++) optimiser.minimize(loss);
    const last = value();
    expect(last).toBeLessThan(0.9 * first);
    expect(last).toBeCloseTo(losses[0] ?? last, 2); // as on the other backends
    losses.push(last);
    optimiser.dispose();
    tf.dispose([picture, labels, ...variables.values()]);
    expect(tf.memory().numTensors).toBeLessThanOrEqual(before + 1); // the optimiser may keep a counter
  });

  const engine: EngineName = `tfjs-${backend}`;

  test("a run leaves nothing behind in the backend's memory, whether it ends, fails or is aborted", async () => {
    const { tf } = await startTfBackend(backend);
    const before = { ...tf.memory() };
    const model = await openSetr(PUP, { numHeads: 4, engine, cache: false });
    await model.run(input, { capture: ["logits"] }); // reads the weights
    const loaded = { ...tf.memory() };
    expect(loaded.numTensors).toBeGreaterThan(before.numTensors);
    await model.run(input, { capture: ["*", "*.mean", "U4.features"] });
    await model.run(input, { capture: ["Z2"], gradientOf: { classIndex: 3, region: { patch: { row: 2, col: 4 } } } });
    const broken = { ...input, data: input.data.slice(0, 5) };
    await expect(model.run(broken, { capture: ["logits"] })).rejects.toThrow("input: expected 27648 values, found 5");
    const controller = new AbortController();
    const running = model.run(input, { capture: ["logits"], signal: controller.signal });
    setImmediate(() => controller.abort(new Error("enough")));
    await expect(running).rejects.toThrow("enough");
    await expect(model.run(input, { capture: ["Z1"], signal: controller.signal })).rejects.toThrow("enough");
    expect(tf.memory()).toMatchObject({ numTensors: loaded.numTensors, numBytes: loaded.numBytes });
    await model.close();
    expect(tf.memory()).toMatchObject({ numTensors: before.numTensors, numBytes: before.numBytes });
  });

  test("a step that throws in the middle of the model leaves nothing behind either", async () => {
    const { tf } = await startTfBackend(backend);
    const model = await openSetr(PUP, { numHeads: 4, engine, cache: false });
    await model.run(input, { capture: ["Z1"] });
    const before = tf.memory().numTensors;
    const { softmax } = TfOps.prototype;
    let calls = 0;
    TfOps.prototype.softmax = function (x) {
      if (++calls === 3) throw new Error("third layer");
      return softmax.call(this, x);
    };
    await expect(model.run(input, { capture: ["*"] })).rejects.toThrow("third layer");
    TfOps.prototype.softmax = softmax;
    expect(tf.memory().numTensors).toBe(before);
    await model.close();
  });

  test.each(DECODERS)(
    "the gradient of a $type model's score is that of central finite differences",
    async (decoder) => {
      const { model, picture } = await openTiny(decoder, engine);
      const region = { box: { top: 3, left: 10, height: 9, width: 21 } };
      const classIndex = 2;
      const run = await model.run(picture, { capture: ["A*"], gradientOf: { classIndex, region } });
      const { tf } = await startTfBackend(backend);
      const pixels = tf.tensor(regionPixels(region, model.config), [1, 32, 48]);
      const tokens = tokenCount(model.config);
      const score = await scoreOf(model, backend, picture, classIndex, pixels);
      const pairs: { expected: number; found: number }[] = [];
      for (const layer of [1, 3, 5]) {
        const [product, attention] = [run.get(`A${layer}.gradient`), run.get(`A${layer}`)];
        for (const place of [0, 1, tokens + 2, 3 * tokens, tokens * tokens - 1]) {
          let expected = 0;
          for (let head = 0; head < 3; head++) {
            const index = head * tokens * tokens + place;
            const slope = (score(layer, index, STEP) - score(layer, index, -STEP)) / (2 * STEP);
            expected += Math.max(0, slope * attention.data[index]!) / 3;
          }
          pairs.push({ expected, found: product.data[place]! });
        }
      }
      const largest = Math.max(...pairs.map(({ expected }) => expected));
      for (const { expected, found } of pairs) expect(Math.abs(found - expected)).toBeLessThan(0.03 * largest);
      pixels.dispose();
      await model.close();
    },
  );

  test("relevance is never negative and depends on the region", async () => {
    const { model, picture } = await openTiny(DECODERS[0]!, engine);
    const patch = { row: 1, col: 2 };
    const relevance = async (height: number) => {
      const region = { box: { top: 16, left: 32, height, width: 16 } };
      const run = await model.run(picture, { capture: [], gradientOf: { classIndex: 1, region } });
      return { map: attentionMapOf(run, patch, { method: "gradient" }), whole: relevanceMap(run, { patch }) };
    };
    const [one, two] = [await relevance(8), await relevance(16)];
    expect(one.map.data.every((value) => value >= 0)).toBe(true);
    expect(one.map.data).toEqual(one.whole.data);
    expect(two.map.data).not.toEqual(one.map.data);
    await model.close();
  });
});

/** The score as a function of a change to one value of one layer's attention. */
async function scoreOf(
  model: Awaited<ReturnType<typeof openSetr>>,
  backend: TfBackendName,
  picture: NdArray,
  classIndex: number,
  region: import("@tensorflow/tfjs").Tensor,
) {
  const { tf } = await startTfBackend(backend);
  const { loadParameters } = await import("../../lib/engine/tfParameters");
  const values = new Map([["backbone.pos_embed", model.posEmbed]]);
  const { lookup } = await loadParameters(await startTfBackend(backend), {
    weights: model.weights,
    config: model.config,
    values,
  });
  return (layer: number, index: number, change: number): number => {
    const result = tf.tidy(() => {
      const ops = new TfOps(tf, lookup, [], (name, x) => {
        if (name !== `A${layer}`) return x;
        const data = x.dataSync().slice();
        data[index] = data[index]! + change;
        return tf.tensor(data, x.shape);
      });
      const logits = finishSteps(setr(ops, model.config, tf.tensor(picture.data, [...picture.shape])))!;
      return logits.slice([0, classIndex], [1, 1]).squeeze([1]).mul(region).sum();
    });
    const [value] = result.dataSync();
    result.dispose();
    return value!;
  };
}

test("relevance of three tokens over two layers is the product worked by hand", () => {
  const layer = (rows: number[][]) => ({ shape: [1, 3, 3], data: Float32Array.from(rows.flat()) });
  const first = layer([
    [0, 0.5, 0],
    [0.2, 0, 0],
    [0, 0, 1],
  ]);
  const second = layer([
    [0, 0, 0.1],
    [0, 0.4, 0],
    [0.5, 0, 0],
  ]);
  // R = (I + A2)(I + A1); row 2 of R - I: [0.5, 0, 1] (I + A1) - [0, 0, 1]
  [0.5, 0.25, 1].forEach((value, i) => {
    expect(relevanceRow([first, second], [2])[i]).toBeCloseTo(value, 6);
  });
  const both = [...relevanceRow([first, second], [1, 2])];
  [1, 2].forEach((token) => {
    expect(relevanceRow([first, second], [token])).toHaveLength(3);
  });
  expect(both[0]).toBeCloseTo((0.5 + relevanceRow([first, second], [1])[0]!) / 2, 6);
  expect(() => relevanceRow([first], [3])).toThrow("tokens: expected whole numbers from 0 to 2, found 3");
});

test("an engine that cannot differentiate says which can", async () => {
  const model = await openSetr(PUP, { numHeads: 4, engine: "onnxruntime", cache: false });
  const gradientOf = { classIndex: 0, region: { patch: { row: 0, col: 0 } } };
  await expect(model.run(input, { capture: [], gradientOf })).rejects.toThrow(
    'gradient: expected an engine that differentiates (open the model with engine "tfjs"), found onnxruntime',
  );
  await model.close();
});

test.each([
  [{ classIndex: 7, region: { patch: { row: 0, col: 0 } } }, "class: expected a whole number from 0 to 6, found 7"],
  [
    { classIndex: 0, region: { patch: { row: 6, col: 0 } } },
    "region: expected to lie within 96x96 pixels, found 16x16 at row 96",
  ],
  [
    { classIndex: 0, region: { mask: new Uint8Array(96 * 96) } },
    "region: expected at least one pixel, found an empty mask",
  ],
])("refuses a target that cannot be (%#)", async (gradientOf, message) => {
  const model = await openSetr(PUP, { numHeads: 4, engine: "tfjs-wasm", cache: false });
  await expect(model.run(input, { capture: [], gradientOf })).rejects.toThrow(message);
  await model.close();
});
