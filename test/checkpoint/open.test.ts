import { createHash } from "node:crypto";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openCheckpoint } from "../../lib/checkpoint/open";
import { readTensor, visitTensors } from "../../lib/checkpoint/readTensors";
import { stateDict } from "../../lib/checkpoint/stateDict";
import type { TensorFile } from "../../lib/checkpoint/tensorFile";
import { FIXTURES, put, temporaryFolder } from "./folder";

const folder = temporaryFolder();

/** SHA-256 over name, shape and row-major bytes of every tensor, sorted by name. */
async function digest(file: TensorFile): Promise<string> {
  const parts = new Map<string, Uint8Array>();
  for await (const { tensor, bytes } of visitTensors(file)) {
    const head = Buffer.from(`${tensor.name} ${tensor.shape.join("x")}\n`);
    parts.set(tensor.name, Buffer.concat([head, bytes]));
  }
  const hash = createHash("sha256");
  for (const name of [...parts.keys()].sort()) hash.update(parts.get(name)!);
  return hash.digest("hex");
}

// Digests were computed in Python with its own pickle and zipfile modules.
const OPENED = [
  {
    name: "setr-naive-official.pth",
    format: "torch-zip",
    tensors: 65,
    wrapper: "state_dict",
    leftAside: ["meta"],
    digest: "d8fac65658227ecca3fec0062d0871ed734b2e2c8b2b1edcf5c5f1786bdae231",
  },
  {
    name: "setr-pup-mmseg.pth",
    format: "torch-zip",
    tensors: 84,
    wrapper: "state_dict",
    leftAside: ["meta"],
    digest: "80bd35a030d29b5fd78857a4b5f1c2aa5d308be8b70ee57a4bbb39d47f9d1eb6",
  },
  {
    name: "vit-encoder-deit.pth",
    format: "torch-zip",
    tensors: 45,
    wrapper: "model",
    leftAside: ["epoch"],
    digest: "92ad3e79dacdea3f8f6cdf319ff04ed4c0f1bff24b85a418c91c6ce009e894e3",
  },
  {
    name: "vit-encoder-timm-legacy.pth",
    format: "torch-legacy",
    tensors: 44,
    wrapper: undefined,
    leftAside: [],
    digest: "db69cd664387f43a9e21323e9f6fe44a4a32b44989a5ce359f366f574369878a",
  },
  {
    name: "vit-encoder-google.npz",
    format: "npz",
    tensors: 56,
    wrapper: undefined,
    leftAside: [],
    digest: "bf2bd4f928440d3d530a234fe876aec2f14efe320fcbd7a1a7a8fb0a6689d197",
  },
];

test.each(OPENED)("$name opens, and every value is the one that Python reads", async (expected) => {
  const file = await openCheckpoint(join(FIXTURES, expected.name));
  expect(file.format).toBe(expected.format);
  expect(file.tensors.size).toBe(expected.tensors);
  const { tensors, wrapper, leftAside, prefix } = stateDict(file);
  expect({ size: tensors.size, wrapper, leftAside, prefix }).toEqual({
    size: expected.tensors,
    wrapper: expected.wrapper,
    leftAside: expected.leftAside,
    prefix: "",
  });
  expect(await digest(file)).toBe(expected.digest);
});

test("a .pth file and its .safetensors twin hold the same tensors under the same names", async () => {
  const torch = await openCheckpoint(join(FIXTURES, "setr-naive-official.pth"));
  const twin = await openCheckpoint(join(FIXTURES, "setr-naive-official.safetensors"));
  const { tensors } = stateDict(torch);
  expect([...tensors.keys()].sort()).toEqual([...twin.tensors.keys()].sort());
  for (const [name, tensor] of tensors) {
    const [found, expected] = [await readTensor(torch, tensor.name), await readTensor(twin, name)];
    const shape = found.shape.length > 0 ? found.shape : [1]; // the twins keep counters as one-element vectors
    expect({ name, shape }).toEqual({ name, shape: expected.shape });
    expect(Buffer.from(found.data.buffer).equals(Buffer.from(expected.data.buffer)), name).toBe(true);
  }
});

test("what is no tensor is listed by name and stays readable as inert data", async () => {
  const file = await openCheckpoint(join(FIXTURES, "setr-pup-mmseg.pth"));
  expect(file.ignoredEntries).toEqual(["meta.mmseg_version", "meta.CLASSES"]);
  const meta = (file.tree as Map<string, Map<string, unknown>>).get("meta");
  expect(meta?.get("mmseg_version")).toBe("0.14.0");
});

test("the name of a file does not matter", async () => {
  const path = join(folder, "weights.safetensors");
  await copyFile(join(FIXTURES, "vit-encoder-timm-legacy.pth"), path);
  expect((await openCheckpoint(path)).format).toBe("torch-legacy");
});

test.each([
  ["an empty file", Buffer.alloc(0), "none"],
  ["a picture", Buffer.from("89504e470d0a1a0a0000000d49484452", "hex"), "89 50 4e 47"],
  ["a pickle that torch did not write", Buffer.from("80027d2e", "hex"), "80 02 7d 2e"],
])("%s is refused with the formats that are known and what was found", async (_, bytes, found) => {
  const path = await put(folder, bytes);
  await expect(openCheckpoint(path)).rejects.toMatchObject({
    code: "unknown-format",
    message: expect.stringContaining(found),
  });
});

test("a missing file and a folder are refused", async () => {
  await expect(openCheckpoint(join(folder, "missing"))).rejects.toMatchObject({ code: "not-found" });
  await expect(openCheckpoint(folder)).rejects.toMatchObject({ code: "not-found" });
});
