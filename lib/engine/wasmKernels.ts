// B batch, H x W input, h x w output, C input channels, O output channels, k x l kernel
import type * as Tf from "@tensorflow/tfjs";
import type { TfModule } from "../ops/tfjs";

/** What TensorFlow.js hands to the kernels of a convolution. */
interface ConvAttributes {
  readonly strides: number | [number, number];
  readonly pad: "same" | "valid" | number;
  readonly dataFormat: string;
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
}

type Attributes = Record<string, unknown>;
type KernelFunction = (parameters: {
  inputs: Record<string, Tf.Tensor>;
  attrs: Attributes;
  backend: object;
}) => Tf.Tensor;

/**
 * Gives the WebAssembly backend the kernel that it lacks, Conv2DBackpropFilter, and better ones where its own are slow:
 * matrix products that are transposed or batched, and the gradient of a convolution's input, leave its fast path; splitting
 * copies too much.
 *
 * @param tf TensorFlow.js with the backend
 * @param backendName "wasm"; another backend in tests, whose results must not change
 */
export function improveKernels(tf: TfModule, backendName: string): void {
  replaceKernel(tf, backendName, "BatchMatMul", (original) => batchMatMul(tf, original));
  replaceKernel(tf, backendName, "SplitV", (original) => splitAtOnce(tf, original));
  replaceKernel(tf, backendName, "Conv2DBackpropInput", (original) => inputGradient(tf, original));
  replaceKernel(tf, backendName, "Conv2DBackpropFilter", () => filterGradient(tf));
}

function replaceKernel(
  tf: TfModule,
  backendName: string,
  kernelName: string,
  make: (original: KernelFunction | undefined) => KernelFunction,
): void {
  const config = tf.getKernel(kernelName, backendName);
  if (config) tf.unregisterKernel(kernelName, backendName);
  const kernel = make(config?.kernelFunc as unknown as KernelFunction | undefined);
  const kernelFunc = (parameters: Parameters<KernelFunction>[0]) => tf.tidy(() => kernel(parameters));
  tf.registerKernel({ ...config, kernelName, backendName, kernelFunc: kernelFunc as unknown as Tf.KernelFunc });
}

/** Transposes first and multiplies one matrix at a time; products that broadcast go the old way. */
function batchMatMul(tf: TfModule, original: KernelFunction | undefined): KernelFunction {
  return ({ inputs, attrs, backend }) => {
    const { a, b } = inputs as { a: Tf.Tensor; b: Tf.Tensor };
    const { transposeA, transposeB } = attrs as { transposeA: boolean; transposeB: boolean };
    const batch = a.shape.slice(0, -2);
    const multiply = (x: Tf.Tensor, y: Tf.Tensor) =>
      original!({ inputs: { a: x, b: y }, attrs: { transposeA: false, transposeB: false }, backend }) as Tf.Tensor;
    if (batch.join() !== b.shape.slice(0, -2).join()) return original!({ inputs, attrs, backend });
    const x = transposeA ? swapLastAxes(tf, a) : a;
    const y = transposeB ? swapLastAxes(tf, b) : b;
    const count = batch.reduce((product, length) => product * length, 1);
    if (count === 1) return multiply(x, y);
    const ys = matrices(tf, y);
    const products = matrices(tf, x).map((matrix, i) => {
      return tf.engine().makeTensorFromTensorInfo(multiply(matrix, ys[i]!));
    });
    return tf.reshape(tf.concat(products, 0), [...batch, x.shape.at(-2)!, y.shape.at(-1)!]);
  };
}

/** The matrices of a batch, each [1, rows, columns]; unstacking would copy the whole batch for every one of them. */
function matrices(tf: TfModule, batch: Tf.Tensor): Tf.Tensor[] {
  const [rows, columns] = batch.shape.slice(-2) as [number, number];
  const size = rows * columns;
  const values = batch.dataSync();
  return Array.from({ length: values.length / size }, (_, i) =>
    tf.tensor(values.subarray(i * size, (i + 1) * size), [1, rows, columns], batch.dtype),
  );
}

