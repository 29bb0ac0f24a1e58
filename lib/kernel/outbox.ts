import type { MessageLike } from "zeromq";

/** Sends messages over one socket in order, as soon as the socket can take them. */
export class Outbox {
  readonly #socket: { send(message: MessageLike[]): Promise<void> };
  readonly #waiting: MessageLike[][] = [];
  #sending: Promise<void> | undefined;
  #closed = false;

  constructor(socket: { send(message: MessageLike[]): Promise<void> }) {
    this.#socket = socket;
  }

  /** Puts a message at the end of the line. */
  add(frames: MessageLike[]): void {
    if (this.#closed) return;
    this.#waiting.push(frames);
    this.#sending ??= this.#send();
  }

  /** Waits until all messages are on their way. */
  async drained(): Promise<void> {
    await this.#sending;
  }

  /** Drops what waits and what is added from now on; called before the socket is closed. */
  close(): void {
    this.#closed = true;
    this.#waiting.length = 0;
  }

  async #send(): Promise<void> {
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) await this.#socket.send(next);
    this.#sending = undefined;
  }
}
