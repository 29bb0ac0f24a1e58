/**
 * Runs inside the kernel process before tslab does (`node --require`): ends the kernel when its parent is gone, and keeps
 * tslab from losing output.
 *
 * tslab sends output without waiting, and zeromq refuses all but the first 500 or so messages of one turn of the event
 * loop, so that the rest of a talkative cell, pictures included, would vanish without a trace.
 */
import { rmSync } from "node:fs";
import Module from "node:module";
import { dirname } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { MessageLike, Publisher, SocketOptions } from "zeromq";

type PublisherClass = new (options?: SocketOptions<Publisher>) => Publisher;
type Load = (request: string, ...rest: unknown[]) => unknown;

/** A publisher that sends at once whenever zeromq can, and in order as soon as it can otherwise. */
function patient(Base: PublisherClass): PublisherClass {
  return class extends Base {
    #queued = 0;
    #last: Promise<void> = Promise.resolve();

    constructor(options: SocketOptions<Publisher> = {}) {
      super({ ...options, sendHighWaterMark: 0 });
    }

    override async send(message: MessageLike | MessageLike[]): Promise<void> {
      if (this.#queued === 0 && (await this.#sent(message))) return;
      this.#queued++;
      this.#last = this.#last.then(() => this.#sendWhenFree(message)).finally(() => this.#queued--);
      await this.#last;
    }

    async #sendWhenFree(message: MessageLike | MessageLike[]): Promise<void> {
      while (!this.closed && !(await this.#sent(message))) await setImmediate();
    }

    /** Whether the message is on its way; false while another one is being sent. */
    async #sent(message: MessageLike | MessageLike[]): Promise<boolean> {
      try {
        await super.send(message);
        return true;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "EBUSY") return false;
        throw error;
      }
    }
  };
}

function replacePublisher(): void {
  const modules = Module as unknown as { _load: Load };
  const load = modules._load;
  modules._load = function (this: unknown, request, ...rest) {
    const loaded = load.call(this, request, ...rest);
    if (request === "zeromq") {
      modules._load = load;
      const zeromq = loaded as { Publisher: PublisherClass };
      zeromq.Publisher = patient(zeromq.Publisher);
    }
    return loaded;
  };
}

function endWithParent(connectionFile: string): void {
  process.once("disconnect", () => {
    rmSync(dirname(connectionFile), { recursive: true, force: true });
    process.exit(1);
  });
  process.channel?.unref();
}

// Processes and workers that a cell starts inherit the option, but are no kernels.
const option = process.argv.indexOf("--config-path");
if (process.argv.includes("kernel") && option > 0 && process.channel) {
  replacePublisher();
  endWithParent(process.argv[option + 1]);
}
