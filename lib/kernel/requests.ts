import type { Message } from "../notebook/message";
import type { Channels, Received } from "./channels";
import { kernelInfo } from "./kernelInfo";
import { Streams } from "./streams";
import type { CellError, Report, Request } from "./threads";

type Content = Readonly<Record<string, unknown>>;

/** A cell that waits or runs. */
interface Execution {
  readonly request: Received;
  readonly id: number;
  readonly count: number;
}

/**
 * Answers the requests of Jupyter's shell: cells one after the other, everything else as it comes.
 *
 * What needs the cells' variables is asked of the main thread.
 */
export class Requests {
  readonly #channels: Channels;
  readonly #ask: (request: Request) => void;
  readonly #typescript: string;
  readonly #streams: Streams;
  readonly #asked = new Map<number, { readonly request: Received; readonly type: string }>();
  #waiting: Received[] = [];
  #running: Execution | undefined;
  /** Heading of the last cell that was started, to which all output belongs. */
  #latest: Message["parent_header"] = {};
  #count = 0;
  #ids = 0;

  /**
   * @param channels where answers and output go
   * @param ask hands a request to the main thread
   * @param typescript version of TypeScript
   */
  constructor(channels: Channels, ask: (request: Request) => void, typescript: string) {
    this.#channels = channels;
    this.#ask = ask;
    this.#typescript = typescript;
    this.#streams = new Streams((name, text) => channels.publish("stream", this.#latest, { name, text }));
  }

  /** Number of the running cell, if any; later cells have larger ones. */
  get running(): number | undefined {
    return this.#running?.id;
  }

  /** Takes a request of a client. */
  receive(request: Received): void {
    const { header, content } = request.message;
    const { code = "", cursor_pos: position = 0 } = content as { code?: string; cursor_pos?: number };
    switch (header.msg_type) {
      case "execute_request":
        this.#waiting.push(request);
        this.#next();
        break;
      case "complete_request":
        this.#askMain(request, "complete_reply", { kind: "complete", id: ++this.#ids, code, position });
        break;
      case "inspect_request":
        this.#askMain(request, "inspect_reply", { kind: "inspect", id: ++this.#ids, code, position });
        break;
      case "is_complete_request":
        this.#askMain(request, "is_complete_reply", { kind: "is-complete", id: ++this.#ids, code });
        break;
      case "kernel_info_request":
        this.answerNow(request, "kernel_info_reply", kernelInfo(this.#typescript));
        break;
      case "comm_info_request":
        this.answerNow(request, "comm_info_reply", { status: "ok", comms: {} });
        break;
      case "history_request":
        this.answerNow(request, "history_reply", { status: "ok", history: [] });
        break;
    }
  }

  /** Takes what the main thread reports. */
  report(report: Report): void {
    switch (report.kind) {
      case "stream":
        this.#streams.add(report.name, report.text);
        break;
      case "publish":
        this.#streams.flush();
        this.#channels.publish(report.type, this.#latest, report.content);
        break;
      case "answer":
        this.#answer(report.id, report.content);
        break;
      case "executed":
        this.#finish(report.id, report.error);
        break;
      case "flush":
        this.#streams.flush();
        break;
    }
  }

  /** Answers a request that needs nothing of the main thread. */
  answerNow(request: Received, type: string, content: Content): void {
    const { header } = request.message;
    this.#channels.publish("status", header, { execution_state: "busy" });
    request.answer(type, content);
    this.#channels.publish("status", header, { execution_state: "idle" });
  }

  #askMain(request: Received, type: string, question: Request & { readonly id: number }): void {
    this.#channels.publish("status", request.message.header, { execution_state: "busy" });
    this.#asked.set(question.id, { request, type });
    this.#ask(question);
  }

  #answer(id: number, content: Content): void {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    asked?.request.answer(asked.type, content);
    this.#channels.publish("status", asked?.request.message.header ?? {}, { execution_state: "idle" });
  }

  /** Starts the cell that has waited longest, unless one runs. */
  #next(): void {
    const request = this.#running ? undefined : this.#waiting.shift();
    if (!request) return;
    const { code = "", silent, store_history: counted } = request.message.content as Record<string, never>;
    if (!silent && counted !== false) this.#count++;
    const [id, count] = [++this.#ids, this.#count];
    this.#streams.flush();
    this.#running = { request, id, count };
    this.#latest = request.message.header;
    this.#channels.publish("status", this.#latest, { execution_state: "busy" });
    if (!silent) this.#channels.publish("execute_input", this.#latest, { code, execution_count: count });
    this.#ask({ kind: "execute", id, code, count });
  }

  #finish(id: number, error: CellError | undefined): void {
    if (this.#running?.id !== id) return;
    const { request, count } = this.#running;
    const { header, content } = request.message;
    this.#streams.flush();
    if (error) this.#channels.publish("error", header, { ...error });
    const outcome = error ? { status: "error", ...error } : { status: "ok", payload: [], user_expressions: {} };
    request.answer("execute_reply", { ...outcome, execution_count: count });
    this.#channels.publish("status", header, { execution_state: "idle" });
    this.#running = undefined;
    if (error && content.stop_on_error !== false) this.#abort();
    this.#next();
  }

  /** Leaves out the cells that wait for one that failed. */
  #abort(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const request of waiting) {
      this.answerNow(request, "execute_reply", { status: "aborted", execution_count: this.#count });
    }
  }
}
