import { setTimeout as sleep } from "node:timers/promises";
import { Dealer, Subscriber } from "zeromq";
import { createConnection } from "../../lib/notebook/connection";
import { type KernelProcess, spawnKernel } from "../../lib/notebook/kernelProcess";
import { createMessage, decodeMessage, encodeMessage, type Message } from "../../lib/notebook/message";

type Content = Record<string, never>;

/** What a cell did. */
export interface CellOutcome {
  readonly status: string;
  /** Content of the reply. */
  readonly reply: Content;
  /** Types of the messages that the cell caused, in order. */
  readonly types: readonly string[];
  readonly stdout: string;
  readonly stderr: string;
  /** Content of its `error` outputs. */
  readonly errors: readonly { ename: string; evalue: string; traceback: string[] }[];
}

/** A kernel and a bare client of it. */
export interface Client {
  readonly process: KernelProcess;
  /** Asks on the shell and gives the content of the answer. */
  ask(type: string, content: Record<string, unknown>): Promise<Content>;
  /** Runs a cell. */
  run(code: string, options?: { silent?: boolean }): Promise<CellOutcome>;
  /** Runs a cell, and interrupts it when it has written something: by a message, as Jupyter does, unless SIGINT is said. */
  interrupt(code: string, by?: "SIGINT"): Promise<CellOutcome>;
  /** Sends a request on the shell that is signed with another key. */
  forge(): Promise<void>;
  close(): Promise<void>;
}

/** Starts the kernel in a folder. */
export async function startClient(folder: string, env: NodeJS.ProcessEnv = {}): Promise<Client> {
  const connection = await createConnection();
  const process_ = spawnKernel(connection, folder, { ...process.env, ...env });
  const [shell, control] = [new Dealer({ linger: 0 }), new Dealer({ linger: 0 })];
  const iopub = new Subscriber({ linger: 0, receiveHighWaterMark: 0 });
  shell.connect(connection.shellAddress);
  control.connect(connection.controlAddress);
  iopub.connect(connection.iopubAddress);
  iopub.subscribe();
  const listeners = new Set<(message: Message) => void>();
  const listen = async (socket: AsyncIterable<Buffer[]>) => {
    for await (const frames of socket) {
      const message = decodeMessage(connection.key, frames);
      for (const listener of listeners) listener(message);
    }
  };
  for (const socket of [shell, control, iopub]) void listen(socket as AsyncIterable<Buffer[]>);
  const send = async (socket: Dealer, type: string, content: Record<string, unknown>) => {
    const request = createMessage(type, "test", content);
    await socket.send(encodeMessage(connection.key, request));
    return request.header.msg_id;
  };
  /** All messages that a request causes, up to both its reply and its end. */
  const exchange = async (
    socket: Dealer,
    type: string,
    content: Record<string, unknown>,
    seen?: (m: Message) => void,
  ) =>
    new Promise<Message[]>((resolve) => {
      const early: Message[] = [];
      const messages: Message[] = [];
      let id: string | undefined;
      const listener = (message: Message): void => {
        if (id === undefined) early.push(message);
        if (id === undefined || message.parent_header.msg_id !== id) return;
        messages.push(message);
        seen?.(message);
        const idle = messages.some(({ content: { execution_state } }) => execution_state === "idle");
        if (!idle || !messages.some(({ header }) => header.msg_type.endsWith("_reply"))) return;
        listeners.delete(listener);
        resolve(messages);
      };
      listeners.add(listener);
      void send(socket, type, content).then((sent) => {
        id = sent;
        for (const message of early) listener(message);
      });
    });
  const ask = async (type: string, content: Record<string, unknown>): Promise<Content> => {
    const messages = await exchange(shell, type, content);
    return messages.find(({ header }) => header.msg_type.endsWith("_reply"))!.content as Content;
  };
  const execute = async (code: string, silent: boolean, seen?: (message: Message) => void): Promise<CellOutcome> =>
    outcomeOf(await exchange(shell, "execute_request", { code, silent, store_history: !silent }, seen));
  let interrupted = "";
  await delivering(ask, listeners);
  return {
    process: process_,
    ask,
    run: (code, { silent = false } = {}) => execute(code, silent),
    interrupt: (code, by) =>
      execute(code, false, ({ header, parent_header }) => {
        if (header.msg_type !== "stream" || interrupted === parent_header.msg_id) return;
        interrupted = parent_header.msg_id ?? "";
        if (by) process.kill(process_.pid!, by);
        else void send(control, "interrupt_request", {});
      }),
    forge: () => shell.send(encodeMessage("another", createMessage("kernel_info_request", "test", {}))),
    async close() {
      await send(control, "shutdown_request", { restart: false });
      await process_.stop(5);
      for (const socket of [shell, control, iopub]) socket.close();
    },
  };
}

/** Waits until the output channel delivers; messages sent before a subscriber is known are lost. */
async function delivering(ask: Client["ask"], listeners: Set<(message: Message) => void>): Promise<void> {
  let delivers = false;
  const listener = ({ header }: Message): void => {
    if (header.msg_type === "status") delivers = true;
  };
  listeners.add(listener);
  while (!delivers) {
    void ask("kernel_info_request", {});
    await sleep(50);
  }
  listeners.delete(listener);
}

function outcomeOf(messages: readonly Message[]): CellOutcome {
  const contents = (type: string) =>
    messages.filter(({ header }) => header.msg_type === type).map(({ content }) => content as Content);
  const streams = contents("stream") as unknown as { name: string; text: string }[];
  const [reply] = contents("execute_reply");
  const written = (wanted: string) =>
    streams
      .filter(({ name }) => name === wanted)
      .map(({ text }) => text)
      .join("");
  return {
    status: reply!.status as string,
    reply: reply!,
    types: messages.map(({ header }) => header.msg_type),
    stdout: written("stdout"),
    stderr: written("stderr"),
    errors: contents("error") as unknown as CellOutcome["errors"],
  };
}
