import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { maskPng } from "../../lib/image/maskPng";
import { readPhoto, readPhotoForWindows } from "../../lib/image/photo";
import { normalise } from "../../lib/image/preprocess";
import { photoPath, SAMPLE_PHOTOS } from "../../lib/image/samplePhotos";
import { slidingWindows } from "../../lib/image/slidingWindows";
import { temporaryFolder } from "../fixtures";

const folder = await temporaryFolder();

/** A picture whose left half is red and whose right half is blue. */
function halves(height: number, width: number) {
  const data = Buffer.alloc(3 * height * width);
  for (let i = 0; i < height * width; i++) data[3 * i + (i % width < width / 2 ? 0 : 2)] = 255;
  return sharp(data, { raw: { width, height, channels: 3 } });
}

async function save(name: string, picture: ReturnType<typeof sharp>): Promise<string> {
  const path = join(folder, name);
  await picture.toFile(path);
  return path;
}

const pixel = (image: { width: number; data: Uint8Array }, row: number, col: number) => [
  ...image.data.subarray(3 * (row * image.width + col), 3 * (row * image.width + col) + 3),
];

describe("reading a photo", () => {
  test.each(["jpg", "png", "webp", "avif", "tiff"])("reads .%s", async (extension) => {
    const path = await save(`a.${extension}`, halves(32, 48));
    const photo = await readPhoto(path, { height: 16, width: 24 });
    expect(photo).toMatchObject({ originalHeight: 32, originalWidth: 48, name: `a.${extension}` });
    expect(photo.image.data).toHaveLength(3 * 16 * 24);
    const [red, , blue] = pixel(photo.image, 8, 2) as [number, number, number];
    expect(red).toBeGreaterThan(200);
    expect(blue).toBeLessThan(60);
  });

  test("applies the orientation of the camera", async () => {
    const path = await save("turned.jpg", halves(32, 48).withMetadata({ orientation: 6 }));
    const { image, originalHeight, originalWidth } = await readPhoto(path, { height: 48, width: 32 });
    expect([originalHeight, originalWidth]).toEqual([48, 32]);
    expect(pixel(image, 4, 16)[0]).toBeGreaterThan(200); // left becomes top
    expect(pixel(image, 44, 16)[2]).toBeGreaterThan(200);
  });

  test("lays transparency on white and turns grey into three channels", async () => {
    const clear = sharp({ create: { width: 8, height: 8, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } });
    expect(pixel((await readPhoto(await save("clear.png", clear), { height: 8, width: 8 })).image, 3, 3)).toEqual([
      255, 255, 255,
    ]);
    const grey = sharp(Buffer.alloc(64, 77), { raw: { width: 8, height: 8, channels: 1 } }).toColourspace("b-w");
    expect(pixel((await readPhoto(await save("grey.png", grey), { height: 8, width: 8 })).image, 3, 3)).toEqual([
      77, 77, 77,
    ]);
  });

  test("stretches, covers or contains", async () => {
    const path = await save("wide.png", halves(20, 60));
    const at = async (fit: "stretch" | "cover" | "contain") =>
      (await readPhoto(path, { height: 30, width: 30 }, fit)).image;
    expect(pixel(await at("stretch"), 0, 0)).toEqual([255, 0, 0]);
    expect(pixel(await at("contain"), 0, 15)).toEqual([124, 116, 104]);
    expect(pixel(await at("cover"), 0, 0)).toEqual([255, 0, 0]);
  });

  test("keeps the aspect ratio for sliding windows", async () => {
    const { image } = await readPhotoForWindows(await save("tall.png", halves(90, 40)), 60);
    expect([image.height, image.width]).toEqual([135, 60]);
  });

  test("finds every photograph that comes with the project", async () => {
    for (const name of SAMPLE_PHOTOS) {
      const { image } = await readPhoto(photoPath(name), { height: 32, width: 32 });
      expect(new Set(image.data).size).toBeGreaterThan(30);
    }
  });
});

/** A PNG whose header claims a size, with hardly any data. */
function claimingPng(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
    const framed = Buffer.alloc(8 + body.length);
    framed.writeUInt32BE(data.length, 0);
    body.copy(framed, 4);
    framed.writeUInt32BE(crc32(body), 4 + body.length);
    return framed;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(Buffer.alloc(64))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function crc32(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

describe("a picture is refused in one sentence", () => {
  test.each([
    ["missing.jpg", undefined, "not-found", "found no such file"],
    ["text.jpg", Buffer.from("this is not a picture"), "not-an-image", "expected JPEG, PNG, WebP, AVIF, TIFF or GIF"],
    ["empty.png", Buffer.alloc(0), "empty", "found an empty file"],
    ["huge.png", claimingPng(50_000, 50_000), "too-large", "expected at most 268402689 pixels"],
  ])("%s", async (name, content, code, message) => {
    const path = join(folder, name);
    if (content) await writeFile(path, content);
    await expect(readPhoto(path, { height: 16, width: 16 })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });
});

test("normalised pixels are centred and scaled per channel, channels first", () => {
  const { shape, data } = normalise({ height: 1, width: 2, data: Uint8Array.of(124, 116, 104, 255, 0, 0) }, "imagenet");
  expect(shape).toEqual([1, 3, 1, 2]);
  expect(data[0]).toBeCloseTo((124 - 123.675) / 58.395, 6);
  expect(data[1]).toBeCloseTo((255 - 123.675) / 58.395, 6);
  expect(data[3]).toBeCloseTo(-116.28 / 57.12, 6);
});

describe("sliding windows", () => {
  test("cover the picture, the last ones pulled back inside", () => {
    const windows = slidingWindows({ height: 480, width: 693 }, { height: 480, width: 480 }, 320);
    expect(windows).toEqual([
      { top: 0, left: 0 },
      { top: 0, left: 213 },
    ]);
  });

  test("refuse strides that leave gaps and pictures that are too small", () => {
    const window = { height: 32, width: 48 };
    expect(() => slidingWindows({ height: 64, width: 64 }, window, 33)).toThrow(
      "stride: expected a whole number from 1 to 32, found 33",
    );
    expect(() => slidingWindows({ height: 31, width: 64 }, window, 16)).toThrow(
      "picture: expected at least 32x48, found 31x64",
    );
  });
});

test.each([[Uint16Array.of(0, 7, 59, 150)], [Uint16Array.of(0, 255, 256, 1000)]])(
  "a mask's grey values are its class numbers",
  async (classes) => {
    const png = await maskPng({ height: 2, width: 2, classes });
    const depth = classes.some((value) => value > 255) ? "ushort" : "uchar";
    const { data, info } = await sharp(png)
      .toColourspace(depth === "ushort" ? "grey16" : "b-w")
      .raw({ depth })
      .toBuffer({ resolveWithObject: true });
    expect(info.channels).toBe(1);
    expect([...(depth === "ushort" ? new Uint16Array(data.buffer, data.byteOffset, 4) : data)]).toEqual([...classes]);
  },
);
