/** The error that ended a cell, as Jupyter's messages carry it. */
export interface CellError {
  /** Class of the error. */
  readonly ename: string;
  /** Its message. */
  readonly evalue: string;
  /** Lines for a reader: the error, its place in the cell, the calls that led there. */
  readonly traceback: readonly string[];
}

/** What the thread of the sockets asks the main thread, which runs the cells. */
export type Request =
  | { readonly kind: "execute"; readonly id: number; readonly code: string; readonly count: number }
  | {
      readonly kind: "complete" | "inspect";
      readonly id: number;
      readonly code: string;
      /** Place of the cursor in characters (code points). */
      readonly position: number;
    }
  | { readonly kind: "is-complete"; readonly id: number; readonly code: string }
  | { readonly kind: "interrupt"; readonly id: number }
  | { readonly kind: "shutdown" };

/** What the main thread tells the thread of the sockets. */
export type Report =
  | { readonly kind: "ready" }
  | { readonly kind: "stream"; readonly name: "stdout" | "stderr"; readonly text: string }
  | { readonly kind: "publish"; readonly type: string; readonly content: Readonly<Record<string, unknown>> }
  | { readonly kind: "executed"; readonly id: number; readonly error?: CellError }
  | { readonly kind: "answer"; readonly id: number; readonly content: Readonly<Record<string, unknown>> }
  | { readonly kind: "flush" };

/** What the thread of the sockets is started with. */
export interface SocketsData {
  /** Path of Jupyter's connection file. */
  readonly connectionFile: string;
  readonly flags: Int32Array;
  /** Version of the TypeScript that the cells are written in. */
  readonly typescript: string;
  /** Process whose end ends the kernel, if any. */
  readonly parent?: number;
  /** Whether the connection file's folder is removed when the parent is gone. */
  readonly ownsFolder: boolean;
}

/** Places in the memory that both threads share. */
export const FLAGS = {
  /** 1 while the main thread may be stopped in the middle of what it does. */
  interruptible: 0,
  /** Number of the last cell whose interruption the main thread has noticed. */
  noticed: 1,
  /** 1 when all that the main thread reported before its end has been sent. */
  flushed: 2,
} as const;
