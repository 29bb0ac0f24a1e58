import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { progress, withProgress } from "../lib/progress";
import { type ProgressState, progressText } from "../lib/progressText";

/** A stream that says of itself that it is a terminal, and what was written to it since last asked, ^ for the escape. */
function terminal(columns = 100) {
  const stream = new PassThrough() as unknown as NodeJS.WriteStream;
  Object.assign(stream, { isTTY: true, columns });
  return { stream, written: () => String(stream.read() ?? "").replaceAll("\u001b", "^") };
}

const CLEARED = /\^\[1G\^\[2K$/;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("what stands beside a bar", () => {
  const state: ProgressState = { title: "", unit: "steps", done: 7, total: 13, rate: 0, note: undefined };
  const cases: [string, Partial<ProgressState>, string][] = [
    ["percent and count before anything is done", { done: 0 }, "0 %, 0 of 13"],
    ["rate and time left", { rate: 1.25 }, "53 %, 7 of 13, 1.3/s, 5 s left"],
    ["the time of one where it takes longer than a second", { rate: 0.4 }, "53 %, 7 of 13, 2.5 s each, 15 s left"],
    ["minutes and hours", { done: 1, total: 7201, rate: 1 }, "0 %, 1 of 7201, 1/s, 2 h 0 min left"],
    [
      "megabytes",
      { unit: "bytes", done: 3.1e8, total: 1.23e9, rate: 9.2e6 },
      "25 %, 310 of 1230 MB, 9.2 MB/s, 2 min left",
    ],
    ["a note at the end", { note: "loss 0.5" }, "53 %, 7 of 13, loss 0.5"],
  ];
  test.each(cases)("is %s", (_, given, text) => {
    expect(progressText({ ...state, ...given })).toBe(text);
  });
});

describe("on a terminal", () => {
  test("nothing is shown of work that is done within a second", () => {
    const { stream, written } = terminal();
    const shown = progress("Windows", 7, { stream });
    for (let done = 1; done <= 7; done++) {
      vi.advanceTimersByTime(140);
      shown.update(done);
    }
    vi.advanceTimersByTime(5000);
    expect(written()).toBe("");
  });

  test("a bar is shown after a second, also while the first unit still takes its time, and cleared at the end", () => {
    const { stream, written } = terminal();
    const shown = progress("Windows", 7, { stream });
    vi.advanceTimersByTime(1001);
    expect(written()).toMatch(/Windows ░{16} 0 %, 0 of 7\^/);
    vi.advanceTimersByTime(999);
    shown.update(2, "of the left half");
    vi.advanceTimersByTime(1000);
    expect(written()).toMatch(/Windows █{5}░{11} 28 %, 2 of 7, 1\/s, 5 s left, of the left half/);
    shown.update(7);
    expect(written()).toMatch(CLEARED);
    vi.advanceTimersByTime(5000);
    shown.update(3);
    expect(written()).toBe("");
  });

  test("a line is as wide as the terminal at most", () => {
    const { stream, written } = terminal(41);
    const shown = progress("Windows", 7, { stream, showAfter: 0 });
    expect(written()).toContain("Windows ░░░░░░░░░░░░░░░░ 0 %, 0 of 7^");
    vi.advanceTimersByTime(500);
    shown.update(1, "a note that is much too long");
    vi.advanceTimersByTime(1000);
    expect(written()).toMatch(/Windows █+░+ 14 %, 1 of 7, 2\^/);
    shown.end();
  });

  test("work within other work stays silent, and is shown again afterwards", async () => {
    const { stream, written } = terminal();
    const outer = progress("Pictures", 5, { stream, showAfter: 0 });
    written();
    progress("Windows", 7, { stream, showAfter: 0 });
    await withProgress("Layers", undefined, async (tell) => tell(1, 3), { stream, showAfter: 0 });
    expect(written()).toBe("");
    outer.end();
    const next = progress("Windows", 7, { stream, showAfter: 0 });
    expect(written()).toContain("Windows ");
    next.end();
  });

  test("the bar of work that fails is cleared", async () => {
    const { stream, written } = terminal();
    const work = withProgress(
      "Layers",
      undefined,
      async (tell) => {
        tell(1, 3);
        throw new Error("no");
      },
      { stream, showAfter: 0 },
    );
    await expect(work).rejects.toThrow("no");
    expect(written()).toMatch(CLEARED);
  });
});

test("nothing is printed where there is neither a terminal nor a notebook", () => {
  const stream = new PassThrough() as unknown as NodeJS.WriteStream;
  const shown = progress("Windows", 7, { stream, showAfter: 0 });
  shown.update(3);
  vi.advanceTimersByTime(5000);
  shown.end();
  expect(stream.read()).toBe(null);
});

test("who wants to be told is told, and nothing is shown", async () => {
  const { stream, written } = terminal();
  const told: number[][] = [];
  const work = async (tell: (done: number, total: number) => void) => {
    tell(2, 3);
    return "done";
  };
  const result = withProgress("Layers", (...numbers) => told.push(numbers), work, { stream, showAfter: 0 });
  expect(await result).toBe("done");
  expect(told).toEqual([[2, 3]]);
  expect(written()).toBe("");
});

test.each([0, -1, Number.NaN])("a total of %s is refused", (total) => {
  expect(() => progress("Windows", total)).toThrow(`total: expected a number above 0, found ${total}`);
});
