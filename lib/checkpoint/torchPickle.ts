import type { DType } from "./dtype";
import { describe } from "./fileBytes";
import { decodeNumpyScalar } from "./numpyScalar";
import { setPairs } from "./pickleOpcodes";
import {
  isKind,
  kindOf,
  type PickleDict,
  type PickleObject,
  type PickleStorage,
  type PickleValue,
  tupleItems,
} from "./pickleValue";
import { charge, fail, type PickleMeaning, type Unpickling } from "./unpickling";

/** Storage classes of torch with the type of their elements. */
const STORAGE_CLASSES: Readonly<Record<string, DType | undefined>> = {
  "torch.DoubleStorage": "F64",
  "torch.FloatStorage": "F32",
  "torch.HalfStorage": "F16",
  "torch.BFloat16Storage": "BF16",
  "torch.LongStorage": "I64",
  "torch.IntStorage": "I32",
  "torch.ShortStorage": "I16",
  "torch.CharStorage": "I8",
  "torch.ByteStorage": "U8",
  "torch.BoolStorage": "BOOL",
  "torch.UntypedStorage": undefined,
  "torch.storage.UntypedStorage": undefined,
};

/** Element types of torch that can be read. */
const TORCH_DTYPES: Readonly<Record<string, DType>> = {
  "torch.float64": "F64",
  "torch.float32": "F32",
  "torch.float16": "F16",
  "torch.bfloat16": "BF16",
  "torch.int64": "I64",
  "torch.int32": "I32",
  "torch.int16": "I16",
  "torch.int8": "I8",
  "torch.uint64": "U64",
  "torch.uint32": "U32",
  "torch.uint16": "U16",
  "torch.uint8": "U8",
  "torch.bool": "BOOL",
};

type Call = (pickle: Unpickling, args: readonly PickleValue[]) => PickleValue;

/** Functions and classes that may be called, and the inert value each call gives. */
const CALLS: Readonly<Record<string, Call>> = {
  "collections.OrderedDict": orderedDict,
  "torch._utils._rebuild_tensor_v2": (pickle, args) => rebuildTensor(pickle, args, undefined),
  "torch._utils._rebuild_tensor_v3": (pickle, args) => rebuildTensor(pickle, args, args[6]),
  "torch._utils._rebuild_parameter": rebuildParameter,
  "torch.Size": (pickle, args) => (tupleItems(args[0]) ? args[0]! : refuseArguments(pickle, "torch.Size", args)),
  "torch.device": (_, args) => ({ kind: "object", class: "torch.device", args, state: null }),
  "argparse.Namespace": (_, args) => ({ kind: "object", class: "argparse.Namespace", args, state: null }),
  "numpy.dtype": (_, args) => ({ kind: "object", class: "numpy.dtype", args, state: null }),
  "numpy.core.multiarray.scalar": decodeNumpyScalar,
  "numpy._core.multiarray.scalar": decodeNumpyScalar,
  "_codecs.encode": encodeLatin1,
};

/** Names that may stand in a file but not be called. */
const CONSTANTS: ReadonlySet<string> = new Set([
  ...Object.keys(STORAGE_CLASSES),
  ...Object.keys(TORCH_DTYPES),
  "torch.storage.TypedStorage",
]);

/** Longest byte string that numpy writes as text, a scalar's value. */
const MAX_ENCODED_BYTES = 64;

/**
 * What the names in a PyTorch checkpoint mean: tensors, plain containers, and a few classes of training runs as inert
 * data (`argparse.Namespace`, `torch.device`, NumPy scalars). Every other name is refused.
 *
 * Its methods throw CheckpointError `pickle-global` naming the class or function, `pickle-reduce` for arguments that do
 * not fit, `storage-type` for a storage without element type.
 *
 * Source: torch/_utils.py and torch/serialization.py of PyTorch 1.13 and 2.5.
 */
export const TORCH_MEANING: PickleMeaning = {
  global(pickle, module, name) {
    const full = `${module}.${name}`;
    if (Object.hasOwn(CALLS, full) || CONSTANTS.has(full)) return { kind: "global", name: full };
    return fail(pickle, "pickle-global", "only tensors and plain data", `the name ${describe(full)}`);
  },
  call(pickle, { name }, args) {
    const run = Object.hasOwn(CALLS, name) ? CALLS[name] : undefined;
    if (!run) return fail(pickle, "pickle-reduce", "a call that makes plain data", `a call of ${name}`);
    return run(pickle, args);
  },
  setState(pickle, value, state) {
    if (value instanceof Map && state instanceof Map) return value; // attributes of an OrderedDict, such as _metadata
    const isObject = isKind(value, "object") && value.state === null;
    const fits = isObject && (value.class === "numpy.dtype" ? tupleItems(state) : state instanceof Map);
    if (!fits) return fail(pickle, "pickle-reduce", "an object and its state", `${kindOf(value)} and ${kindOf(state)}`);
    (value as PickleObject).state = state;
    return value;
  },
  storage: readPersistentId,
};

