import { describe, expect, test } from "vitest";
import { kubernetesManifest } from "../../lib/survey/kubernetes";
import { parseShard } from "../../lib/survey/shard";
import { slurmScript } from "../../lib/survey/slurm";

describe("a shard", () => {
  test.each([
    ["2/5", {}, { index: 1, count: 5 }],
    ["auto/4", { SLURM_ARRAY_TASK_ID: "3" }, { index: 3, count: 4 }],
    ["auto/4", { JOB_COMPLETION_INDEX: "0" }, { index: 0, count: 4 }],
    [
      "auto",
      { SLURM_ARRAY_TASK_ID: "7", SLURM_ARRAY_TASK_MIN: "5", SLURM_ARRAY_TASK_COUNT: "3" },
      { index: 2, count: 3 },
    ],
  ])("%s with %j is %j", (text, environment, shard) => expect(parseShard(text, environment)).toEqual(shard));

  test.each([
    ["0/5", {}, /found 0 of 5/],
    ["6/5", {}, /found 6 of 5/],
    ["half", {}, /expected i\/n, auto or auto\/n, found half/],
    ["auto/4", {}, /expected SLURM_ARRAY_TASK_ID or JOB_COMPLETION_INDEX in the environment, found neither/],
    ["auto/4", { SLURM_ARRAY_TASK_ID: "4" }, /found 5 of 4/],
    ["auto", { JOB_COMPLETION_INDEX: "1" }, /expected SLURM_ARRAY_TASK_COUNT, found none; give auto\/n/],
  ])("%s with %j is refused", (text, environment, message) => {
    expect(() => parseShard(text, environment)).toThrow(message);
  });
});

describe("a job for a cluster", () => {
  const job = {
    command: ["/usr/bin/node", "/my project/setr.js", "survey", "--images", "scenes:0..9"],
    workingFolder: "/data",
    out: "out",
    tasks: 3,
    jobs: 2,
  };

  test("of Slurm is an array that is requeued and warned before its time ends", () => {
    expect(slurmScript(job, "--partition=gpu --time=4:00:00")).toBe(
      [
        "#!/bin/bash",
        "#SBATCH --job-name=setr-survey",
        "#SBATCH --array=0-2",
        "#SBATCH --cpus-per-task=2",
        "#SBATCH --requeue",
        "#SBATCH --open-mode=append",
        "#SBATCH --signal=B:TERM@120",
        "#SBATCH --output=/data/out/slurm/%A-%a.log",
        "#SBATCH --partition=gpu --time=4:00:00",
        "cd /data || exit 1",
        "exec /usr/bin/node '/my project/setr.js' survey --images scenes:0..9 --shard auto/3",
        "",
      ].join("\n"),
    );
  });

  test("of Slurm writes its log into a folder with a space in its name", () => {
    const log = "#SBATCH --output='/data/first try/slurm/%A-%a.log'\n";
    expect(slurmScript({ ...job, out: "first try" })).toContain(log);
  });

  test("of Kubernetes is an Indexed Job whose pods share a volume", () => {
    const manifest = JSON.parse(kubernetesManifest(job, { container: "registry/setr:1", volume: "data:/data" }));
    expect(manifest).toMatchObject({
      apiVersion: "batch/v1",
      kind: "Job",
      spec: { completionMode: "Indexed", completions: 3, parallelism: 3 },
    });
    const { containers, volumes } = manifest.spec.template.spec;
    expect(containers[0]).toMatchObject({
      image: "registry/setr:1",
      workingDir: "/data",
      command: [...job.command, "--shard", "auto/3"],
      volumeMounts: [{ name: "data", mountPath: "/data" }],
    });
    expect(volumes).toEqual([{ name: "data", persistentVolumeClaim: { claimName: "data" } }]);
    expect(() => kubernetesManifest(job, { container: "x", volume: "data" })).toThrow(
      /expected CLAIM:\/PATH, found data/,
    );
  });
});
