import { Session } from "node:inspector";
import { FLAGS, type Request } from "./threads";

// Steps of the engines that cannot be stopped half-way, such as one layer in WebAssembly, end within this time; a cell that
// was asked to end is left by the main thread itself within it.
const PATIENCE_MILLISECONDS = 2000;
const RETRY_MILLISECONDS = 250;

/**
 * Interrupts the main thread from the thread of the sockets.
 *
 * The main thread is asked first; where the cell goes on because it computes without a pause, from the start or only after
 * the main thread has heard, what runs is terminated, as the stop button of a debugger does.
 */
export class Interrupter {
  readonly #flags: Int32Array;
  readonly #running: () => number | undefined;
  readonly #ask: (request: Request) => void;

  /**
   * @param flags the memory that both threads share
   * @param running gives the number of the running cell
   * @param ask hands a request to the main thread
   */
  constructor(flags: Int32Array, running: () => number | undefined, ask: (request: Request) => void) {
    this.#flags = flags;
    this.#running = running;
    this.#ask = ask;
  }

  /** Interrupts the running cell, if any. */
  interrupt(): void {
    const id = this.#running();
    if (id === undefined) return;
    this.#ask({ kind: "interrupt", id });
    setTimeout(() => this.#insist(id, false), PATIENCE_MILLISECONDS);
  }

  /** @param leaving whether the main thread has had time to leave the cell since it has heard */
  #insist(id: number, leaving: boolean): void {
    if (this.#running() !== id) return;
    if (!leaving && Atomics.load(this.#flags, FLAGS.noticed) >= id) {
      setTimeout(() => this.#insist(id, true), PATIENCE_MILLISECONDS);
      return;
    }
    if (Atomics.load(this.#flags, FLAGS.interruptible) === 1) this.#terminate(id);
    setTimeout(() => this.#insist(id, leaving), RETRY_MILLISECONDS);
  }

  /** Ends what the main thread runs; the cell, interrupted a second time, is then left at once. */
  #terminate(id: number): void {
    const session = new Session();
    session.connectToMainThread();
    session.post("Runtime.terminateExecution", () => session.disconnect());
    this.#ask({ kind: "interrupt", id });
  }
}
