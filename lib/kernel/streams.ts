type Publish = (name: string, text: string) => void;

// Frontends drop the output of kernels that send more than 1,000 messages a second.
const PAUSE_MILLISECONDS = 20;

/** Joins what a cell writes piece by piece: the first piece is published at once, those that follow closely together. */
export class Streams {
  readonly #publish: Publish;
  #name = "";
  #text = "";
  #pause: NodeJS.Timeout | undefined;

  constructor(publish: Publish) {
    this.#publish = publish;
  }

  /** Adds a piece of text. */
  add(name: string, text: string): void {
    if (name !== this.#name) this.flush();
    this.#name = name;
    this.#text += text;
    if (!this.#pause) this.flush();
  }

  /** Publishes what has not been published; called before anything else is. */
  flush(): void {
    clearTimeout(this.#pause);
    this.#pause = undefined;
    if (this.#text === "") return;
    this.#publish(this.#name, this.#text);
    this.#text = "";
    this.#pause = setTimeout(() => {
      this.#pause = undefined;
      this.flush();
    }, PAUSE_MILLISECONDS);
  }
}
