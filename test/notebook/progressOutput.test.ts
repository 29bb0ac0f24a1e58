import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startKernel } from "../../lib/notebook/kernel";
import type { Message } from "../../lib/notebook/message";
import { runNotebook } from "../../lib/notebook/run";
import { codeCell, makeFolder, writeCells } from "./notebooks";

const MANY_UPDATES = `console.log("before");
const start = Date.now();
const bar = setr.progress("Windows", 1301, { showAfter: 0 });
for (let i = 1; i < 1301; i++) {
  bar.update(i, "a < b");
  await new Promise((resolve) => setTimeout(resolve, 1));
}
const inner = setr.progress("Layers", 3, { showAfter: 0 });
bar.end();
console.log(Date.now() - start);`;

let folder: string;
beforeAll(async () => {
  folder = await makeFolder();
});
afterAll(() => rm(folder, { recursive: true }));

/** The messages of some cells. */
async function messagesOf(...sources: string[]): Promise<Message[][]> {
  const kernel = await startKernel({ folder });
  try {
    const all: Message[][] = [];
    for (const source of sources) {
      const messages: Message[] = [];
      all.push(messages);
      await kernel.execute(source, { onOutput: (message) => void messages.push(message) });
    }
    return all;
  } finally {
    await kernel.close();
  }
}

interface Content {
  readonly data: Record<string, string>;
  readonly transient: { readonly display_id: string };
}

const displaysIn = (messages: readonly Message[]) => {
  return messages.filter(({ header }) => header.msg_type.endsWith("display_data"));
};
const contentOf = (message: Message) => message.content as unknown as Content;
const textIn = (messages: readonly Message[]) => {
  return messages.flatMap(({ header, content }) => (header.msg_type === "stream" ? [content.text as string] : []));
};

describe("progress in a cell", () => {
  test("is one output that is replaced at most five times a second, and emptied at the end", async () => {
    const [, messages] = await messagesOf('import * as setr from "setr";', MANY_UPDATES);
    const displays = displaysIn(messages!);
    const types = displays.map(({ header }) => header.msg_type);
    expect(types).toEqual(["display_data", ...Array(displays.length - 1).fill("update_display_data")]);
    expect(new Set(displays.map((message) => contentOf(message).transient.display_id)).size).toBe(1);
    const elapsed = Number(textIn(messages!).at(-1));
    expect(displays.length).toBeGreaterThan(3);
    expect(displays.length).toBeLessThanOrEqual(elapsed / 200 + 2); // the first, and the emptying
    const { data } = contentOf(displays.at(-2)!);
    expect(data["text/html"]).toMatch(
      /^<div>Windows <progress value="0\.\d+" max="1"><\/progress> \d+ %, \d+ of 1301, .*s left, a &lt; b<\/div>$/,
    );
    expect(data["text/plain"]).toMatch(/^Windows █+░* \d+ %, \d+ of 1301, .*s left, a < b$/);
    expect(contentOf(displays.at(-1)!).data).toEqual({});
  });

  test("that was never ended does not silence the next cell", async () => {
    const endless = 'const endless = setr.progress("Windows", 5, { showAfter: 0 });';
    const next = 'const next = setr.progress("Layers", 3, { showAfter: 0 }); next.end();';
    const messages = await messagesOf('import * as setr from "setr";', endless, next);
    expect(displaysIn(messages[2]!)).toHaveLength(2);
  });

  test("leaves nothing in a notebook that was run", async () => {
    const source = 'console.log("before"); const bar = setr.progress("Steps", 3, { showAfter: 0 }); bar.update(2);';
    const path = await writeCells(
      folder,
      codeCell('import * as setr from "setr";'),
      codeCell(`${source} bar.update(3); console.log("after");`),
    );
    const { document } = await runNotebook(path);
    expect(document.cells[1]!.outputs).toEqual([{ output_type: "stream", name: "stdout", text: "before\nafter\n" }]);
  });
});
