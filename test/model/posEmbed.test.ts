import { describe, expect, test } from "vitest";
import { openSafetensors, readTensor } from "../../lib/checkpoint/safetensors";
import { resizePosEmbed } from "../../lib/model/posEmbed";
import { distance, fixture } from "../fixtures";

const column = (values: number[]) => ({ shape: [1, values.length, 1], data: Float32Array.from(values) });
const centres = { mode: "bilinear", alignCorners: false } as const;
const corners = { mode: "bilinear", alignCorners: true } as const;

test("position embeddings of 4x4 patches are resized to 6x6 as PyTorch does", async () => {
  const stored = await openSafetensors(fixture("vit-encoder-huggingface.safetensors"));
  const expected = await openSafetensors(fixture("vit-encoder.expected.safetensors"));
  const posEmbed = await readTensor(stored, "vit.embeddings.position_embeddings");
  const resized = resizePosEmbed(posEmbed, { height: 4, width: 4 }, { height: 6, width: 6 });
  expect(distance(resized, await readTensor(expected, "pos_embed_resized"))).toBeLessThan(1e-6);
});

describe.each(["bilinear", "bicubic"] as const)("%s", (mode) => {
  test.each([
    [false, 11, 3],
    [false, 4, 13],
    [true, 11, 3],
    [true, 4, 13],
  ])("interpolation with aligned corners %s to %ix%i is PyTorch's", async (alignCorners, height, width) => {
    const file = await openSafetensors(fixture("pos-embed-resized.safetensors"));
    const posEmbed = await readTensor(file, "pos_embed");
    const { shape, data } = resizePosEmbed(
      posEmbed,
      { height: 5, width: 7 },
      { height, width },
      { mode, alignCorners },
    );
    const expected = await readTensor(file, `${mode}.${alignCorners ? "corners" : "centres"}.${height}x${width}`);
    expect(data.slice(0, 3)).toEqual(posEmbed.data.slice(0, 3)); // the class token
    expect(distance({ shape: [1, shape[1]! - 1, 3], data: data.subarray(3) }, expected)).toBeLessThan(2e-6);
  });
});

test("the class token's row is kept and the row of a distillation token is left out", () => {
  const resized = resizePosEmbed(column([7, 99, 1, 2]), { height: 1, width: 2 }, { height: 1, width: 2 });
  expect([...resized.data]).toEqual([7, 1, 2]);
});

test("with aligned corners the corners stay and the middle is the mean", () => {
  const resized = resizePosEmbed(column([0, 1, 3]), { height: 1, width: 2 }, { height: 1, width: 3 }, corners);
  expect([...resized.data]).toEqual([0, 1, 2, 3]);
});

test("without aligned corners positions are centres of cells", () => {
  const resized = resizePosEmbed(column([0, 1, 3]), { height: 1, width: 2 }, { height: 1, width: 4 }, centres);
  expect([...resized.data]).toEqual([0, 1, 1.5, 2.5, 3]);
});

test.each([centres, corners, { ...centres, mode: "bicubic" as const }])("the same grid changes nothing (%j)", (how) => {
  const values = [0, 1, 2, 3, 4, 5, 6];
  const resized = resizePosEmbed(column(values), { height: 2, width: 3 }, { height: 2, width: 3 }, how);
  expect([...resized.data]).toEqual(values);
});

test("fewer rows than patches are refused", () => {
  expect(() => resizePosEmbed(column([0, 1]), { height: 1, width: 2 }, { height: 1, width: 3 })).toThrow(
    "pos_embed: expected at least 3 rows for a 1x2 grid, found 2",
  );
});

test.each([centres, corners, { mode: "bicubic", alignCorners: false } as const])(
  "on their own grid they stay as they are (%j)",
  (how) => {
    const posEmbed = column([7, 1, 2, 3, 4]);
    const grid = { height: 2, width: 2 };
    expect(resizePosEmbed(posEmbed, grid, grid, how)).toBe(posEmbed);
    const { data } = resizePosEmbed(column([7, 99, 1, 2, 3, 4]), grid, grid, how); // interpolated, it would be the same
    expect([...data]).toEqual([...posEmbed.data]);
  },
);
