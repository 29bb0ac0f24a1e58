import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fixture, temporaryFolder } from "../fixtures";
import { programIn } from "../program";

const folder = await temporaryFolder();
const setr = programIn(folder);
const model = ["--weights", fixture("setr-pup-official.safetensors"), "--heads", "4"];
const words = (name: string) => [
  ...["survey", ...model, "--images", "scenes:20..36", "--measure", "distance,entropy", "--out", join(folder, name)],
];

describe("setr survey", () => {
  test.each([
    [[], 2, /required option '--weights <file>'/],
    [[...words("never"), "--ratios", "0.5,0"], 2, /expected positive numbers, found "0.5,0"/],
    [[...words("never"), "--smallest-segment", "2"], 2, /expected a number from 0 to 1, found "2"/],
    [[...words("never"), "--measure", "speed"], 1, /^setr: measures: expected some of distance, .+, found speed$/m],
    [
      [...words("never"), "--shard", "3/2"],
      1,
      /^setr: shard 3\/2: expected a number within the shards, found 3 of 2$/m,
    ],
    [[...words("never"), "--jobs", "0"], 2, /expected a positive whole number, found "0"/],
    [[...words("never"), "--submit", "kubernetes"], 1, /^setr: --submit kubernetes: expected --dry-run, --container/m],
    [
      [...words("never"), "--dry-run"],
      2,
      /^error: --dry-run: expected --submit slurm or kubernetes with it, found none$/m,
    ],
    [
      [...words("never"), "--array", "4"],
      2,
      /^error: --array: expected --submit slurm or kubernetes with it, found none$/m,
    ],
    [
      [...words("never"), "--submit", "kubernetes", "--sbatch", "--mem=4G"],
      2,
      /^error: --sbatch: expected --submit slurm with it, found kubernetes$/m,
    ],
    [
      [...words("never"), "--submit", "slurm", "--volume", "data:/data"],
      2,
      /^error: --volume: expected --submit kubernetes with it, found slurm$/m,
    ],
    [
      [...words("never"), "--submit", "slurm", "--shard", "1/2"],
      2,
      /^error: option '--shard <part>' cannot be used with option '--submit <cluster>'$/m,
    ],
    [["survey", "status", "nowhere"], 1, /^setr: nowhere: expected a survey with its survey.json, found none$/m],
    [["survey", "merge", "nowhere"], 1, /^setr: nowhere: expected a survey with its survey.json, found none$/m],
  ])("refuses %j", async (args, status, message) => {
    const found = await setr(...(args.length === 0 ? ["survey"] : args));
    expect(found).toMatchObject({ status, stderr: expect.stringMatching(message) });
    expect(await readdir(folder)).not.toContain("never");
  });

  test("prints the job for a cluster, whose command is the same without the submission", async () => {
    const submission = ["--submit", "slurm", "--dry-run", "--array=5", "--sbatch", "--partition=all --mem=4G"];
    const { status, stdout } = await setr(...words("never"), "--jobs", "3", ...submission);
    expect(status).toBe(0);
    expect(stdout.split("\n").slice(0, 4)).toEqual([
      "#!/bin/bash",
      "#SBATCH --job-name=setr-survey",
      "#SBATCH --array=0-4",
      "#SBATCH --cpus-per-task=3",
    ]);
    expect(stdout).toContain("#SBATCH --partition=all --mem=4G\n");
    expect(stdout).toMatch(/\nexec \S+ \S+setr.js survey --weights .+ --out \S+never --jobs 3 --shard auto\/5\n$/);
    const place = ["--submit", "kubernetes", "--dry-run", "--container", "setr:1", "--volume", "data:/data"];
    const { spec } = JSON.parse((await setr(...words("never"), ...place)).stdout);
    expect(spec.template.spec.containers[0].command.slice(-2)).toEqual(["--shard", "auto/4"]);
    expect(await readdir(folder)).not.toContain("never");
  });

  test("prints how far a survey is", async () => {
    await setr(...words("half"), "--shard", "1/2");
    expect((await setr("survey", "status", "half")).stdout).toBe("half: 9 of 17 pictures, 0 failed, 8 missing\n");
  });
});
