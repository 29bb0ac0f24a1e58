import { expect, test } from "vitest";
import { openSafetensors, readTensor } from "../../lib/checkpoint/safetensors";
import { resizePosEmbed } from "../../lib/model/posEmbed";
import { distance, fixture } from "../fixtures";

const column = (values: number[]) => ({ shape: [1, values.length, 1], data: Float32Array.from(values) });

test("position embeddings of 4x4 patches are resized to 6x6 as PyTorch does", async () => {
  const stored = await openSafetensors(fixture("vit-encoder-huggingface.safetensors"));
  const expected = await openSafetensors(fixture("vit-encoder.expected.safetensors"));
  const posEmbed = await readTensor(stored, "vit.embeddings.position_embeddings");
  const resized = resizePosEmbed(posEmbed, { height: 4, width: 4 }, { height: 6, width: 6 }, false);
  expect(distance(resized, await readTensor(expected, "pos_embed_resized"))).toBeLessThan(1e-6);
});

test("the class token's row is kept and the row of a distillation token is left out", () => {
  const resized = resizePosEmbed(column([7, 99, 1, 2]), { height: 1, width: 2 }, { height: 1, width: 2 }, false);
  expect([...resized.data]).toEqual([7, 1, 2]);
});

test("with aligned corners the corners stay and the middle is the mean", () => {
  const resized = resizePosEmbed(column([0, 1, 3]), { height: 1, width: 2 }, { height: 1, width: 3 }, true);
  expect([...resized.data]).toEqual([0, 1, 2, 3]);
});

test("without aligned corners positions are centres of cells", () => {
  const resized = resizePosEmbed(column([0, 1, 3]), { height: 1, width: 2 }, { height: 1, width: 4 }, false);
  expect([...resized.data]).toEqual([0, 1, 1.5, 2.5, 3]);
});

test("rows and columns are not mixed up", () => {
  const resized = resizePosEmbed(
    column([0, 1, 2, 3, 4, 5, 6]),
    { height: 2, width: 3 },
    { height: 2, width: 3 },
    false,
  );
  expect([...resized.data]).toEqual([0, 1, 2, 3, 4, 5, 6]);
});

test("fewer rows than patches are refused", () => {
  expect(() => resizePosEmbed(column([0, 1]), { height: 1, width: 2 }, { height: 1, width: 3 }, false)).toThrow(
    "pos_embed: expected at least 3 rows for a 1x2 grid, found 2",
  );
});
