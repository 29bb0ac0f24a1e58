import type { Message } from "./message";

/** Data by MIME type; text is one string here and is cut into lines when the notebook is written. */
export type MimeBundle = Record<string, unknown>;

/** Text that a cell wrote to standard output or standard error. */
export interface StreamOutput {
  output_type: "stream";
  name: string;
  text: string;
}

/** A picture, HTML or text that a cell displayed. */
export interface DisplayOutput {
  output_type: "display_data";
  data: MimeBundle;
  metadata: Record<string, unknown>;
}

/** The value of a cell. */
export interface ResultOutput {
  output_type: "execute_result";
  data: MimeBundle;
  metadata: Record<string, unknown>;
  execution_count: number | null;
}

/** The error that stopped a cell. */
export interface ErrorOutput {
  output_type: "error";
  ename: string;
  evalue: string;
  traceback: string[];
}

/** One output of a code cell, with the fields of nbformat 4. */
export type CellOutput = StreamOutput | DisplayOutput | ResultOutput | ErrorOutput;

/** The displays of a notebook that can be updated, by display id; one for all cells of a run. */
export type DisplayIndex = Map<string, DisplayOutput[]>;

/**
 * Adds what a kernel message carries to the outputs of its cell, as a Jupyter frontend does.
 *
 * Consecutive pieces of one stream become one output; `update_display_data` replaces every earlier output of the same
 * display id, in whichever cell; messages that carry no output are ignored.
 *
 * @param outputs outputs of the cell so far; changed in place
 * @param message message from the kernel's output channel
 * @param displays updatable displays of the notebook; changed in place
 */
export function collectOutput(outputs: CellOutput[], message: Message, displays: DisplayIndex): void {
  const content = message.content as Record<string, never>;
  switch (message.header.msg_type) {
    case "stream":
      addStream(outputs, content.name, content.text);
      return;
    case "display_data":
      addDisplay(outputs, content, displays);
      return;
    case "update_display_data":
      for (const display of displays.get(displayId(content) ?? "") ?? []) {
        display.data = content.data;
        display.metadata = content.metadata ?? {};
      }
      return;
    case "execute_result": {
      const { data, metadata, execution_count } = content;
      outputs.push({ output_type: "execute_result", data, metadata: metadata ?? {}, execution_count });
      return;
    }
    case "error": {
      const { ename, evalue, traceback } = content;
      outputs.push({ output_type: "error", ename, evalue, traceback });
    }
  }
}

/**
 * The outputs of a cell without displays that were emptied, as bars of progress are at their end; what was written before
 * and after one becomes one output again.
 */
export function withoutEmptied(outputs: readonly CellOutput[]): CellOutput[] {
  const kept: CellOutput[] = [];
  for (const output of outputs) {
    if (output.output_type === "display_data" && Object.keys(output.data).length === 0) continue;
    if (output.output_type === "stream") addStream(kept, output.name, output.text);
    else kept.push(output);
  }
  return kept;
}

/** The outputs without HTML where there is a picture too: of an interactive figure, its picture and its text. */
export function staticOutputs(outputs: readonly CellOutput[]): CellOutput[] {
  return outputs.map((output) => {
    if (!("data" in output && "image/png" in output.data)) return output;
    const { "text/html": _, ...data } = output.data;
    return { ...output, data };
  });
}

/** Everything a cell wrote to standard error. */
export function errorText(outputs: readonly CellOutput[]): string {
  return outputs
    .map((output) => (output.output_type === "stream" && output.name === "stderr" ? output.text : ""))
    .join("");
}

function addStream(outputs: CellOutput[], name: string, text: string): void {
  const last = outputs.at(-1);
  if (last?.output_type === "stream" && last.name === name) last.text += text;
  else outputs.push({ output_type: "stream", name, text });
}

function addDisplay(outputs: CellOutput[], content: Record<string, never>, displays: DisplayIndex): void {
  const output: DisplayOutput = { output_type: "display_data", data: content.data, metadata: content.metadata ?? {} };
  outputs.push(output);
  const id = displayId(content);
  if (id !== undefined) displays.set(id, [...(displays.get(id) ?? []), output]);
}

function displayId(content: Record<string, never>): string | undefined {
  return (content.transient as { display_id?: string } | undefined)?.display_id;
}