function swapLastAxes(tf: TfModule, x: Tf.Tensor): Tf.Tensor {
  const axes = x.shape.map((_, axis) => axis);
  return tf.transpose(x, [...axes.slice(0, -2), axes.at(-1)!, axes.at(-2)!]);
}

/** Along the first axis, parts are cut from one copy; the backend's own kernel copies the whole for each of them. */
function splitAtOnce(tf: TfModule, original: KernelFunction | undefined): KernelFunction {
  return ({ inputs, attrs, backend }) => {
    const { x } = inputs as { x: Tf.Tensor };
    const { numOrSizeSplits, axis } = attrs as { numOrSizeSplits: number | number[]; axis: number };
    if (axis !== 0) return original!({ inputs, attrs, backend });
    const lengths = tf.backend_util.prepareSplitSize(x, numOrSizeSplits, 0);
    const values = x.dataSync();
    const row = values.length / x.shape[0]!;
    let start = 0;
    const parts = lengths.map((length) => {
      const part = values.subarray(start * row, (start + length) * row);
      start += length;
      return tf.tensor(part, [length, ...x.shape.slice(1)], x.dtype);
    });
    return parts as unknown as Tf.Tensor;
  };
}

/** With stride 1, the convolution of the output's gradient with the filter turned round. */
function inputGradient(tf: TfModule, original: KernelFunction | undefined): KernelFunction {
  return ({ inputs, attrs, backend }) => {
    const { dy, filter } = inputs as { dy: Tf.Tensor4D; filter: Tf.Tensor4D };
    const { strides, pad, dataFormat } = attrs as unknown as ConvAttributes;
    const [rows, cols] = filter.shape;
    const padding = pad === "valid" ? 0 : pad;
    const unit = [strides].flat().every((stride) => stride === 1) && dataFormat === "NHWC";
    if (!unit || typeof padding !== "number" || rows !== cols || padding >= rows) {
      return original!({ inputs, attrs, backend });
    }
    const turned = tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]) as Tf.Tensor4D; // [k, l, O, C]
    return tf.conv2d(dy, turned, 1, rows - 1 - padding, "NHWC", 1, "floor");
  };
}

/**
 * For each place of the kernel, the filter's gradient is X^T dY with X the inputs that this place has met: [B h w, C] and
 * dY [B h w, O].
 */
function filterGradient(tf: TfModule): KernelFunction {
  return ({ inputs, attrs }) => {
    const { x, dy } = inputs as { x: Tf.Tensor4D; dy: Tf.Tensor4D };
    const { strides, pad, dimRoundingMode } = attrs as unknown as ConvAttributes;
    const filterShape = attrs.filterShape as [number, number, number, number];
    const info = tf.backend_util.computeConv2DInfo(x.shape, filterShape, strides, 1, pad, dimRoundingMode);
    const { top, bottom, left, right } = info.padInfo;
    const padded = tf.pad(x, [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ]);
    const outputs = tf.reshape(dy, [-1, info.outChannels]) as Tf.Tensor2D; // [B h w, O]
    const places: Tf.Tensor[] = [];
    for (let row = 0; row < info.filterHeight; row++) {
      for (let col = 0; col < info.filterWidth; col++) {
        const end = [
          row + (info.outHeight - 1) * info.strideHeight + 1,
          col + (info.outWidth - 1) * info.strideWidth + 1,
        ];
        const met = tf.stridedSlice(
          padded,
          [0, row, col, 0],
          [info.batchSize, end[0]!, end[1]!, info.inChannels],
          [1, info.strideHeight, info.strideWidth, 1],
        ); // [B, h, w, C]
        const met2d = tf.reshape(met, [-1, info.inChannels]) as Tf.Tensor2D; // [B h w, C]
        places.push(tf.matMul(met2d, outputs, true)); // [C, O]
      }
    }
    return tf.reshape(tf.stack(places), filterShape); // [k, l, C, O]
  };
}
