/**
 * The thread of the kernel's sockets: it answers Jupyter while the main thread computes, and can interrupt it.
 */
import { rmSync } from "node:fs";
import { dirname } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { Channels, type Received } from "./channels";
import { Interrupter } from "./interrupter";
import { kernelInfo } from "./kernelInfo";
import { Requests } from "./requests";
import { FLAGS, type Report, type Request, type SocketsData } from "./threads";

const PARENT_CHECK_MILLISECONDS = 500;
/** What a message that zeromq has taken needs to reach another process. */
const DELIVERY_MILLISECONDS = 20;
/** How long a notebook's unfinished work may keep the kernel alive after it was told to end. */
const END_MILLISECONDS = 2000;

const { connectionFile, flags, typescript, parent, ownsFolder } = workerData as SocketsData;
const ask = (request: Request): void => parentPort!.postMessage(request);
const channels = new Channels(connectionFile);
const requests = new Requests(channels, ask, typescript);
const interrupter = new Interrupter(flags, () => requests.running, ask);

function control(request: Received): void {
  const { header, content } = request.message;
  if (header.msg_type === "interrupt_request") {
    interrupter.interrupt();
    requests.answerNow(request, "interrupt_reply", { status: "ok" });
  } else if (header.msg_type === "kernel_info_request") {
    requests.answerNow(request, "kernel_info_reply", kernelInfo(typescript));
  } else if (header.msg_type === "shutdown_request") {
    requests.answerNow(request, "shutdown_reply", { status: "ok", restart: content.restart === true });
    void end();
  }
}

async function end(): Promise<void> {
  requests.report({ kind: "flush" });
  await finish();
  setTimeout(kill, END_MILLISECONDS);
  ask({ kind: "shutdown" });
}

/** Sends all output and closes the sockets, without which the thread cannot end, and lets the main thread go on to its end. */
async function finish(): Promise<void> {
  await channels.drained();
  await new Promise((resolve) => setTimeout(resolve, DELIVERY_MILLISECONDS));
  channels.close();
  await new Promise(setImmediate);
  Atomics.store(flags, FLAGS.flushed, 1);
  Atomics.notify(flags, FLAGS.flushed);
}

/** Ends the whole process; a thread's own `exit` ends only the thread. */
function kill(): void {
  if (ownsFolder) rmSync(dirname(connectionFile), { recursive: true, force: true });
  process.kill(process.pid, "SIGKILL");
}

function receive(request: Received): void {
  if (request.message.header.msg_type === "shutdown_request") control(request);
  else requests.receive(request);
}

parentPort!.on("message", (report: Report) => {
  if (report.kind === "ready") void channels.listen("shell", receive);
  else requests.report(report);
  if (report.kind === "flush" && Atomics.load(flags, FLAGS.flushed) === 0) void finish();
});
if (parent !== undefined) setInterval(() => process.ppid !== parent && kill(), PARENT_CHECK_MILLISECONDS);
// Where binding fails, the main thread hears of it as this thread's error.
void channels.bind().then(() => channels.listen("control", control));
