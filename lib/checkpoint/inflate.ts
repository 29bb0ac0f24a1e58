import { constants, type Inflate, inflateRaw, inflateRawSync } from "node:zlib";
import { CheckpointError } from "../errors";

/** Most that the deflate format can expand by: a match of 258 bytes takes at least 2 bits. */
export const MAX_DEFLATE_RATIO = 1032;

/**
 * Decompresses a raw deflate stream of known length.
 *
 * @param subject what the bytes are, for the message
 * @param stored the whole stream and nothing more
 * @param byteLength exact length of the result; never more memory than this is filled
 * @throws CheckpointError `damaged` when the stream is malformed, `member-size` when it is longer or shorter than said
 */
export function inflateExactly(subject: string, stored: Uint8Array, byteLength: number): Promise<Buffer> {
  const options = { maxOutputLength: Math.max(byteLength, 1), chunkSize: 1 << 18, info: true };
  return new Promise((resolve, reject) => {
    inflateRaw(stored, options, (error, result) => {
      if (error) return reject(inflateError(subject, byteLength, error));
      const { buffer, engine } = result as unknown as { buffer: Buffer; engine: Inflate };
      if (buffer.length === byteLength && engine.bytesWritten === stored.length) return resolve(buffer);
      const found = `${buffer.length} from ${engine.bytesWritten}`;
      const expected = `${byteLength} bytes from ${stored.length} compressed ones`;
      reject(new CheckpointError("member-size", `${subject}: expected ${expected}, found ${found}`));
    });
  });
}

/**
 * Decompresses the beginning of a raw deflate stream.
 *
 * @param subject what the bytes are, for the message
 * @param stored the beginning of the stream; at most a few kilobytes, since each can expand a thousandfold
 * @returns as much as `stored` gives
 * @throws CheckpointError `damaged`
 */
export function inflateBeginning(subject: string, stored: Uint8Array): Buffer {
  const limit = stored.length * MAX_DEFLATE_RATIO + 1024;
  try {
    return inflateRawSync(stored, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: limit });
  } catch (error) {
    throw inflateError(subject, limit, error as NodeJS.ErrnoException);
  }
}

function inflateError(subject: string, byteLength: number, error: NodeJS.ErrnoException): CheckpointError {
  if (error.code === "ERR_BUFFER_TOO_LARGE") {
    return new CheckpointError("member-size", `${subject}: expected ${byteLength} bytes when decompressed, found more`);
  }
  return new CheckpointError("damaged", `${subject}: expected deflated bytes, found ${error.message}`);
}
