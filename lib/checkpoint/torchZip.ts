import { CheckpointError } from "../errors";
import { describe, type OpenedFile } from "./fileBytes";
import { readPickle } from "./pickle";
import type { TensorFile, TensorStorage } from "./tensorFile";
import { TORCH_MEANING } from "./torchPickle";
import { findTensors, placeTensor, storagesOf, tensorTable } from "./torchTensors";
import { PICKLE_LIMITS } from "./unpickling";
import type { ZipMember } from "./zip";
import { locateMember, readMember } from "./zipMember";

/** The pickle's place in a torch archive, which has one folder at the top. */
const DATA_PICKLE = /^[^/]+\/data\.pkl$/;

/** Whether a zip archive is a torch checkpoint. */
export function isTorchZip(members: ReadonlyMap<string, ZipMember>): boolean {
  return [...members.keys()].some((name) => DATA_PICKLE.test(name));
}

/**
 * Reads a checkpoint as torch.save writes it since 1.6: a zip archive with `NAME/data.pkl`, which describes the tensors,
 * and one member `NAME/data/KEY` per storage.
 *
 * Only the directory, the pickle and the headers of the storages are read.
 *
 * @param file an opened file
 * @param members its directory
 * @throws CheckpointError `torch-layout`, `byte-order`, `storage-missing`, `storage-size`, as `readPickle`, `placeTensor`
 *   and `locateMember`
 * Source: torch/serialization.py (_save, _load) and caffe2/serialize/inline_container.cc of PyTorch.
 */
export async function readTorchZip(file: OpenedFile, members: ReadonlyMap<string, ZipMember>): Promise<TensorFile> {
  const { path, byteLength } = file;
  const pickles = [...members.keys()].filter((name) => DATA_PICKLE.test(name));
  if (pickles.length !== 1) {
    throw new CheckpointError("torch-layout", `${path}: expected one data.pkl, found ${pickles.length}`);
  }
  const name = pickles[0]!;
  const folder = name.slice(0, -"data.pkl".length);
  await checkByteOrder(file, members.get(`${folder}byteorder`));
  const bytes = await readMember(file, members.get(name)!, PICKLE_LIMITS.bytes);
  const { value: tree, end } = readPickle(path, bytes, TORCH_MEANING);
  if (end !== bytes.length) {
    throw new CheckpointError("torch-layout", `${path}: ${name}: expected ${end} bytes, found ${bytes.length}`);
  }
  const { tensors, others } = findTensors(path, tree);
  const storages = await locateStorages(file, members, `${folder}data/`, storagesOf(tensors).keys());
  const placed = tensors.map((found) => placeTensor(path, found, storages.get(found.tensor.storage.key)!));
  const table = tensorTable(path, placed);
  return { path, format: "torch-zip", byteLength, metadata: {}, tensors: table, ignoredEntries: others, tree };
}

async function locateStorages(
  file: OpenedFile,
  members: ReadonlyMap<string, ZipMember>,
  folder: string,
  keys: Iterable<string>,
): Promise<ReadonlyMap<string, TensorStorage>> {
  const storages = new Map<string, TensorStorage>();
  for (const key of keys) {
    const member = members.get(`${folder}${key}`);
    if (!member) {
      const expected = `a member ${describe(`${folder}${key}`)}`;
      throw new CheckpointError("storage-missing", `${file.path}: expected ${expected}, found none`);
    }
    storages.set(key, await locateMember(file, member));
  }
  return storages;
}

/** Archives say since torch 2.1 in which byte order they were written. */
async function checkByteOrder(file: OpenedFile, member: ZipMember | undefined): Promise<void> {
  if (!member) return;
  const order = (await readMember(file, member, 16)).toString("latin1");
  if (order === "little") return;
  const shown = order === "big" ? order : "something else";
  throw new CheckpointError("byte-order", `${file.path}: expected byte order little, found ${shown}`);
}
