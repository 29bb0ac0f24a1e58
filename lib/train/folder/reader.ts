import { once } from "node:events";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { TrainingError } from "../../errors";
import type { LabelledImage } from "../data";
import type { ReadReply, ReadRequest } from "./readerWorker";

/** Reads labelled pictures beside the thread that computes. */
export interface Reader {
  /** Reads one picture; rejects with a TrainingError that has the code of what went wrong. */
  read(request: Omit<ReadRequest, "id">): Promise<LabelledImage>;
  /** Ends the thread; what is not read yet is rejected. */
  close(): Promise<void>;
}

interface Waiting {
  resolve(labelled: LabelledImage): void;
  reject(error: Error): void;
}

/** Starts the thread. */
export function openReader(): Reader {
  const worker = new Worker(programPath());
  const ended = once(worker, "exit").catch(() => undefined); // an error is told to those who wait
  const waiting = new Map<number, Waiting>();
  let asked = 0;
  let failure: TrainingError | undefined;
  const fail = (message: string) => {
    failure ??= new TrainingError("reader", `pictures: ${message}`);
    for (const { reject } of waiting.values()) reject(failure);
    waiting.clear();
  };
  worker.on("message", (reply: ReadReply) => {
    const request = waiting.get(reply.id);
    waiting.delete(reply.id);
    if ("labelled" in reply) request?.resolve(reply.labelled);
    else request?.reject(new TrainingError(reply.code, reply.message));
  });
  worker.on("error", (error) => fail(`expected a thread that reads them, found an error: ${error.message}`));
  worker.on("exit", () => fail("expected an open thread that reads them, found it closed"));
  return {
    read: (request) =>
      new Promise((resolve, reject) => {
        if (failure) return reject(failure);
        waiting.set(asked, { resolve, reject });
        worker.postMessage({ ...request, id: asked++ } satisfies ReadRequest);
      }),
    close: async () => {
      worker.postMessage("close");
      await ended;
    },
  };
}

/** The compiled worker, also when this file itself runs uncompiled, as it does in tests. */
function programPath(): string {
  const compiled = join(__dirname, "..", "..", "dist", "train", "folder");
  return join(__filename.endsWith(".ts") ? compiled : __dirname, "readerWorker.js");
}
