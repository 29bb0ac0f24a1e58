import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/** How a trial in a process of its own went. */
export interface ProbeOutcome {
  /** `fails` in an orderly way, with a message; `crashed` without one; `late` when it did not answer in time. */
  readonly state: "works" | "fails" | "crashed" | "late";
  /** What was found, or why it does not work, in one line. */
  readonly found: string;
}

/** What the probe process answers. */
export interface ProbeReply {
  readonly works: boolean;
  readonly found: string;
}

/** Tries something, e.g. `("engine", ["webgpu"])`; never rejects. */
export type Probe = (what: string, names?: readonly string[], seconds?: number) => Promise<ProbeOutcome>;

const SECONDS = 30;
const TAIL_LENGTH = 4096;

/**
 * Tries something in a process of its own, since a native library may end or block the process that loads it.
 *
 * The process has this one's environment and options of Node.
 *
 * @param what one of the trials of probeProcess.ts
 * @param names what it takes
 * @param seconds longest time, default 30; the process is killed then
 */
export const startProbe: Probe = async (what, names = [], seconds = SECONDS) => {
  const child = fork(programPath(), [what, ...names], { stdio: ["ignore", "ignore", "pipe", "ipc"] });
  let late = false;
  const timer = setTimeout(() => {
    late = child.kill("SIGKILL");
  }, seconds * 1000);
  try {
    const { reply, code, signal, tail } = await endOf(child);
    if (late) return { state: "late", found: `no answer within ${seconds} s` };
    if (reply && signal === null) return { state: reply.works ? "works" : "fails", found: reply.found };
    const words = tail ? `, last words: ${tail}` : "";
    return { state: "crashed", found: `crashed with ${signal ?? `exit code ${code}`}${reply ? " at its end" : words}` };
  } catch (error) {
    return { state: "fails", found: (error as Error).message };
  } finally {
    clearTimeout(timer);
  }
};

/** The compiled program, also when this file itself runs uncompiled, as it does in tests. */
function programPath(): string {
  const folder = __filename.endsWith(".ts") ? join(__dirname, "..", "dist", "doctor") : __dirname;
  return join(folder, "probeProcess.js");
}

interface ProbeEnd {
  readonly reply: ProbeReply | undefined;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last line on standard error. */
  readonly tail: string | undefined;
}

async function endOf(child: ChildProcess): Promise<ProbeEnd> {
  let reply: ProbeReply | undefined;
  let errors = "";
  child.on("message", (message: ProbeReply) => {
    reply = message;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    errors = (errors + text).slice(-TAIL_LENGTH);
  });
  // An answer may arrive after the end of the process, but not after the end of the channel.
  const [[code, signal]] = await Promise.all([once(child, "exit"), once(child, "disconnect")]);
  return { reply, code, signal, tail: errors.trim().split("\n").at(-1) };
}
