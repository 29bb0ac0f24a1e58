import { describe, expect, test } from "vitest";
import { createMessage, type Message } from "../../lib/notebook/message";
import { type CellOutput, collectOutput, errorText, staticOutputs, withoutEmptied } from "../../lib/notebook/outputs";

const stream = (name: string, text: string): Message => createMessage("stream", "s", { name, text });
const display = (type: string, text: string, id?: string): Message =>
  createMessage(type, "s", { data: { "text/plain": text }, metadata: {}, transient: id ? { display_id: id } : {} });

function collect(messages: readonly Message[], displays = new Map()): CellOutput[] {
  const outputs: CellOutput[] = [];
  for (const message of messages) collectOutput(outputs, message, displays);
  return outputs;
}

describe("outputs of a cell", () => {
  test("consecutive pieces of one stream become one output", () => {
    const pieces = [stream("stdout", "a"), stream("stdout", "b\n"), stream("stderr", "c"), stream("stdout", "d")];
    expect(collect(pieces)).toEqual([
      { output_type: "stream", name: "stdout", text: "ab\n" },
      { output_type: "stream", name: "stderr", text: "c" },
      { output_type: "stream", name: "stdout", text: "d" },
    ]);
    expect(errorText(collect(pieces))).toBe("c");
  });

  test("an update replaces the earlier display of the same id, in another cell too, and adds none", () => {
    const displays = new Map();
    const first = collect([display("display_data", "1", "x"), display("display_data", "2", "y")], displays);
    const second = collect(
      [display("update_display_data", "3", "x"), display("update_display_data", "4", "z")],
      displays,
    );
    expect(first).toMatchObject([{ data: { "text/plain": "3" } }, { data: { "text/plain": "2" } }]);
    expect(second).toEqual([]);
  });

  test("a display that was emptied is left out, and the text about it is one output", () => {
    const empty = createMessage("update_display_data", "s", { data: {}, metadata: {}, transient: { display_id: "x" } });
    const bar = display("display_data", "50 %", "x");
    const outputs = collect([
      stream("stdout", "a\n"),
      bar,
      stream("stdout", "b\n"),
      display("display_data", "1"),
      empty,
    ]);
    expect(withoutEmptied(outputs)).toEqual([
      { output_type: "stream", name: "stdout", text: "a\nb\n" },
      { output_type: "display_data", data: { "text/plain": "1" }, metadata: {} },
    ]);
  });

  test("pictures keep their base64 text and their metadata", () => {
    const content = { data: { "image/png": "iVBO" }, metadata: { "image/png": { width: 302 } }, transient: {} };
    expect(collect([createMessage("display_data", "s", content)])).toEqual([
      { output_type: "display_data", data: { "image/png": "iVBO" }, metadata: { "image/png": { width: 302 } } },
    ]);
  });

  test("results and errors are kept, other messages ignored", () => {
    const result = { data: { "text/plain": "5" }, metadata: {}, execution_count: 3 };
    const error = { ename: "Error", evalue: "bad", traceback: ["Error: bad"] };
    const messages = [createMessage("execute_result", "s", result), createMessage("error", "s", error)];
    expect(collect([createMessage("execute_input", "s", {}), ...messages])).toEqual([
      { output_type: "execute_result", ...result },
      { output_type: "error", ...error },
    ]);
  });

  test("static ones are without HTML where there is a picture, and otherwise as they were", () => {
    const shown = (data: Record<string, string>): CellOutput => ({ output_type: "display_data", data, metadata: {} });
    const kept = [shown({ "text/html": "<b>5</b>" }), { output_type: "stream", name: "stdout", text: "7" } as const];
    const live = shown({ "image/png": "iVBO", "text/html": "<div>", "text/plain": "Figure 2" });
    expect(staticOutputs([live, ...kept])).toEqual([shown({ "image/png": "iVBO", "text/plain": "Figure 2" }), ...kept]);
  });
});
