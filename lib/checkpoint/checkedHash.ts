import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { prune, touch } from "../cacheFiles";
import { cacheFolder } from "../cacheFolder";
import { type FileIdentity, fileIdentity } from "../fileIdentity";
import { writeWhole } from "../files";
import { type OnProgress, withProgress } from "../progress";
import { version } from "../version";
import type { Examined } from "./examine";
import { checkFinite, scanCheckpoint } from "./scan";

/** A file that changed so shortly before it was read may change again without its times showing it. */
const SETTLED_AFTER_MS = 2000;

/** How many files are remembered; a note is 130 bytes. */
const NOTES = { bytes: 1 << 20, files: 1000 };

/**
 * The SHA-256 of a checkpoint whose values are finite.
 *
 * Reading a large file takes seconds, so its hash is noted in the cache folder under the file's path, inode, size and times.
 *
 * @param examined a complete checkpoint
 * @param identity of the file before it was examined; undefined reads the file in any case and notes nothing
 * @param onProgress told the bytes read; by default it is shown where it takes long
 * @throws CheckpointError `not-finite`; `changed`, `truncated`, `damaged` as the bytes turn out to be
 */
export async function checkedHash(
  examined: Examined,
  identity: FileIdentity | undefined,
  onProgress?: OnProgress,
): Promise<string> {
  const { file } = examined.mapped;
  const isSame = async () => (await fileIdentity(file.path))?.text === identity?.text;
  const note = identity && (await isSame()) ? noteOf(examined, identity) : undefined;
  const remembered = note && (await readNote(note));
  if (remembered) return remembered;
  const settled = identity && Date.now() - identity.changed > SETTLED_AFTER_MS;
  const scan = (tell: OnProgress) => scanCheckpoint(file, examined.used.values(), tell);
  const { sha256, suspicious } = await withProgress(`Read ${basename(file.path)}`, onProgress, scan, { unit: "bytes" });
  checkFinite(file.path, suspicious);
  if (note && settled && (await isSame())) await writeNote(note, sha256);
  return sha256;
}

/** A note's file name: it tells apart the file and which of its tensors were looked at. */
function noteOf({ used }: Examined, { text }: FileIdentity): string {
  const looked = [...used.values()].map(({ parts }) => parts.map(({ tensor }) => tensor.name));
  return sha256Of(JSON.stringify([version, text, looked]));
}

async function readNote(note: string): Promise<string | undefined> {
  const path = join(cacheFolder("hashes"), note);
  const text = await readFile(path, "utf8").catch(() => "");
  const [sha256 = "", check] = text.split("\n");
  if (check !== sha256Of(note + sha256)) return undefined;
  await touch(path);
  return sha256;
}

/** Where nothing can be written, the file is read again next time. */
async function writeNote(note: string, sha256: string): Promise<void> {
  const folder = cacheFolder("hashes");
  await writeWhole(join(folder, note), `${sha256}\n${sha256Of(note + sha256)}`)
    .then(() => prune(folder, NOTES))
    .catch(() => {});
}

function sha256Of(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
