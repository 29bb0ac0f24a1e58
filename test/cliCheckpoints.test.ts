import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openSafetensors } from "../lib/checkpoint/safetensors";
import { fixture, temporaryFolder } from "./fixtures";
import { programIn } from "./program";

const folder = await temporaryFolder();
const PUP = fixture("setr-pup-official.safetensors");

const at = (name: string) => join(folder, name);
const setr = programIn(folder);

/** The PUP fixture with its first bytes replaced, or cut short. */
async function damaged(name: string, change: (bytes: Buffer) => Buffer): Promise<string> {
  await writeFile(at(name), change(await readFile(PUP)));
  return at(name);
}

function withHeader(header: unknown, dataBytes: number): Buffer {
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, Buffer.alloc(dataBytes)]);
}

const tensor = (begin: number, end: number) => ({
  dtype: "F32",
  shape: [(end - begin) / 4],
  data_offsets: [begin, end],
});

describe("a bad weight file is refused in one line", () => {
  const cases: [string, () => Promise<string>, string][] = [
    ["no such file", async () => at("nowhere.safetensors"), "expected a weight file, found no such file"],
    ["truncated", () => damaged("cut.safetensors", (bytes) => bytes.subarray(0, 5_000_000)), "found a file of 5000000"],
    [
      "shorter than its header",
      () => damaged("stub.safetensors", (bytes) => bytes.subarray(0, 99)),
      "expected a header of",
    ],
    [
      "a header length of 2^62",
      () =>
        damaged("header.safetensors", (bytes) => {
          bytes.writeBigUInt64LE(2n ** 62n);
          return bytes;
        }),
      "found a header length of 4611686018427387904",
    ],
    [
      "overlapping offsets",
      async () => {
        await writeFile(at("overlap.safetensors"), withHeader({ a: tensor(0, 8), b: tensor(4, 12) }, 12));
        return at("overlap.safetensors");
      },
      "b: expected to begin at byte 8 of the data, found 4 (an overlap)",
    ],
    [
      "out-of-range offsets",
      async () => {
        await writeFile(at("range.safetensors"), withHeader({ a: tensor(0, 400) }, 12));
        return at("range.safetensors");
      },
      "for its tensors, found a file of",
    ],
    [
      "not a weight file at all",
      () => damaged("text.safetensors", () => Buffer.from("hello, hello, hello")),
      "expected .safetensors, PyTorch (zip or legacy), .npz or .npy",
    ],
  ];
  test.each(cases)("%s", async (_, make, message) => {
    const path = await make();
    const outcome = await setr("inspect", path);
    expect(outcome.status).toBe(1);
    expect(outcome.stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(outcome.stderr).toMatch(/^setr: /);
    expect(outcome.stderr).toContain(message);
  });
});

describe("setr convert", () => {
  test("makes a file of its own from another family's, at the wanted size and type", async () => {
    const out = at("google.safetensors");
    const google = fixture("vit-encoder-google.npz");
    const outcome = await setr("convert", google, out, "--dtype", "f16", "--image-size", "96x64");
    expect(outcome).toMatchObject({ status: 0, stdout: `${out}: Google vision transformer, 40 tensors\n` });
    const { stdout } = await setr("inspect", out, "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      types: ["F16"],
      grid: { height: 6, width: 4 },
      config: { numHeads: 4 },
    });
  });

  test("refuses what is no checkpoint, and leaves nothing behind", async () => {
    await writeFile(at("letter.pth"), "Dear reader, these are no weights.");
    const outcome = await setr("convert", at("letter.pth"), at("never.safetensors"));
    expect(outcome).toMatchObject({ status: 1, stderr: expect.stringMatching(/^setr: .*letter\.pth: expected .*\n$/) });
    expect((await readdir(folder)).filter((name) => /never|\.tmp$/.test(name))).toEqual([]);
  });
});

describe("a checkpoint of another family", () => {
  const timm = () => ["--weights", fixture("vit-encoder-timm-legacy.pth"), "--photo", "alps", "--heads", "4"];

  test("runs without conversion, at another size too", async () => {
    const out = at("timm.safetensors");
    const args = [...timm(), "--image-size", "96x160", "--capture", "Z3,rollout", "--out", out];
    expect(await setr("activations", ...args)).toMatchObject({ status: 0 });
    expect((await openSafetensors(out)).tensors.get("Z3")?.shape).toEqual([1, 61, 64]);
  });

  test("that has no decoder says so when a decoder's value or a segmentation is asked for", async () => {
    const args = [...timm(), "--out", at("never.safetensors")];
    const why = expect.stringMatching(/setr: .*expected a model with a decoder.*found an encoder alone.*\n$/);
    expect(await setr("activations", ...args, "--capture", "U1")).toMatchObject({ status: 1, stderr: why });
    expect(await setr("segment", ...args)).toMatchObject({ status: 1, stderr: why });
  });
});

describe("the weights `default`", () => {
  test("are those that come with the project, in every command that takes weights", async () => {
    const inspected = await setr("inspect", "default");
    expect(inspected).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^file .*setr-pup-scenes\.safetensors/),
    });
    const segment = ["--photo", "scene:7", "--image-size", "32", "--out", at("scene.png")];
    expect(await setr("segment", "--weights", "default", ...segment)).toMatchObject({ status: 0 });
    expect(await setr("convert", "default", at("copy.safetensors"), "--dtype", "f32")).toMatchObject({ status: 0 });
  });
});

describe("setr init and inspect", () => {
  test("a file written by init is shown by inspect, as text and as JSON", async () => {
    const out = at("init.safetensors");
    const args = ["--variant", "mla-small", "--image-size", "48x64", "--classes", "11", "--seed", "5"];
    expect(await setr("init", ...args, "--out", out)).toMatchObject({ status: 0 });
    const text = await setr("inspect", out);
    expect(text.stdout).toMatch(
      /trained +no: random values[\s\S]*positions +3x4 patches, 12 tokens[\s\S]*decoder +mla, layers 6,12,18,24/,
    );
    const json = JSON.parse((await setr("inspect", out, "--json")).stdout);
    expect(json).toMatchObject({ trained: false, tokens: 12, config: { numClasses: 11, embedDim: 128 } });
  });

  test("init refuses an unknown variant and a size that is no multiple of 16", async () => {
    expect(await setr("init", "--variant", "pup-tiny", "--out", at("never"))).toMatchObject({ status: 1 });
    const odd = await setr("init", "--variant", "pup-small", "--image-size", "50", "--out", at("never"));
    expect(odd).toMatchObject({
      status: 1,
      stderr: "setr: image size: expected a multiple of the patch size 16, found 50\n",
    });
  });
});
