import { spawn } from "node:child_process";
import { once } from "node:events";
import { access, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { openSafetensors, readTensor } from "../lib/checkpoint/safetensors";
import { writeArrays } from "../lib/checkpoint/writeSafetensors";
import { distance, fixture, temporaryFolder } from "./fixtures";
import { PROGRAM, programIn } from "./program";

const folder = await temporaryFolder();
const PUP = fixture("setr-pup-official.safetensors");
const EXPECTED = fixture("setr-pup-official.expected.safetensors");

const at = (name: string) => join(folder, name);
const setr = programIn(folder);

describe("setr activations", () => {
  test("writes the named values and analyses", async () => {
    const out = at("activations.safetensors");
    const capture = "Z*,A1,A2.mean,U*,logits,rollout,position_similarity";
    const outcome = await setr(
      "activations",
      "--weights",
      PUP,
      "--input",
      EXPECTED,
      "--heads",
      "4",
      "--capture",
      capture,
      "--out",
      out,
    );
    expect(outcome).toMatchObject({ status: 0, stdout: expect.stringContaining("rollout [37, 37]") });
    const [written, expected] = [await openSafetensors(out), await openSafetensors(EXPECTED)];
    expect([...written.tensors.keys()].sort()).toEqual([
      "A1",
      "A2.mean",
      "U1",
      "U2",
      "U3",
      "U4",
      "U5",
      "Z1",
      "Z2",
      "Z3",
      "Z4",
      "logits",
      "position_similarity",
      "rollout",
    ]);
    for (const name of ["Z4", "rollout", "position_similarity"]) {
      expect(distance(await readTensor(written, name), await readTensor(expected, name))).toBeLessThan(1e-4);
    }
  });

  test("takes a photo and another image size", async () => {
    const out = at("alps.safetensors");
    const size = ["--image-size", "96x160", "--heads", "4"];
    const outcome = await setr(
      "activations",
      "--weights",
      PUP,
      "--photo",
      "alps",
      ...size,
      "--capture",
      "logits",
      "--out",
      out,
    );
    expect(outcome.status).toBe(0);
    expect((await openSafetensors(out)).tensors.get("logits")?.shape).toEqual([1, 7, 96, 160]);
  });

  test.each([
    [["--capture", "Z9"], 1, /^setr: capture: expected names among .*Z1\.\.Z4.*found "Z9"$/m],
    [["--capture", "Z1", "--heads", "5"], 1, /^setr: heads: expected a divisor of the width 64, found 5$/m],
    [["--capture", "Z1", "--heads", "four"], 2, /expected a positive whole number, found "four"/],
    [[], 2, /required option '--capture <names>'/],
    [
      ["--capture", "Z1", "--image-size", "100"],
      1,
      /^setr: image size: expected a multiple of the patch size 16, found 100$/m,
    ],
  ])("refuses %j", async (args, status, message) => {
    const outcome = await setr(
      "activations",
      "--weights",
      PUP,
      "--photo",
      "alps",
      "--out",
      at("never.safetensors"),
      ...args,
    );
    expect(outcome).toMatchObject({ status, stderr: expect.stringMatching(message) });
    expect(await readdir(folder)).not.toContain("never.safetensors");
  });

  test("needs an input or a photo, and not both", async () => {
    const args = ["activations", "--weights", PUP, "--capture", "Z1", "--out", at("never.safetensors")];
    expect(await setr(...args)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("expected --input or --photo"),
    });
    expect(await setr(...args, "--photo", "alps", "--input", EXPECTED)).toMatchObject({ status: 2 });
  });

  test.each([
    ["empty.jpg", Buffer.alloc(0), "found an empty file"],
    ["letter.jpg", Buffer.from("Dear reader,"), "expected JPEG, PNG"],
  ])("refuses the photo %s", async (name, content, message) => {
    await writeFile(at(name), content);
    const args = ["--weights", PUP, "--capture", "Z1", "--photo", at(name), "--out", at("never.safetensors")];
    const outcome = await setr("activations", ...args);
    expect(outcome).toMatchObject({ status: 1, stderr: expect.stringContaining(message) });
    expect(outcome.stderr.split("\n").filter((line) => line.startsWith("setr: "))).toHaveLength(1);
  });

  test("refuses an input that holds NaN", async () => {
    const data = new Float32Array(3 * 96 * 96);
    data[5] = Number.NaN;
    await writeArrays(at("nan.safetensors"), new Map([["input", { shape: [1, 3, 96, 96], data }]]));
    const args = [
      "--weights",
      PUP,
      "--capture",
      "Z1",
      "--input",
      at("nan.safetensors"),
      "--out",
      at("never.safetensors"),
    ];
    expect(await setr("activations", ...args)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("found NaN"),
    });
  });
});

