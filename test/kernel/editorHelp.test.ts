import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeFolder } from "../notebook/notebooks";
import { type Client, startClient } from "./client";

let folder: string;
let kernel: Client;

beforeAll(async () => {
  folder = await makeFolder();
  kernel = await startClient(folder);
  await kernel.run('import * as setr from "setr";\nconst depth = 24;');
});
afterAll(async () => {
  await kernel.close();
  await rm(folder, { recursive: true });
});

/** Asks at the place of `|` in the code, counted in characters. */
const at = (text: string) => ({
  code: text.replace("|", ""),
  cursor_pos: [...text.slice(0, text.indexOf("|"))].length,
});
const inspect = async (text: string) => kernel.ask("inspect_request", { ...at(text), detail_level: 0 });

describe("editors", () => {
  test("are told the names of the library and of earlier cells", async () => {
    expect(await kernel.ask("complete_request", at("setr.attentionM|"))).toMatchObject({
      status: "ok",
      matches: expect.arrayContaining(["attentionMap", "regionAttentionMap"]),
      cursor_start: 5,
      cursor_end: 15,
    });
    expect(await kernel.ask("complete_request", at("dept|"))).toMatchObject({ matches: ["depth"] });
  });

  test("count characters as Jupyter does, which UTF-16 does not", async () => {
    const places = { matches: ["depth"], cursor_start: 8, cursor_end: 12 };
    expect(await kernel.ask("complete_request", at("/* 🌍 */ dept|"))).toMatchObject(places);
  });

  const SENTENCE = "The attention map of one patch, or the mean map of several, from a run's captured attention.";
  test.each(["setr.attention|Map", "setr.attentionMap|", "setr.attentionMap(|", "setr.attentionMap(run, f(1, 2), |)"])(
    "are shown the documentation at %j",
    async (text) => {
      const { data } = (await inspect(text)) as unknown as { data: Record<string, string> };
      expect(data["text/plain"]).toContain(SENTENCE);
    },
  );

  test("are told nothing where there is nothing", async () => {
    expect(await inspect("  |  ")).toMatchObject({ status: "ok", found: false });
  });

  test("are told whether a cell is complete, and how far to indent", async () => {
    expect(await kernel.ask("is_complete_request", { code: "1 + 1" })).toEqual({ status: "complete" });
    const open = { code: "for (const a of [1]) {" };
    expect(await kernel.ask("is_complete_request", open)).toEqual({ status: "incomplete", indent: "  " });
  });

  test("are told what the kernel speaks", async () => {
    const info = await kernel.ask("kernel_info_request", {});
    expect(info).toMatchObject({
      implementation: "setr",
      language_info: { name: "typescript", file_extension: ".ts" },
    });
  });
});
