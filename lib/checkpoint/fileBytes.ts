import { type FileHandle, open, stat } from "node:fs/promises";
import { CheckpointError } from "../errors";

/** A weight file open for reading. */
export interface OpenedFile {
  readonly path: string;
  /** Size of the file when it was opened. */
  readonly byteLength: number;
  readonly handle: FileHandle;
}

/**
 * Opens a file for reading while `use` runs, and closes it afterwards.
 *
 * @param path a regular file
 * @param use receives the opened file
 * @throws CheckpointError `not-found` for a missing or unreadable file, a folder or a device; whatever `use` throws
 */
export async function withFile<T>(path: string, use: (file: OpenedFile) => Promise<T>): Promise<T> {
  const file = await openFile(path);
  try {
    return await use(file);
  } finally {
    await file.handle.close();
  }
}

/**
 * Opens a file for reading; the caller closes its handle.
 *
 * @throws CheckpointError `not-found` for a missing or unreadable file, a folder or a device
 */
export async function openFile(path: string): Promise<OpenedFile> {
  const found = await stat(path).catch(() => undefined);
  if (!found) throw new CheckpointError("not-found", `${path}: expected a weight file, found no such file`);
  if (!found.isFile()) {
    const kind = found.isDirectory() ? "a folder" : "something that is no regular file";
    throw new CheckpointError("not-found", `${path}: expected a weight file, found ${kind}`);
  }
  const handle = await open(path, "r").catch((error: Error) => {
    throw new CheckpointError("not-found", `${path}: cannot be opened (${error.message})`);
  });
  return { path, byteLength: found.size, handle };
}

/**
 * Reads a byte range; a range that the file does not have is refused before memory is taken for it.
 *
 * @param file an opened file
 * @param position absolute offset of the first byte
 * @param length number of bytes
 * @throws CheckpointError `truncated`
 */
export async function readBytes(file: OpenedFile, position: number, length: number): Promise<Buffer> {
  if (position + length > file.byteLength) {
    throw new CheckpointError(
      "truncated",
      `${file.path}: expected ${length} bytes at ${position}, found a file of ${file.byteLength} bytes`,
    );
  }
  const buffer = Buffer.from(new ArrayBuffer(length)); // its own memory, so that it is aligned for every type
  await fillBytes(file, position, buffer);
  return buffer;
}

/**
 * Fills a buffer from the file.
 *
 * @throws CheckpointError `truncated` when the file ends first, as it does when it was shortened after opening
 */
export async function fillBytes(file: OpenedFile, position: number, buffer: Uint8Array): Promise<void> {
  for (let filled = 0; filled < buffer.length; ) {
    const wanted = Math.min(buffer.length - filled, MAX_READ_BYTES);
    const { bytesRead } = await file.handle.read(buffer, filled, wanted, position + filled);
    if (bytesRead === 0) {
      throw new CheckpointError(
        "truncated",
        `${file.path}: expected ${buffer.length} bytes at ${position}, found the file's end after ${filled}`,
      );
    }
    filled += bytesRead;
  }
}

/** One system call reads less than 2 GiB. */
const MAX_READ_BYTES = 1 << 30;

/** A shape or strides in an error message, at most 80 characters. */
export function describeShape(lengths: readonly number[]): string {
  return describe(`[${lengths.join(", ")}]`);
}

/** A value of a header in an error message: JSON, at most 80 characters, on one line. */
export function describe(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? String(value));
  const short = text.length > 80 ? `${text.slice(0, 77)}...` : text;
  return short.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "?");
}
