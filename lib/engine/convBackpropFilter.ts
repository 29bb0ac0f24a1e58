// B batch, H x W input, h x w output, C input channels, O output channels, k x l kernel
import type * as Tf from "@tensorflow/tfjs";
import type { TfModule } from "../ops/tfjs";

interface Attributes {
  readonly strides: number | [number, number];
  readonly pad: "same" | "valid" | number | [number, number][];
  readonly dataFormat: string;
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
  readonly filterShape: [number, number, number, number];
}

/**
 * Gives a backend the kernel Conv2DBackpropFilter, made of slices and matrix products; a backend that has one keeps its own.
 *
 * For each place of the kernel, the filter's gradient is X^T dY with X the inputs that this place has met: [B h w, C] and
 * dY [B h w, O].
 *
 * @param tf TensorFlow.js with the backend
 * @param backendName which backend lacks the kernel
 */
export function registerConv2DBackpropFilter(tf: TfModule, backendName: string): void {
  const kernelName = "Conv2DBackpropFilter";
  if (tf.getKernel(kernelName, backendName)) return;
  tf.registerKernel({
    kernelName,
    backendName,
    kernelFunc: ({ inputs, attrs }) => {
      const { x, dy } = inputs as unknown as { x: Tf.Tensor4D; dy: Tf.Tensor4D };
      return filterGradient(tf, x, dy, attrs as unknown as Attributes);
    },
  });
}

function filterGradient(tf: TfModule, x: Tf.Tensor4D, dy: Tf.Tensor4D, attributes: Attributes): Tf.Tensor {
  const { strides, pad, filterShape, dimRoundingMode } = attributes;
  const info = tf.backend_util.computeConv2DInfo(x.shape, filterShape, strides, 1, pad as "same", dimRoundingMode);
  const { top, bottom, left, right } = info.padInfo;
  const padded = tf.pad(x, [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ]);
  const outputs = dy.reshape([-1, info.outChannels]) as Tf.Tensor2D; // [B h w, O]
  const places: Tf.Tensor[] = [];
  for (let row = 0; row < info.filterHeight; row++) {
    for (let col = 0; col < info.filterWidth; col++) {
      const met = tf.stridedSlice(
        padded,
        [0, row, col, 0],
        [
          info.batchSize,
          row + (info.outHeight - 1) * info.strideHeight + 1,
          col + (info.outWidth - 1) * info.strideWidth + 1,
          info.inChannels,
        ],
        [1, info.strideHeight, info.strideWidth, 1],
      ); // [B, h, w, C]
      const inputs = met.reshape([-1, info.inChannels]) as Tf.Tensor2D; // [B h w, C]
      places.push(tf.matMul(inputs, outputs, true)); // [C, O]
    }
  }
  return tf.stack(places).reshape(filterShape); // [k, l, C, O]
}