/** What readers of headers use: no names, no storages. */
export const PLAIN_MEANING: PickleMeaning = {
  ...TORCH_MEANING,
  global: (pickle, module, name) =>
    fail(pickle, "pickle-global", "only plain data", `the name ${describe(`${module}.${name}`)}`),
  storage: (pickle) => fail(pickle, "pickle-structure", "only plain data", "a storage"),
};

function refuseArguments(pickle: Unpickling, name: string, args: readonly PickleValue[]): never {
  const found = args.slice(0, 8).map(kindOf).join(", ");
  return fail(pickle, "pickle-reduce", `arguments that fit ${name}`, found === "" ? "none" : found);
}

/** `OrderedDict()`, or `OrderedDict([[key, value], ...])` as Python 2 writes it. */
function orderedDict(pickle: Unpickling, args: readonly PickleValue[]): PickleValue {
  const dict: PickleDict = new Map();
  const pairs = args[0] ?? [];
  if (args.length > 1 || !Array.isArray(pairs)) return refuseArguments(pickle, "collections.OrderedDict", args);
  charge(pickle, pairs.length);
  for (const pair of pairs) {
    const items = Array.isArray(pair) ? pair : tupleItems(pair);
    if (items?.length !== 2) return refuseArguments(pickle, "collections.OrderedDict", [pair]);
    setPairs(pickle, dict, items);
  }
  return dict;
}

/** `(storage, offset, size, stride, requires_grad, backward_hooks[, dtype][, metadata])`. */
function rebuildTensor(pickle: Unpickling, args: readonly PickleValue[], named: PickleValue | undefined): PickleValue {
  const [storage, offset, size, stride] = args;
  const [shape, strides] = [wholeNumbers(size), wholeNumbers(stride)];
  if (storage === undefined || !isKind(storage, "storage") || !isWhole(offset) || !shape || !strides) {
    return refuseArguments(pickle, "torch._utils._rebuild_tensor_v2", args);
  }
  const dtype = named === undefined ? storage.dtype : dtypeOf(named);
  if (!dtype) return fail(pickle, "storage-type", "a storage with a known element type", kindOf(named ?? storage));
  return { kind: "tensor", storage, dtype, offset, shape, strides };
}

function dtypeOf(value: PickleValue): DType | undefined {
  return isKind(value, "global") ? TORCH_DTYPES[value.name] : undefined;
}

function isWhole(value: PickleValue | undefined): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function wholeNumbers(value: PickleValue | undefined): readonly number[] | undefined {
  const items = tupleItems(value);
  return items?.every(isWhole) ? (items as readonly number[]) : undefined;
}

function rebuildParameter(pickle: Unpickling, args: readonly PickleValue[]): PickleValue {
  const [data] = args;
  return data !== undefined && isKind(data, "tensor") ? data : refuseArguments(pickle, "_rebuild_parameter", args);
}

/** NumPy writes bytes under protocol 2 as text: each character is a byte. */
function encodeLatin1(pickle: Unpickling, args: readonly PickleValue[]): PickleValue {
  const [text, encoding] = args;
  const fits = typeof text === "string" && text.length <= MAX_ENCODED_BYTES && encoding === "latin1";
  if (!fits) return refuseArguments(pickle, "_codecs.encode with latin1", args);
  return new Uint8Array(Buffer.from(text, "latin1"));
}

/** `("storage", class, key, location, length)`, in legacy files with a view `(key, offset, length)` or None behind. */
function readPersistentId(pickle: Unpickling, id: PickleValue): PickleStorage {
  const [tag, type, key, , length, view] = tupleItems(id) ?? [];
  if (
    tag !== "storage" ||
    typeof key !== "string" ||
    !isWhole(length) ||
    type === undefined ||
    !isKind(type, "global")
  ) {
    return fail(pickle, "pickle-structure", "a storage's class, key and length", kindOf(tag));
  }
  if (!Object.hasOwn(STORAGE_CLASSES, type.name)) {
    return fail(pickle, "storage-type", "a storage class with a known element type", type.name);
  }
  const storage = { kind: "storage", key, length, dtype: STORAGE_CLASSES[type.name] } as const;
  const [, offset, viewLength] = tupleItems(view) ?? [];
  if (view === undefined || view === null) return storage;
  if (!isWhole(offset) || !isWhole(viewLength) || offset + viewLength > length) {
    return fail(pickle, "tensor-bounds", `a view inside a storage of ${length} elements`, kindOf(view));
  }
  return { ...storage, view: { offset, length: viewLength } };
}
