import { CheckpointError } from "../errors";
import { describe, type OpenedFile } from "./fileBytes";
import { readNpyTensor } from "./npy";
import { checkTotals, type StoredTensor, type TensorFile } from "./tensorFile";
import type { ZipMember } from "./zip";
import { locateMember, readMemberBeginning } from "./zipMember";

const SUFFIX = ".npy";

/** Whether a zip archive holds NumPy arrays. */
export function isNpz(members: ReadonlyMap<string, ZipMember>): boolean {
  return [...members.keys()].some((name) => name.endsWith(SUFFIX));
}

/**
 * Reads an archive of arrays as numpy.savez and numpy.savez_compressed write it: one .npy member per array.
 *
 * Only the directory and the arrays' headers are read.
 *
 * @param file an opened file
 * @param members its directory
 * @returns arrays under their members' names without `.npy`
 * @throws CheckpointError `npz-member` for a member that is no array; as `readNpyTensor` and `locateMember`
 * Source: numpy/lib/npyio.py.
 */
export async function readNpz(file: OpenedFile, members: ReadonlyMap<string, ZipMember>): Promise<TensorFile> {
  const { path, byteLength } = file;
  const tensors = new Map<string, StoredTensor>();
  for (const member of members.values()) {
    if (!member.name.endsWith(SUFFIX)) {
      throw new CheckpointError("npz-member", `${path}: expected only .npy members, found ${describe(member.name)}`);
    }
    const name = member.name.slice(0, -SUFFIX.length);
    const storage = await locateMember(file, member);
    tensors.set(name, await readNpyTensor(path, name, storage, (length) => readMemberBeginning(file, storage, length)));
  }
  checkTotals(path, tensors);
  return { path, format: "npz", byteLength, metadata: {}, tensors, ignoredEntries: [] };
}
