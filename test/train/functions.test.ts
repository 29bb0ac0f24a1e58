// B batch, C channels, K classes, h x w a map's size
import type * as Tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { startTfBackend } from "../../lib/engine/tfBackend";
import { batchNormByBatch, crossEntropy, gelu, layerNorm } from "../../lib/ops/tfFunctions";
import { randomStream } from "../../lib/random";
import { BACKENDS } from "./tiny";

type Inputs = readonly Tf.Tensor[];

describe.each(BACKENDS)("on %s", async (backend) => {
  const { tf, activate } = await startTfBackend(backend);
  const random = randomStream(5);
  const normal = (...shape: number[]) => {
    const length = shape.reduce((product, side) => product * side, 1);
    return tf.tensor(
      Float32Array.from({ length }, () => 1.5 * random.normal()),
      shape,
    );
  };

  /** Largest differences of value and gradients of two formulations, all weighed at random. */
  async function differences(inputs: Inputs, ours: (...x: Inputs) => Tf.Tensor, plain: (...x: Inputs) => Tf.Tensor) {
    await activate();
    const weights = normal(...ours(...inputs).shape);
    const of = (make: (...x: Inputs) => Tf.Tensor) => {
      const { value, grads } = tf.valueAndGrads(
        (...x: Tf.Tensor[]) =>
          make(...x)
            .mul(weights)
            .sum() as Tf.Scalar,
      )([...inputs]);
      return [value, ...grads];
    };
    const expected = of(plain);
    return of(ours).map((x, i) => x.sub(expected[i]!).abs().max().dataSync()[0]!);
  }

  const small = (found: readonly number[]) => {
    for (const value of found) expect(value).toBeLessThan(2e-4);
  };

  test("gelu has the gradient that follows from its formula", async () => {
    const plain = (x: Tf.Tensor) => x.mul(x.mul(Math.SQRT1_2).erf().add(1)).mul(0.5);
    small(
      await differences(
        [normal(3, 5, 7)],
        (x) => gelu(tf, x!),
        (x) => plain(x!),
      ),
    );
  });

  test("layerNorm has the gradients that follow from its formula", async () => {
    const inputs = [normal(2, 5, 7), normal(7), normal(7)];
    const plain = (x: Tf.Tensor, weight: Tf.Tensor, bias: Tf.Tensor) => {
      const { mean, variance } = tf.moments(x, -1, true);
      return x.sub(mean).div(variance.add(1e-6).sqrt()).mul(weight).add(bias);
    };
    small(
      await differences(
        inputs,
        (x, weight, bias) => layerNorm(tf, x!, weight!, bias!, 1e-6),
        (x, weight, bias) => plain(x!, weight!, bias!),
      ),
    );
  });

  test("batchNormByBatch has the gradients that follow from its formula, and tells the batch's statistics", async () => {
    const x = normal(2, 3, 5, 7);
    const plain = (image: Tf.Tensor, weight: Tf.Tensor, bias: Tf.Tensor) => {
      const { mean, variance } = tf.moments(image, [0, 2, 3], true);
      const perChannel = (vector: Tf.Tensor) => vector.reshape([1, 3, 1, 1]);
      return image.sub(mean).div(variance.add(1e-5).sqrt()).mul(perChannel(weight)).add(perChannel(bias));
    };
    small(
      await differences(
        [x, normal(3), normal(3)],
        (image, weight, bias) => batchNormByBatch(tf, image!, weight!, bias!, 1e-5).value,
        (image, weight, bias) => plain(image!, weight!, bias!),
      ),
    );
    const { mean, variance } = batchNormByBatch(tf, x, tf.ones([3]), tf.zeros([3]), 1e-5);
    const expected = tf.moments(x, [0, 2, 3]);
    expect(mean.sub(expected.mean).abs().max().dataSync()[0]).toBeLessThan(1e-6);
    expect(variance.sub(expected.variance).abs().max().dataSync()[0]).toBeLessThan(1e-5);
  });

  test("crossEntropy is the mean over pixels whose label is a class, and so is its gradient", async () => {
    const numbers = Int32Array.from({ length: 2 * 5 * 7 }, (_, i) => [0, 2, 1, 255, -1, 2, 3][i % 7]!);
    const labels = tf.tensor(numbers, [2, 5, 7], "int32");
    const counted = numbers.filter((value) => value >= 0 && value < 3).length;
    const target = tf
      .oneHot(
        tf.tensor1d(
          [...numbers].map((value) => (value >= 0 && value < 3 ? value : 3)),
          "int32",
        ),
        4,
      )
      .slice([0, 0], [-1, 3]); // the fourth column is for what does not count
    const plain = (logits: Tf.Tensor) =>
      logits.transpose([0, 2, 3, 1]).reshape([-1, 3]).logSoftmax().mul(target).sum().neg().div(counted);
    small(
      await differences(
        [normal(2, 3, 5, 7)],
        (x) => crossEntropy(tf, x!, labels),
        (x) => plain(x!),
      ),
    );
  });

  test("crossEntropy and its gradient are 0 when no pixel counts, and finite for hopeless scores", async () => {
    await activate();
    const ofLabel = (label: number, logits: Tf.Tensor) => {
      const labels = tf.fill([1, 1, 2], label, "int32");
      const { value, grads } = tf.valueAndGrads((x: Tf.Tensor) => crossEntropy(tf, x, labels))([logits]);
      return { value: value.dataSync()[0]!, gradient: [...grads[0]!.dataSync()] };
    };
    const logits = tf.tensor([[[[1000, -1000]], [[-1000, 1000]]]]);
    expect(ofLabel(-1, logits)).toEqual({
      value: expect.closeTo(0, 9),
      gradient: [0, 0, 0, 0].map(() => expect.closeTo(0, 9)),
    });
    const hopeless = ofLabel(1, logits);
    expect(hopeless.value).toBeCloseTo(-Math.log(2 ** -126) / 2, 3);
    expect(hopeless.gradient).toEqual([0.5, 0, -0.5, 0].map((value) => expect.closeTo(value, 6)));
  });
});
