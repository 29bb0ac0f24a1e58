/** A worker thread that reads labelled pictures for a training, one after the other, until told to end. */
import { parentPort } from "node:worker_threads";
import { SetrError } from "../../errors";
import type { LabelledImage } from "../data";
import type { Cut } from "./cuts";
import type { LabelledFile } from "./labelledFiles";
import type { LabelMeaning } from "./labelNumbers";
import { type PixelSize, readLabelledImage } from "./readLabelledImage";

/** A picture that the worker is asked for; "close" ends it once it has read the one at hand. */
export interface ReadRequest {
  readonly id: number;
  readonly file: LabelledFile;
  readonly size: PixelSize;
  readonly meaning: LabelMeaning;
  readonly cut?: Cut | undefined;
}

/** What it answers. */
export type ReadReply = { readonly id: number } & (
  | { readonly labelled: LabelledImage }
  | { readonly code: string; readonly message: string }
);

const port = parentPort!;
let turn: Promise<void> = Promise.resolve();
let closing = false;

async function answer({ id, file, size, meaning, cut }: ReadRequest): Promise<void> {
  if (closing) return;
  let reply: ReadReply;
  try {
    reply = { id, labelled: await readLabelledImage(file, size, meaning, cut) };
  } catch (error) {
    const code = error instanceof SetrError ? error.code : "picture";
    reply = { id, code, message: (error as Error).message };
  }
  port.postMessage(reply);
}

port.on("message", (request: ReadRequest | "close") => {
  if (request === "close") closing = true;
  turn = turn.then(() => (request === "close" ? port.close() : answer(request)));
});
