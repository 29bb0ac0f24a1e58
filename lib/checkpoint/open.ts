import { CheckpointError } from "../errors";
import { type OpenedFile, readBytes, withFile } from "./fileBytes";
import { NPY_MAGIC, readNpy } from "./npy";
import { isNpz, readNpz } from "./npz";
import { readSafetensors } from "./safetensors";
import type { TensorFile } from "./tensorFile";
import { LEGACY_MAGIC, readTorchLegacy } from "./torchLegacy";
import { isTorchZip, readTorchZip } from "./torchZip";
import { readZipDirectory } from "./zip";

const ZIP_MAGIC = Buffer.from("PK\x03\x04", "latin1");

/**
 * Opens a checkpoint of any known format, told apart by its first bytes, never by its name.
 *
 * Only headers are read, so that a file of gigabytes opens at once; nothing in a file can run.
 *
 * @param path a .safetensors file, a PyTorch checkpoint (zip or legacy), a .npz or .npy file
 * @throws CheckpointError `not-found`, `unknown-format`, and what the format's reader throws
 */
export async function openCheckpoint(path: string): Promise<TensorFile> {
  return withFile(path, async (file) => {
    const start = await readBytes(file, 0, Math.min(16, file.byteLength));
    const beginsWith = (magic: Buffer) => start.subarray(0, magic.length).equals(magic);
    if (beginsWith(ZIP_MAGIC)) return readArchive(file);
    if (beginsWith(LEGACY_MAGIC)) return readTorchLegacy(file);
    if (beginsWith(NPY_MAGIC)) return readNpy(file);
    if (start[8] === 0x7b) return readSafetensors(file); // the header's opening brace behind its length
    return refuseFormat(file, `${start.toString("hex").replace(/(..)(?=.)/g, "$1 ") || "none"}`);
  });
}

async function readArchive(file: OpenedFile): Promise<TensorFile> {
  const members = await readZipDirectory(file);
  if (isTorchZip(members)) return readTorchZip(file, members);
  if (isNpz(members)) return readNpz(file, members);
  return refuseFormat(file, "those of a zip archive without data.pkl or .npy members");
}

function refuseFormat(file: OpenedFile, found: string): never {
  throw new CheckpointError(
    "unknown-format",
    `${file.path}: expected .safetensors, PyTorch (zip or legacy), .npz or .npy, found a file whose first bytes are ${found}`,
  );
}
