import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { readLabelPng } from "../../lib/image/labelPng";
import { maskPng } from "../../lib/image/maskPng";
import { temporaryFolder } from "../fixtures";

const folder = await temporaryFolder();
let files = 0;

async function put(bytes: Uint8Array): Promise<string> {
  const path = join(folder, `${files++}.png`);
  await writeFile(path, bytes);
  return path;
}

/** A PNG with rows as they are stored, each beginning with its filter; sums are left zero, which readers may ignore. */
function png(
  header: { height: number; width: number; bits: number; type: number; interlace?: number },
  rows: number[],
) {
  const { height, width, bits, type, interlace = 0 } = header;
  const first = Buffer.alloc(13);
  first.writeUInt32BE(width, 0);
  first.writeUInt32BE(height, 4);
  first.set([bits, type, 0, 0, interlace], 8);
  const chunk = (name: string, data: Uint8Array) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    return Buffer.concat([length, Buffer.from(name), data, Buffer.alloc(4)]);
  };
  const data = deflateSync(Buffer.from(rows));
  return Buffer.concat([
    Buffer.from("89504e470d0a1a0a", "hex"),
    chunk("IHDR", first),
    chunk("IDAT", data.subarray(0, 5)),
    chunk("IDAT", data.subarray(5)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

describe("a label PNG", () => {
  test("gives back what a mask was written from, with 8 and with 16 bits", async () => {
    for (const most of [200, 300]) {
      const classes = Uint16Array.from({ length: 5 * 7 }, (_, i) => (i * 31) % (most + 1));
      const { height, width, values } = await readLabelPng(await put(await maskPng({ height: 5, width: 7, classes })));
      expect({ height, width }).toEqual({ height: 5, width: 7 });
      expect([...values]).toEqual([...classes]);
    }
  });

  test("with a palette gives indices, which a decoder of pictures would turn into colours", async () => {
    const raw = { width: 3, height: 2, channels: 3 as const };
    const pixels = Buffer.from([9, 9, 9, 200, 0, 0, 9, 9, 9, 0, 200, 0, 0, 200, 0, 9, 9, 9]);
    const bytes = await sharp(pixels, { raw }).png({ palette: true, colours: 4, dither: 0 }).toBuffer();
    expect(bytes[25], "colour type").toBe(3);
    const { values } = await readLabelPng(await put(bytes));
    expect(Math.max(...values)).toBeLessThan(4);
    const [ground, red, , green] = values;
    expect(new Set([ground, red, green]).size).toBe(3);
    expect([...values]).toEqual([ground, red, ground, green, green, ground]);
  });

  test.each([
    [1, [0, 0b1011_0000, 0, 0b0100_0000], [1, 0, 1, 0, 1, 0]],
    [2, [0, 0b1101_1000, 0, 0b0001_1100], [3, 1, 2, 0, 1, 3]],
    [4, [0, 0xf3, 0x70, 0, 0x01, 0xa0], [15, 3, 7, 0, 1, 10]],
    [8, [0, 255, 3, 70, 0, 0, 1, 10], [255, 3, 70, 0, 1, 10]],
    [16, [0, 1, 2, 0, 3, 255, 255, 0, 0, 0, 0, 1, 2, 0], [258, 3, 65535, 0, 1, 512]],
  ])("of %i bits gives the values as stored", async (bits, rows, expected) => {
    const { values } = await readLabelPng(await put(png({ height: 2, width: 3, bits, type: 0 }, rows)));
    expect([...values]).toEqual(expected);
  });

  test("may filter its rows in every way that the format knows", async () => {
    const rows = [
      [1, 10, 5, 250], // the one to the left: 10, 15, 9
      [2, 1, 1, 1], // the one above: 11, 16, 10
      [3, 1, 1, 1], // half of both: 1 + 11 >> 1 = 6, 1 + (6 + 16 >> 1) = 12, 1 + (12 + 10 >> 1) = 12
      [4, 1, 1, 1], // Paeth: 1 + 6 = 7, 1 + 12 = 13, 1 + 13 = 14
    ];
    const { values } = await readLabelPng(await put(png({ height: 4, width: 3, bits: 8, type: 0 }, rows.flat())));
    expect([...values]).toEqual([10, 15, 9, 11, 16, 10, 6, 12, 12, 7, 13, 14]);
  });

  const one = { height: 1, width: 1, bits: 8 };
  test.each([
    ["another kind of file", "not-a-png", () => Buffer.from("GIF89a, and some more letters to fill it")],
    ["colours", "label-colours", () => png({ ...one, type: 2 }, [0, 1, 2, 3])],
    ["grey with alpha", "label-colours", () => png({ ...one, type: 4 }, [0, 1, 2])],
    ["interlacing", "interlaced", () => png({ ...one, type: 0, interlace: 1 }, [0, 1])],
    ["too many pixels", "too-large", () => png({ ...one, type: 0, height: 100_000, width: 100_000 }, [0])],
    ["no pixels", "damaged", () => png({ ...one, type: 0, height: 0 }, [0])],
    ["too few bytes", "damaged", () => png({ ...one, type: 0, height: 2 }, [0, 1])],
    ["too many bytes", "damaged", () => png({ ...one, type: 0 }, [0, 1, 2])],
    ["an unknown filter", "damaged", () => png({ ...one, type: 0 }, [5, 1])],
    ["a missing end", "damaged", () => png({ ...one, type: 0 }, [0, 1]).subarray(0, -12)],
  ])("with %s is refused in one sentence", async (_, code, bytes) => {
    const path = await put(bytes());
    const message = expect.stringMatching(new RegExp(`^${path}: expected [^\\n]+, found [^\\n]+$`));
    await expect(readLabelPng(path)).rejects.toMatchObject({ area: "image", code, message });
  });

  test("that is not there is refused", async () => {
    await expect(readLabelPng(join(folder, "none.png"))).rejects.toMatchObject({ code: "not-found" });
  });
});
