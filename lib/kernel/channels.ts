import { readFileSync, writeSync } from "node:fs";
import { Publisher, Reply, Router } from "zeromq";
import { createAnswer, decodeMessage, encodeMessage, type Message, routingOf } from "../notebook/message";
import { Outbox } from "./outbox";

/** A request of a client, and the way back to it. */
export interface Received {
  readonly message: Message;
  /** Sends the answer. */
  answer(type: string, content: Readonly<Record<string, unknown>>): void;
}

type Receive = (request: Received) => void;
type Content = Readonly<Record<string, unknown>>;

/** The parts of Jupyter's connection file that lead to the sockets. */
interface ConnectionFile {
  readonly transport: string;
  readonly ip: string;
  readonly key: string;
  readonly shell_port: number;
  readonly iopub_port: number;
  readonly control_port: number;
  readonly stdin_port: number;
  readonly hb_port: number;
}

/** The five sockets of a Jupyter kernel. */
export class Channels {
  readonly #file: ConnectionFile;
  readonly #shell = new Router();
  readonly #control = new Router();
  readonly #iopub = new Publisher({ sendHighWaterMark: 0 });
  readonly #stdin = new Router();
  readonly #heartbeat = new Reply();
  readonly #outboxes = {
    shell: new Outbox(this.#shell),
    control: new Outbox(this.#control),
    iopub: new Outbox(this.#iopub),
  };

  /** @param connectionFile path of the connection file */
  constructor(connectionFile: string) {
    this.#file = JSON.parse(readFileSync(connectionFile, "utf8"));
  }

  /** Binds the sockets; the shell's requests wait until `listen`. */
  async bind(): Promise<void> {
    const { shell_port, iopub_port, control_port, stdin_port, hb_port, transport, ip } = this.#file;
    const places = [
      [this.#iopub, iopub_port],
      [this.#shell, shell_port],
      [this.#control, control_port],
      [this.#stdin, stdin_port],
      [this.#heartbeat, hb_port],
    ] as const;
    // All are waited for: zeromq ends the process when its thread ends while a socket is being bound.
    const bound = await Promise.allSettled(places.map(([socket, port]) => socket.bind(`${transport}://${ip}:${port}`)));
    const failed = bound.find((result) => result.status === "rejected");
    if (failed) {
      this.close();
      throw failed.reason;
    }
    void this.#echo();
  }

  /** Hands over the requests of one channel as they arrive. */
  async listen(channel: "shell" | "control", receive: Receive): Promise<void> {
    for await (const frames of channel === "shell" ? this.#shell : this.#control) {
      const request = this.#read(frames, this.#outboxes[channel]);
      if (request) receive(request);
    }
  }

  /** Sends a message to all clients. */
  publish(type: string, parent: Message["parent_header"], content: Content): void {
    this.#outboxes.iopub.add([type, ...encodeMessage(this.#file.key, createAnswer(type, parent, content))]);
  }

  /** Waits until everything is on its way. */
  async drained(): Promise<void> {
    await Promise.all(Object.values(this.#outboxes).map((outbox) => outbox.drained()));
  }

  /** Closes the sockets; what is sent from now on is dropped. */
  close(): void {
    for (const outbox of Object.values(this.#outboxes)) outbox.close();
    for (const socket of [this.#shell, this.#control, this.#iopub, this.#stdin, this.#heartbeat]) socket.close();
  }

  /** Takes a message apart; one that is not signed with the connection's key is left out. */
  #read(frames: Uint8Array[], outbox: Outbox): Received | undefined {
    try {
      const { key } = this.#file;
      const message = decodeMessage(key, frames);
      const routing = routingOf(frames);
      return {
        message,
        answer: (type, content) =>
          outbox.add([...routing, ...encodeMessage(key, createAnswer(type, message.header, content))]),
      };
    } catch (error) {
      // Not to the thread's own streams, which lead through the main thread's into the outputs of the user's cells.
      writeSync(2, `${(error as Error).message}\n`);
      return undefined;
    }
  }

  async #echo(): Promise<void> {
    for await (const frames of this.#heartbeat) await this.#heartbeat.send(frames);
  }
}