describe("setr segment", () => {
  test("writes class numbers at the photo's own size, and scores", async () => {
    const [out, logits] = [at("mask.png"), at("logits.safetensors")];
    const outcome = await setr(
      "segment",
      "--weights",
      PUP,
      "--photo",
      "alps",
      "--heads",
      "4",
      "--out",
      out,
      "--logits",
      logits,
    );
    expect(outcome).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/mask\.png: 484x1024 pixels\n {2}class \d: \d/),
    });
    expect(await sharp(out).metadata()).toMatchObject({ width: 1024, height: 484, channels: 1 });
    expect((await openSafetensors(logits)).tensors.get("logits")?.shape).toEqual([1, 7, 96, 96]);
  });

  test("slides windows over a prepared picture", async () => {
    const logits = at("slide.safetensors");
    const args = ["--mode", "slide", "--stride", "64", "--heads", "4", "--out", at("slide.png"), "--logits", logits];
    const outcome = await setr("segment", "--weights", PUP, "--input", EXPECTED, ...args);
    expect(outcome).toMatchObject({ status: 0, stderr: expect.not.stringContaining("Windows") }); // no terminal
    const expected = await readTensor(await openSafetensors(EXPECTED), "slide_logits");
    expect(distance(await readTensor(await openSafetensors(logits), "slide_logits"), expected)).toBeLessThan(1e-3);
  });

  test("refuses a stride larger than the window and leaves nothing behind", async () => {
    const args = ["--mode", "slide", "--stride", "97", "--out", at("never.png")];
    const outcome = await setr("segment", "--weights", PUP, "--input", EXPECTED, ...args);
    expect(outcome).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("stride: expected a whole number from 1 to 96, found 97"),
    });
    expect((await readdir(folder)).filter((name) => /never|\.tmp$/.test(name))).toEqual([]);
  });
});

describe("setr verify", () => {
  test("agrees with the reference values and says so per array", async () => {
    const outcome = await setr("verify", "--weights", PUP, "--expected", EXPECTED);
    expect(outcome).toMatchObject({ status: 0, stdout: expect.stringContaining("17 of 17 arrays agree") });
  });

  test("exits with 1 past tolerance and names the arrays", async () => {
    const outcome = await setr("verify", "--weights", PUP, "--expected", EXPECTED, "--heads", "2");
    expect(outcome.status).toBe(1);
    expect(outcome.stderr).toMatch(/setr: verify: expected agreement, found differences past tolerance in A1, Z1/);
  });
});

describe("the program", () => {
  test("prints no stack unless asked to", async () => {
    expect((await setr("inspect", at("nowhere"))).stderr).not.toContain("    at ");
    expect((await setr("--debug", "inspect", at("nowhere"))).stderr).toContain("    at ");
    expect((await setr("inspect", at("nowhere"), "--debug")).stderr).toContain("    at ");
  });

  test("exits with 2 on wrong usage and with 0 on help", async () => {
    expect(await setr("paint")).toMatchObject({ status: 2 });
    expect(await setr("--help")).toMatchObject({ status: 0, stdout: expect.stringContaining("figures") });
  });

  test.skipIf(process.platform === "win32")("ends without a word when nobody reads what it prints", async () => {
    const child = spawn(process.execPath, [PROGRAM, "--help"]);
    child.stdout.destroy();
    const [message, [status]] = await Promise.all([text(child.stderr), once(child, "close")]);
    expect({ message, status }).toEqual({ message: "", status: 141 });
  });

  test.each([
    ["--format", "png,gif", 'expected formats among png, svg, pdf, html, found "png,gif".'],
    ["--preset", "wide", 'expected one of single-column, double-column, slide, or mm in 60..1000, found "wide".'],
    ["--preset", "59", 'expected one of single-column, double-column, slide, or mm in 60..1000, found "59".'],
    ["--dpi", "35", 'expected a whole number in 36..2400, found "35".'],
    ["--theme", "blue", "Allowed choices are light, dark."],
  ])("refuses figures with %s %s", async (option, value, sentence) => {
    const { status, stderr } = await setr("figures", option, value);
    expect({ status, message: stderr.split("\n")[0] }).toEqual({
      status: 2,
      message: expect.stringContaining(sentence),
    });
  });

  test("makes no folder for figures of a photo that is not there", async () => {
    const outcome = await setr("figures", "--photo", at("missing.jpg"), "--out", at("unmade"));
    expect(outcome).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("expected a picture, found no such file"),
    });
    await expect(access(at("unmade"))).rejects.toThrow("ENOENT");
  });

  test("says in one line what it cannot write", async () => {
    await writeFile(at("occupied"), "");
    const outcome = await setr(
      "init",
      "--variant",
      "pup-small",
      "--image-size",
      "32",
      "--out",
      at("occupied/x.safetensors"),
    );
    expect(outcome.status).toBe(1);
    expect(outcome.stderr).toMatch(/^setr: .*x\.safetensors: cannot be written \(E.+\)\n$/);
  });
});
