import { Session } from "node:inspector";
import { FLAGS, type Request } from "./threads";

// Steps of the engines that cannot be stopped half-way, such as one layer in WebAssembly, end within this time.
const PATIENCE_MILLISECONDS = 2000;
const RETRY_MILLISECONDS = 250;

/**
 * Interrupts the main thread from the thread of the sockets.
 *
 * The main thread is asked first; where it does not even listen because a cell computes without a pause, what it runs is
 * terminated, as the stop button of a debugger does.
 */
export class Interrupter {
  readonly #flags: Int32Array;
  readonly #ask: (request: Request) => void;
  #serial = 0;

  constructor(flags: Int32Array, ask: (request: Request) => void) {
    this.#flags = flags;
    this.#ask = ask;
  }

  /** Interrupts the running cell. */
  interrupt(): void {
    const serial = ++this.#serial;
    this.#ask({ kind: "interrupt", serial });
    setTimeout(() => this.#insist(serial), PATIENCE_MILLISECONDS);
  }

  #insist(serial: number): void {
    if (Atomics.load(this.#flags, FLAGS.noticed) >= serial) return;
    if (Atomics.load(this.#flags, FLAGS.interruptible) === 1) this.#terminate(serial);
    setTimeout(() => this.#insist(serial), RETRY_MILLISECONDS);
  }

  /** Ends what the main thread runs; the cell, interrupted a second time, is then left at once. */
  #terminate(serial: number): void {
    const session = new Session();
    session.connectToMainThread();
    session.post("Runtime.terminateExecution", () => session.disconnect());
    this.#ask({ kind: "interrupt", serial });
  }
}
